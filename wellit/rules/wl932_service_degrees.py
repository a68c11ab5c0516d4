"""A degree of parallelism changes nothing.

The presets hand spec.parallelism to vLLM, each as far as its release goes: before v0.20 without a worker not even
`tensor`, and on one node never `data`, `pipeline` or `expert`. A command of one's own is handed nothing at all; there
the numbers say at most how many pods a group of workers has.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      parallelism: {tensor: 4, expert: true}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      parallelism: {tensor: 4}
      template:
        containers:
        - name: main
          args: [--enable-expert-parallel]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import presets
from wellit.seen.service import service_workloads
from wellit.seen.webhook import there
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL932", "service-degrees", "error", (KSERVE,), "asked",
    reads="spec spec.baseRefs spec.parallelism spec.prefill spec.replicas spec.runtime spec.template "
    "spec.worker",
)  # fmt: skip
# What each is called where an engine is told it, and whether a group of workers needs it anyway.
SETTINGS = {
    "tensor": "tensorParallel",
    "data": "dataParallel",
    "dataLocal": "",
    "dataRPCPort": "",
    "pipeline": "pipelineParallel",
    "expert": "expertParallel",
}
OF_GROUPS = ("data", "dataLocal", "pipeline")


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        if one.engine and not one.words.elsewhere:
            for node in _unread(one):
                yield _hit(one, node)


def _unread(one: Workload) -> Iterator[Node]:
    """What is written of parallelism, and read by nobody."""
    workers = there(one.place["worker"])
    for key, setting in SETTINGS.items():
        node = one.written.at("parallelism", key)
        says = node.flag(False) or (node.number(0) or 0) > (0 if key == "dataRPCPort" else 1)
        told = _handed(one, key, workers) or (setting and one.given(setting)) or (workers and key in OF_GROUPS)
        if says and not told:
            yield node


def _handed(one: Workload, key: str, workers: bool) -> bool:
    """Whether the preset's command hands it to the engine."""
    if not one.by_preset:
        return False
    how = presets.spread(one.place.value or {}) if workers else ""
    if how == presets.DATA:
        return key != presets.PIPELINE
    return key == "tensor" and bool(one.service.facts["presetWords"]["tensor"])


def _hit(one: Workload, node: Node) -> Hit:
    assert one.engine
    key = str(node.keys[-1])
    flag = one.engine.flag(SETTINGS[key]) if SETTINGS[key] else ""
    speaks = (one.engine.data.get("speaks") or {}).get("settings", {}).get(SETTINGS[key], {})
    flag = flag or str(speaks.get("flag") or "")
    degree = "" if node.value is True else f', "{node.value}"'
    by = "the preset for pods of one node" if one.by_preset else "a command of one's own"
    return Hit(
        node,
        f"parallelism.{key} of the {one.title} is {str(node.value).lower()}, and {by} is not handed it",
        write=f'args: ["{flag}"{degree}]' if flag else f"no {key}",
        why=f"{one.engine.title} starts without it",
        key=node.value is True,
    )
