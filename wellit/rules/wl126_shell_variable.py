"""A shell's variable where no shell is.

Kubernetes starts command and args as they are: $MODEL reaches the engine as those six characters. It fills in
$(MODEL), from the container's own env. Only a script (`sh -c`) has variables as a shell does.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, $MODEL]
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

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import chart_lines
from wellit.seen.environment import environment
from wellit.seen.words import Word
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL126", "shell-variable", "error", (MODELSERVICE,), "read",
            reads="role.containers role.create")  # fmt: skip
# In capitals, as variables are: a lone $ may be meant (a pattern's end).
VARIABLE = re.compile(r"(?<!\$)\$(?:\{([A-Z_][A-Z0-9_]*)\}|([A-Z_][A-Z0-9_]*))")


def check(subject: Subject) -> Items:
    for line in chart_lines(subject):
        if line.container.words.script or line.unclear:
            continue
        known = environment(line.container)
        for word in line.words:
            if found := VARIABLE.search(word.text):
                name = found[1] or found[2]
                yield _hit(line.title, word, name, known.has(name))


def _hit(title: str, word: Word, name: str, known: bool) -> Hit:
    right = VARIABLE.sub(lambda found: f"$({found[1] or found[2]})", word.text)
    return Hit(
        word.node,
        f"${name} is no variable here: no shell reads args",
        write=f'"{right}"' if known else f'"{right}", and {name} in env',
        why=f"the {title} gets the characters ${name} themselves",
        fix=Fix(word.node, f'"{right}"') if known else None,
    )
