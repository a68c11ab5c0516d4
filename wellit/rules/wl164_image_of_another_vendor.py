"""The image is built for other accelerators than the pod asks for.

An image of an engine carries the libraries of one vendor. In a pod with another's devices, or with none, the engine
finds no device that it can use.

Bad::

    # llm-d-modelservice@v0.4.9
    accelerator: {type: amd}
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    accelerator: {type: amd}
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-rocm:v0.6.0
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL164", "image-of-another-vendor", "error", (MODELSERVICE,), "read",
    reads="accelerator.dra accelerator.resources accelerator.type dra.enabled role.accelerator role.containers "
    "role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        known = pod.service.facts["accelerators"]
        for container in pod.containers if pod.devices.type in known else ():
            engine = container.engine_of_image
            fitting = engine.built_for(container.image) if engine else []
            if fitting and not {"cpu", pod.devices.type} & set(fitting) and not _by_hand(container, fitting):
                yield _hit(container, engine, fitting)


def _by_hand(container: Container, fitting: list[str]) -> bool:
    """Whether it asks by hand for accelerators that it is built for, or claims them."""
    devices, types = container.pod.devices, container.facts["accelerators"]
    asked = {node.keys[-1] for node in devices.asked(container)}
    return bool(devices.by_claim) or any(types.get(name) in asked for name in fitting)


def _hit(container: Container, engine: Engine | None, fitting: list[str]) -> Hit:
    devices = container.pod.devices
    known = [name for name in fitting if name in container.facts["accelerators"]]
    right = _right_image(engine, devices.type)
    write = f"image: {right}, or accelerator.type: {known[0]}" if right and known else f"accelerator.type: {fitting[0]}"
    said = (("the type is chosen here", devices.type_node),) if devices.type_node.written else ()
    gets = devices.resource(container) or "no accelerator"
    return Hit(
        container.node["image"],
        f"the image of the {container.title} is built for {' or '.join(fitting)}, the pod gets {gets}",
        write=write,
        why="the engine finds no device that it has libraries for, and ends",
        also=said,
    )


def _right_image(engine: Engine | None, type_: str) -> str:
    """The engine's image for accelerators of this type; "" when it has none."""
    here = engine.data["accelerators"].get(type_) if engine else None
    if here is None or engine is None:
        return ""
    return f"{here.get('image', engine.data['image'])}:{here.get('tag', engine.data['tag'])}"
