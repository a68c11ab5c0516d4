"""The engine's container has another name than main.

KServe merges a spec with its presets by the containers' names. The preset's container is `main`; one of another name
stands beside it, and the preset's vLLM starts as well, on the same port, and with no GPU.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: sglang
          image: lmsysorg/sglang:v0.5.9

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: vllm/vllm-openai:v0.17.1
"""

from __future__ import annotations

from wellit import engines
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen import words
from wellit.seen.presets import MAIN
from wellit.seen.service import services
from wellit.seen.webhook import parts
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL922", "service-main", "error", (KSERVE,), "asked",
    reads="spec.prefill spec.template spec.worker",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        for part in parts(service):
            for pod in ("template", "worker"):
                yield from _judge(part.of(pod), list(part.node.at(pod, "containers")))


def _judge(where: str, containers: list[Node]) -> Items:
    if any(one["name"].text() == MAIN for one in containers):
        return
    found = [(one, engine) for one in containers if (engine := _engine(one))]
    for one, engine in found[:1]:
        name = one["name"]
        yield Hit(
            name,
            f"the container of {engine.title} in {where} is {name.text() or 'without a name'}, and not {MAIN}",
            write=f"name: {MAIN}",
            why=f"KServe puts its own container {MAIN} beside it, which starts vLLM on the same port and without a GPU",
            fix=Fix(name, MAIN) if name.text() else None,
        )


def _engine(container: Node) -> Engine | None:
    said = words.read(container["command"], container["args"]).texts
    return engines.of_words(said) or engines.of_image(Image.parse(container["image"].text()))
