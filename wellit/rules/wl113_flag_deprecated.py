"""The flag is deprecated.

It works, and says so in the log. A later release of the engine ends at it: then a new image is what breaks the
deployment.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.16
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --nsa-decode-backend, fa3]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.16
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --dsa-decode-backend, fa3]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.flags import Answer, Given, history
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import READS, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL113", "flag-deprecated", "warning", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        if isinstance(answer := line.answer, Unknown):
            continue
        for given in answer.deprecated:
            if node := line.node(given.at):
                yield Hit(
                    node,
                    f"{given.spelled} is deprecated in {answer.title}",
                    write=_write(answer, given),
                    why=_why(answer, given),
                )


def _write(answer: Answer, given: Given) -> str:
    instead = history.instead(answer.line, given.spelled)
    return f'"{instead}"' if instead and instead != given.spelled else "take it away, or look up what replaces it"


def _why(answer: Answer, given: Given) -> str:
    having = answer.program.versions_with(given.spelled)
    gone = having and having[-1] != answer.program.versions[-1]
    after = answer.program.versions[answer.program.versions.index(having[-1]) + 1] if gone else ""
    return f"{answer.program.title} {after} has it no more, and ends at it" if after else "a later release ends at it"
