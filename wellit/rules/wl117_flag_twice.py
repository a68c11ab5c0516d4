"""A flag is given twice with different values.

The last one counts, and nothing is said about the first. Which one was meant cannot be told from outside; the one that
does nothing should go.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --context-length, "4096", --context-len, "8192"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --context-length, "8192"]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.flags import Given
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import READS, CommandLine, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL117", "flag-twice", "warning", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        if isinstance(line.answer, Unknown):
            continue
        for given in line.answer.given:
            last = line.answer.last(given.flag.key)
            if last and last is not given and _differ(given, last):
                yield from _hit(line, given, last)


def _differ(given: Given, last: Given) -> bool:
    collects = given.flag.data.get("repeatable") or given.flag.kind.startswith("list[")
    return not (collects or given.rest or last.rest) and (given.value, given.no) != (last.value, last.no)


def _hit(line: CommandLine, given: Given, last: Given) -> Items:
    node, other = line.node(given.at), line.node(last.at)
    if node and other:
        counts = last.value or last.spelled
        yield Hit(
            node,
            f"{given.spelled} is given again further on: {counts} is what counts",
            write="take it away",
            why=f"{line.engine.title} takes the last one and says nothing",
            also=(("the one that counts", other),),
        )
