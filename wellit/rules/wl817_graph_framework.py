"""A graph does not say which engine it runs, or another one than it starts.

The operator has to know the engine: it writes the flags by which the pods of one worker find each other. It reads it
from the command - `-m dynamo.sglang` - or, where that shows none, from `backendFramework`. Where both are there and
differ it makes no pods at all.

Bad::

    # dynamo@1.3.1
    framework: vllm
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]

Good::

    # dynamo@1.3.1
    framework: sglang
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

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.schema import words
from wellit.seen import graphform
from wellit.seen.graph import Component, Graph, graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL817",
    "graph-framework",
    "error",
    (DYNAMO,),
    "read",
    reads="component.args component.command component.nodes component.replicas component.type components framework",
)


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.workers:
            if not one.module:
                if one.nodes > 1 and graph.root["framework"].value in (None, "") and one.words.words:
                    yield _unsaid(graph, one)
                continue
            own = str(one.engine.dynamo.get("framework", "")) if one.engine and one.engine.dynamo else ""
            if own and graph.framework != own and graph.framework in graphform.frameworks():
                yield _other(graph, one, own)


def _unsaid(graph: Graph, one: Component) -> Hit:
    key = "backendFramework" if graph.release.of_objects else "framework"
    return Hit(
        graph.root["framework"],
        f"the {one.title} is spread over {one.nodes} nodes, and nothing says which engine it runs",
        write=f"{key}: {words.either(graphform.frameworks())}",
        why="the operator cannot tell which flags let its pods find each other, and does not make the graph",
        also=(("several nodes", one.node["nodes"]),),
    )


def _other(graph: Graph, one: Component, own: str) -> Hit:
    node = graph.root["framework"]
    return Hit(
        node,
        f"the graph is for {graph.framework}, and the {one.title} starts {one.module}",
        write=own,
        why="the operator reads the engine from the command as well; where the two differ it makes no pods",
        also=(("what is started", one.engine_node),),
        fix=Fix(node, own),
    )
