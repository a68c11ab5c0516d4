"""The names of a graph and of its component are too long together.

Where Grove makes the pods - it does for workers over several nodes, and for all where it is installed - the name of the
graph, of the component and of what it is made of have 45 characters together: the names of pods are made of them.

Bad::

    # dynamo@1.3.1
    name: qwen3-0-6b-disaggregated-production
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode-worker:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]

Good::

    # dynamo@1.3.1
    name: qwen3-production
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode-worker:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.graph import Component, graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL839", "grove-name", "warning", (DYNAMO,), "read", reads="component.nodes components name")
MOST = 45
LEADER = "-ldr"  # what Grove's group adds for the first pod of several; the others' is as long


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.components:
            if (length := _length(one)) > MOST:
                yield Hit(
                    graph.root["name"],
                    f"the names of the graph {graph.name} and of its {one.title} have {length} characters together",
                    write=f"{length - MOST} characters less",
                    why=f"where Grove makes the pods {MOST} is the most, and the operator's webhook refuses the graph",
                    also=(("the component", one.node),),
                )


def _length(one: Component) -> int:
    """How long the names are from which Grove makes those of pods: of several nodes that of their group as well."""
    own = len(one.name)
    return len(one.graph.name) + own + (own + len(LEADER) if one.nodes > 1 else 0)
