"""A tier of the KV cache has no place, or two.

`kvCacheOffloading.cpu` is the first tier, and each of `secondary` comes behind it: a `fileSystem`, on an `emptyDir`
or on a `pvc`, one of the two; the pvc by `spec` or by `ref`.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      kvCacheOffloading:
        cpu: 10Gi
        secondary: [{fileSystem: {}}]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      kvCacheOffloading:
        cpu: 10Gi
        secondary: [{fileSystem: {emptyDir: {size: 100Gi}}}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.quantities import milli, readable
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import Part, parts, there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL918", "service-cache-tiers", "error", (KSERVE,), "asked",
    reads="api spec.kvCacheOffloading spec.prefill",
)  # fmt: skip
PLACES = {"emptyDir": "emptyDir: {size: 100Gi}", "pvc": "pvc: {ref: {name: ...}}"}
CLAIMS = {"ref": "ref: {name: ...}", "spec": "spec: {...}"}


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "tiers"):
            for part in parts(service):
                yield from _judge(part, part.node["kvCacheOffloading"], why)


def _judge(part: Part, offloading: Node, why: str) -> Items:
    further = list(offloading["secondary"])
    cpu = offloading["cpu"]
    if further and _nothing(cpu):
        yield Hit(
            cpu if there(cpu) else offloading["secondary"],
            f"{part.of('kvCacheOffloading')} has secondary tiers and no first one",
            write="cpu: 10Gi beside them",
            why=why,
            key=not there(cpu),
        )
    for tier in further:
        place = tier["fileSystem"]
        if not there(place):
            yield Hit(tier, "a tier is no fileSystem", write=f"fileSystem: {{{PLACES['emptyDir']}}}", why=why, key=True)
            continue
        yield from _one_of(place, PLACES, why)
        if there(place["pvc"]) and not there(place["emptyDir"]):
            yield from _one_of(place["pvc"], CLAIMS, why)
            yield from _named(place["pvc"], why)


def _one_of(node: Node, choices: dict[str, str], why: str) -> Items:
    named = [key for key in choices if there(node[key])]
    if len(named) != 1:
        said = " and ".join(named) if named else f"neither {' nor '.join(choices)}"
        yield Hit(
            node, f"{node.keys[-1]} of a tier has {said}", write=", or ".join(choices.values()), why=why, key=True
        )


def _named(claim: Node, why: str) -> Items:
    ref = claim["ref"]
    if there(ref) and not there(claim["spec"]) and not ref["name"].text():
        yield Hit(ref, "a tier's claim has no name", write="name: ...", why=why, key=True)


def _nothing(cpu: Node) -> bool:
    """Whether it is no amount, as far as can be read."""
    said = str(cpu.value)
    return not there(cpu) or (readable(said) and milli(said) == 0)
