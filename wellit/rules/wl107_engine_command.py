"""The command starts another engine than the image has.

`vllmServe` runs `vllm serve`, and `imageDefault` whatever the image starts by itself. In an SGLang image there is no
vllm program and no default program: the container fails at once, or runs something that takes the arguments for its
own.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL107", "engine-command", "error", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for container in mains(subject):
        started, inside = container.engine_of_command, container.engine_of_image
        if inside is None:
            yield NotChecked(f"which engine is in the image of the {container.title}: "
                             f"{container.image.text or 'none'} is not a known engine's")  # fmt: skip
        elif started is not None and started is not inside:
            yield from _other(container, started, inside)
        elif started is None and _left_to_image(container) and not inside.image_starts:
            yield _nothing_starts(container, inside)


def _left_to_image(container: Container) -> bool:
    """Whether the chart leaves it to the image what is started."""
    return not container.own and not container.starts["command"]


def _other(container: Container, started: Engine, inside: Engine) -> Items:
    if started.perhaps_in(container.image):
        yield NotChecked(f"whether {container.image.text} carries {started.title} as well as {inside.title}")
        return
    at = container.engine_node
    yield Hit(
        at,
        f"{_how(container)} starts {started.title}, the image is {inside.title}'s",
        write=container.way_to_start(inside),
        why=f"{container.image.text} has no {started.command[0]} to start {started.title} with"
        if started.command[0] != inside.command[0] else f"{container.image.text} does not carry {started.title}",
        also=((f"{inside.title}'s image", container.node["image"]),),
    )  # fmt: skip


def _nothing_starts(container: Container, inside: Engine) -> Hit:
    return Hit(
        container.node["modelCommand"],
        f"{_how(container)} starts nothing: {inside.title}'s image has no program of its own to start",
        write=container.way_to_start(inside),
        why="the container gets arguments and no program",
        also=((f"{inside.title}'s image", container.node["image"]),),
    )


def _how(container: Container) -> str:
    by_command = container.own and container.node["command"]
    return "the command" if by_command else f"modelCommand {container.meant or container.model_command}"
