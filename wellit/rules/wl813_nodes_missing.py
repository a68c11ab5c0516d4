"""A worker is to wait for other nodes, and its component has one.

`--nnodes` says over how many machines an engine is spread. In a graph the operator makes that many pods when the
component says so - `multinode.nodeCount` - and writes the flag itself. A component of one node that is told two waits
for a second pod that nobody makes, until it gives up.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        gpus: 4
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --tp, "8", --nnodes, "2"]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        gpus: 4
        nodes: 2
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --tp, "8"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.graph import workers
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL813", "nodes-missing", "error", (DYNAMO,), "read", reads=f"{GRAPH_READS} component.nodes")


def check(subject: Subject) -> Items:
    for one in workers(subject):
        said = one.given("nodes") if one.nodes == 1 else None
        if said and (said.number or 0) > 1:
            yield Hit(
                said.node,
                f"the {one.title} is told to be spread over {said.value} nodes, and has one",
                write=f"{said.value} nodes for the component, and no {said.by} here: the operator writes it",
                why="it waits for pods that nobody makes, and ends when its time is up",
                also=(("the component", one.node["nodes"]),),
            )
