"""A word on the command line belongs to no flag.

A value where a flag takes none, a second value where it takes one, the beginning of several flags at once: the engine's
parser knows nothing to do with it, prints its usage and ends.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --enable-metrics, "true", --port, "8200"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --enable-metrics, --port, "8200"]
"""

from __future__ import annotations

from wellit import flags
from wellit.flags import Answer, Problem
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import READS, CommandLine, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL115", "word-left-over", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        for answer, problem, node in line.problems("surplus", "ambiguous"):
            if problem.kind == "surplus" and not _counted(line, answer):
                continue
            message, write = _told(answer, problem)
            why = f"the {line.title} never serves: {flags.says(answer.line, problem)}"
            yield Hit(node, message, write=write, why=why)


def _counted(line: CommandLine, answer: Answer) -> bool:
    """Whether it is known how many words that are no flag's this way of starting it takes."""
    return not line.launcher or line.launcher in str(answer.program.head["entry"])


def _told(answer: Answer, problem: Problem) -> tuple[str, str]:
    """What is wrong, and what to write."""
    if problem.kind == "ambiguous":
        several = [name for name in problem.several if not name.startswith("--no-")] or list(problem.several)
        return f"{problem.about} is the beginning of several flags", " or ".join(f'"{name}"' for name in several[:4])
    if flag := problem.flag:
        no = problem.about.lower() in ("false", "0", "no", "off")
        away = f'"{flag.negations[0]}"' if flag.negations else f"take it away with {flag.name}"
        return f'{flag.name} takes no value: "{problem.about}" is left over', away if no else "take it away"
    before = _before(answer, problem)
    if before:
        return f'{before} takes one value: "{problem.about}" is left over', "take it away"
    return f'{answer.title} takes no word "{problem.about}"', "take it away, or write its flag before it"


def _before(answer: Answer, problem: Problem) -> str:
    """The flag whose value stands right before the word."""
    given = (given for given in answer.given if given.values and given.values[-1][0] == problem.at - 1)
    return next((each.spelled for each in given if each.flag.takes[1] == 1), "")
