"""A container that is started by a command of its own has none.

With `modelCommand: custom`, and when no modelCommand is written at all (also because the key is misspelt), the
llm-d-modelservice chart takes `command` as it is and stops when there is none.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - name: sglang
        image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - name: sglang
        image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.rules.wl101_model_command import refusal
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL102", "command-required", "error", (MODELSERVICE,), "asked", reads="multinode role.containers role.create"
)


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for container in pod.containers:
            needs = container.written and container.written.get("needs")
            if needs and not container.node[needs]:
                yield _missing(container, needs)


def _missing(container: Container, needs: str) -> Hit:
    why = f"helm stops with: {refusal(container, needs)}"
    if meant := container.node.misspelt("modelCommand"):
        write = f"modelCommand: {container.meant}" if container.meant else _write(container)
        message = f'the key "{meant.keys[-1]}" is not read: modelCommand is absent, and so is a {needs}'
        return Hit(meant, message, write=write, why=why, fix=Fix(meant, "modelCommand", key=True))
    node = container.node["modelCommand"]
    how = f"modelCommand {container.model_command}" if node.written else "no modelCommand"
    return Hit(
        node, f"the {container.title} has {how} and no {needs}",
        write=_write(container), why=why,
    )  # fmt: skip


def _write(container: Container) -> str:
    engine = container.engine
    if engine is None:
        return "command: [the program and its first words]"
    ready = container.ready_made(engine)
    return f"modelCommand: {ready}, or {engine.command_line}" if ready else engine.command_line
