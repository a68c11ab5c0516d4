"""What of a graph cannot run as processes of one machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.seen.graph import FRONTEND, WORKER, Component, Graph


@dataclass(frozen=True)
class Unfit:
    """A reason, and what to write instead."""

    why: str
    write: str


def unfit(graph: Graph) -> Iterator[Unfit]:
    """Why it cannot be launched, component by component; nothing when it can."""
    if not graph.frontends:
        yield Unfit(f"{graph.name} has no frontend: nothing would take requests", "frontend.replicas: 1")
    if not graph.workers:
        yield Unfit(f"{graph.name} has no worker: nothing would answer", "decode.replicas: 1")
    for component in graph.running:
        yield from _component(component)


def _component(component: Component) -> Iterator[Unfit]:
    if component.nodes > 1:
        yield Unfit(
            f"each worker of {component.title} is spread over {component.nodes} nodes, and this is one machine",
            "nodes: 1, with a tensorParallel that the GPUs of this machine are enough for; or invoke install",
        )
    if component.type == WORKER and component.node["pod"]["volumes"]:
        yield Unfit(
            f"{component.title} reads its model from a volume of its pod, which this machine has not",
            "model.name: the folder of the model on this machine, and no model.source",
        )
    if component.type not in (FRONTEND, WORKER):
        yield Unfit(
            f"{component.title} is a {component.type}, which works on Kubernetes alone", "an environment without it"
        )
    elif not component.module:
        why = component.words.unclear or "its command shows no Python module"
        yield Unfit(f"what {component.title} starts cannot be told: {why}", "command: [python3, -m, MODULE]")
    if component.replicas is None:
        yield Unfit(f"how many replicas {component.title} has is no number", "replicas: 1")
