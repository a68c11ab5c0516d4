"""The flag does not take this value.

The engine's parser looks at values before anything else: a whole number, a number, JSON, one of a list of words, or no
value at all. At a wrong one it prints its usage and ends. What a word means to the engine afterwards is not looked at.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --dtype, fp4]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --dtype, half]
"""

from __future__ import annotations

from wellit import flags
from wellit.errors import nearest
from wellit.flags import Answer, Flag, Problem
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import READS, CommandLine, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL114", "flag-value", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)
WANTED = {
    "int": "a whole number", "float": "a number", "json": "JSON", "bool": "true or false",
    "duration": "a duration such as 50ms or 2s", "list[int]": "whole numbers with commas between them",
}  # fmt: skip
SHOWN = 12  # words of a list


def check(subject: Subject) -> Items:
    for line in lines(subject):
        for answer, problem, node in line.problems("type", "choice", "no-value", "not-a-switch"):
            yield _hit(line, answer, problem, node)


def _hit(line: CommandLine, answer: Answer, problem: Problem, node: Node) -> Hit:
    assert problem.flag
    message, write = _told(answer, problem, problem.flag)
    return Hit(
        node, message, write=write, why=f"the {line.title} never serves: {flags.says(answer.line, problem)}",
        fix=Fix(node, problem.flag.name) if problem.kind == "not-a-switch" and problem.about == "true" else None,
    )  # fmt: skip


def _told(answer: Answer, problem: Problem, flag: Flag) -> tuple[str, str]:
    """What is wrong, and what to write."""
    wanted = WANTED.get(flag.kind, "a value")
    if problem.kind == "no-value":
        default = flag.data.get("default")
        return f"{problem.about} has no value", f"{wanted} after it" + (
            f"; it is {default} unless told" if default else ""
        )
    if problem.kind == "not-a-switch":
        return f'{flag.name} takes no value, not "{problem.about}"', _switch(problem, flag)
    if problem.kind == "type":
        return f'{flag.name} takes {wanted}, not "{problem.about}"', f"{wanted}{_units(problem)}"
    near = nearest(problem.about, flag.choices)
    shown = ", ".join(flag.choices[:SHOWN]) + (" ..." if len(flag.choices) > SHOWN else "")
    write = f'"{near}"; it takes {shown}' if near else f"one of {shown}"
    return f'{flag.name} of {answer.title} does not take "{problem.about}"', write


def _switch(problem: Problem, flag: Flag) -> str:
    if problem.about.lower() in ("false", "0", "no", "off"):
        return f'"{flag.negations[0]}"' if flag.negations else "take it away: without it the answer is no"
    return f'"{flag.name}"'


def _units(problem: Problem) -> str:
    """That a number with a unit has to be written out."""
    shortened = problem.about[-1:] in "kKmMgG" and problem.about[:-1].isdigit()
    return f", written out: {int(problem.about[:-1]) * 1024}" if shortened and problem.about[-1] in "kK" else ""
