"""Something is emptied, and stays as the preset has it.

KServe merges a spec over its presets, and a merge takes nothing away: `[]`, `{}` and null mean that nothing is said.
What the preset has stays: its probes, its variables, its volumes, its routing proxy. A value of one's own replaces
it.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          livenessProbe: null

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          livenessProbe: {failureThreshold: 60}
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.schema import words
from wellit.seen.presets import MAIN
from wellit.seen.service import services
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL926", "service-kept", "warning", (KSERVE,), "asked",
    reads="spec.prefill spec.template",
)  # fmt: skip
INSTEAD = {
    "livenessProbe": "a probe that waits longer: failureThreshold: 60",
    "readinessProbe": "a probe that waits longer: failureThreshold: 60",
    "startupProbe": "a probe that waits longer: failureThreshold: 120",
    "initContainers": "spec.prefill left out, for pods without the routing proxy",
    "command": "the command that is wanted",
}


def check(subject: Subject) -> Items:
    for service in services(subject):
        for one in service.workloads:
            for written, merged in _places(one):
                for key, node in written.items():
                    if node.value in (None, "", [], {}) and merged[key].value:
                        yield _hit(one, node)


def _places(one: Workload) -> Iterator[tuple[Node, Node]]:
    """What is written of a pod and of its container, each with what it becomes."""
    yield one.written["template"], one.pod
    for container in one.written.at("template", "containers"):
        if container["name"].text() == MAIN:
            yield container, one.node


def _hit(one: Workload, node: Node) -> Hit:
    key = str(node.keys[-1])
    return Hit(
        node,
        f"{key} of the {one.title} is {words.said(node.value)}, and stays as the preset has it",
        write=INSTEAD.get(key, "what is wanted, or nothing"),
        why="KServe merges the spec over the preset, and a merge takes nothing away",
        key=node.value is None,
    )
