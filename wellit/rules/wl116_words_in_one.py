"""Several words of a command line stand in one.

Every item of args is one word, blanks and all: no shell takes it apart. "--port 8200" is neither the flag --port nor
the number, and the engine ends at it or takes it for its model's name.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --enable-metrics, "--port 8200"]

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

import re

from wellit import flags
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import READS, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL116", "words-in-one", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)
PLAIN = re.compile(r"--?[A-Za-z][\w-]*")


def check(subject: Subject) -> Items:
    for line in lines(subject):
        for answer, problem, node in line.problems("joined"):
            if line.container.words.script:
                continue  # quotes of a script's own
            yield Hit(
                node,
                f'"{problem.about}" is one word for {answer.program.title}, not {len(problem.several)}',
                write=", ".join(f'"{word}"' for word in problem.several),
                why=f"the {line.title} never serves: {flags.says(answer.line, problem)}",
                fix=_fix(node, problem.several),
            )


def _fix(node: Node, words: tuple[str, ...]) -> Fix | None:
    """The words as items of the list that it stands in: on one line, or each on its own."""
    at = node.owner.locate(node.keys)
    before = at.text[: at.column - 1]
    items = [word if PLAIN.fullmatch(word) else f'"{word}"' for word in words]
    if any('"' in word or "\\" in word for word in words):
        return None
    if before.strip() == "-":
        return Fix(node, f"\n{before}".join(items))
    return Fix(node, ", ".join(items)) if "[" in before else None
