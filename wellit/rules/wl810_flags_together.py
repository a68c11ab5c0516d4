"""The release refuses these flags together.

Some flags of Dynamo's workers exclude each other, or need one another: each alone is right, and together they end the
worker when it starts. Which ones depends on the release: a tool parser of the engine beside one of Dynamo's is a
warning in 0.8 and an error in 1.1.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --custom-jinja-template, /t.jinja, --use-sglang-tokenizer]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --custom-jinja-template, /t.jinja]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.capabilities import Unknown
from wellit.flags import Answer
from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import GRAPH_READS, GraphLine, graph_lines
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL810",
    "flags-together",
    "error",
    (DYNAMO,),
    "read",
    reads=f"{GRAPH_READS} component.env component.more component.secret env env.name",
)


def check(subject: Subject) -> Items:
    for line in graph_lines(subject):
        answer = line.answer
        if isinstance(answer, Unknown):
            continue
        first, *others = (answer.program.refused(reading.line.version) for reading in answer.readings)
        for refused in first:
            if all(refused in other for other in others):
                yield from _judge(line, answer, refused)


def _judge(line: GraphLine, answer: Answer, refused: Mapping[str, Any]) -> Items:
    given = [node for flag in refused["flags"] if (node := _on(line, answer, flag))]
    needed: Mapping[str, str] = refused.get("without", {})
    lacking = [
        flag for flag, name in needed.items() if not answer.last(flag) and name not in line.container.environment
    ]
    if len(given) < len(refused["flags"]) or (needed and not lacking):
        return
    if lacking and line.container.node["secret"].text():
        yield NotChecked(f"whether the {line.title} has {' and '.join(needed.values())}: its Secret may say it")
    else:
        yield _hit(line, answer, refused, lacking, given)


def _hit(line: GraphLine, answer: Answer, refused: Mapping[str, Any], lacking: list[str], given: list[Node]) -> Hit:
    *_, last = refused["flags"]
    said, more = " and ".join(refused["flags"]), " and ".join(lacking)
    return Hit(
        given[-1],
        f"{answer.title} takes {said} with {more} only" if lacking else f"{answer.title} does not take {said} together",
        write=f"{more} as well" if lacking else refused.get("write") or f"no {last}",
        why=f"the {line.title} never serves: {refused['says']}",
        also=tuple(("together with", node) for node in given[:-1]),
    )


def _on(line: GraphLine, answer: Answer, flag: str) -> Node | None:
    """Where a flag is given that counts; None also for a switch that is turned off."""
    last = answer.last(flag)
    return line.node(last.at) if last and not last.no else None
