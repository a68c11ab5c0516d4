"""A graph needs NATS in the cluster.

Requests go from frontend to worker directly, and need none. What does: the request plane `nats`; and the events of KV
routing, whose way is NATS unless it is told to be `zmq`. Dynamo's platform chart installed NATS in some
releases; from 1.4 on only when it is asked to, with `global.nats.install=true`.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
        env: [{name: DYN_REQUEST_PLANE, value: nats}]
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.dynamo import facts_of
from wellit.seen.graph import Component, graphs
from wellit.seen.graphevents import events
from wellit.seen.graphflags import EVENT_PLANE, REQUESTS, hears_events, routes_by_cache, told
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL836", "needs-nats", "info", (DYNAMO,), "read", reads=f"{GRAPH_READS} component.env component.more env env.name"
)
NATS = "nats"


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.running:
            if found := _asks(one):
                what, node = found
                comes = (
                    "comes with its platform chart"
                    if "NATS" in facts_of(graph)["operatorBrings"]
                    else "is not installed by itself"
                )
                yield Hit(
                    node,
                    f"{what} needs NATS in the cluster",
                    write="nothing, where it is there; else global.nats.install=true for the chart dynamo-platform",
                    why=f"with Dynamo {graph.version} it {comes}; without it the component does not start",
                )
                break


def _asks(one: Component) -> tuple[str, Node] | None:
    requests, plane = told(one, REQUESTS), told(one, EVENT_PLANE)
    if requests and requests.value == NATS:
        return f"{requests.by} {NATS}", requests.node
    if plane:
        return (f"{plane.by} {NATS}", plane.node) if plane.value == NATS else None
    router = routes_by_cache(one) if one.type == "frontend" and hears_events(one) else None
    heard = any((said := events(worker)) and said.on for worker in one.graph.workers)
    return (
        ("routing by caches, whose events go by NATS where nothing else is said,", router.node)
        if router and heard
        else None
    )
