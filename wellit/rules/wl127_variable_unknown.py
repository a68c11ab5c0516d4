"""A variable of args that the container does not have.

Kubernetes fills $(NAME) in from the container's own env. A name that is not there stays as it is written, brackets and
all, and the engine takes that for the value.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, $(MODEL_NAME)]
        env:
        - {name: MODEL, value: Qwen/Qwen3-0.6B}

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, $(MODEL)]
        env:
        - {name: MODEL, value: Qwen/Qwen3-0.6B}
"""

from __future__ import annotations

import re

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ChartLine, chart_lines
from wellit.seen.environment import environment
from wellit.seen.words import Word
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL127", "variable-unknown", "error", (MODELSERVICE,), "read",
            reads="role.containers role.create")  # fmt: skip
REFERENCE = re.compile(r"(?<!\$)\$\(([A-Za-z_][\w.-]*)\)")


def check(subject: Subject) -> Items:
    for line in chart_lines(subject):
        if not line.container.words.script and not line.unclear:
            yield from _judge(line)


def _judge(line: ChartLine) -> Items:
    known = environment(line.container)
    for word in line.words:
        for name in REFERENCE.findall(word.text):
            if known.has(name):
                continue
            if known.elsewhere:
                yield NotChecked(f"whether the {line.title} has the variable {name}: {known.elsewhere}")
            else:
                yield _hit(line, word, name, known.names)


def _hit(line: ChartLine, word: Word, name: str, known: frozenset[str]) -> Hit:
    near = nearest(name, known)
    right = word.text.replace(f"$({name})", f"$({near})")
    return Hit(
        word.node,
        f"the {line.title} has no variable {name}",
        write=f'"{right}"' if near else f"{name} in env of the container",
        why=f"$({name}) stays as it is written, and {line.engine.title} takes it for the value",
    )
