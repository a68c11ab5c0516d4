"""What is written of the engine's start does not come together with what the preset says of it.

KServe merges field by field: an image alone leaves the preset's command, which starts vLLM, and a command alone
leaves the preset's image. args come after the command, and after a script of one's own they are read by nobody,
unless it says "$@".

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          args: [--model-path, /mnt/models]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: vllm/vllm-openai:v0.17.1
          args: [--max-model-len, "8192"]
"""

from __future__ import annotations

from wellit import engines
from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import service_workloads
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL925", "service-command", "error", (KSERVE,), "asked",
    reads="spec.baseRefs spec.prefill spec.replicas spec.runtime spec.template",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        yield from _together(one)
        if one.words.lost:
            yield Hit(
                one.words.lost[0].node,
                f"{one.words.lost[0].text} comes after a script, which does not read it",
                write='the words in the script itself, or "$@" in it and "--" before them',
                why="a shell takes what follows a script for the script's own words: the engine never sees them",
            )


def _together(one: Workload) -> Items:
    inside, started = engines.of_image(one.image), one.engine_of_command
    if not inside or not started or inside is started or started.perhaps_in(one.image):
        return
    if one.by_preset:
        yield _no_command(one, inside, started)
    elif not one.wrote(one.node["image"]):
        yield _no_image(one, inside, started)
    else:
        yield Hit(
            one.node["command"],
            f"the command of the {one.title} starts {started.title}, the image is {inside.title}'s",
            write=f"command: [{', '.join(inside.command)}]",
            why=f"{one.image.text} has no {started.title}",
            also=(("the image", one.node["image"]),),
        )


def _no_command(one: Workload, inside: Engine, started: Engine) -> Hit:
    return Hit(
        one.node["image"],
        f"the image is {inside.title}'s, and the preset's command stays: it starts {started.title}",
        write=f"command: [{', '.join(inside.command)}] beside it",
        why=f"the container ends at once: there is no {started.title} in {one.image.text}",
    )


def _no_image(one: Workload, inside: Engine, started: Engine) -> Hit:
    known = f"{started.data['image']}:{started.data['tag']}"
    return Hit(
        one.node["command"],
        f"the command starts {started.title}, and the preset's image stays: {one.image.text}",
        write=f"image: {known} beside it",
        why=f"the container ends at once: the image is {inside.title}'s",
    )
