"""The engine takes no such name for its model.

A character in the served name may mean something to the engine: SGLang reads what follows a colon as the name of an
adapter, so no request can ever ask for a model with a colon in its name, and it ends at once.

Bad::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, "qwen3:0.6b"]

Good::

    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: Qwen/Qwen3-0.6B, uri: "hf://Qwen/Qwen3-0.6B"}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, qwen3-0.6b]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.flags import is_open
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import READS, lines
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL121", "served-name-refused", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        for given in () if isinstance(line.answer, Unknown) else line.answer.given:
            forbidden = str(given.flag.data.get("forbids", ""))
            node = line.node(given.values[0][0]) if given.values else None
            if node and forbidden and forbidden in given.value and not is_open(given.value):
                yield Hit(
                    node,
                    f'{line.engine.title} takes no {given.spelled} with "{forbidden}" in it',
                    write=f'"{given.value.replace(forbidden, "-")}"',
                    why=f'the {line.title} never serves: what follows "{forbidden}" is the name of an adapter to it',
                )
