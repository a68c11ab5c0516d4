"""A worker over several pods is told what the operator tells it.

For a component with several nodes Dynamo's operator writes `--dist-init-addr`, `--nnodes` and `--node-rank` into each
pod's command, with the leader's address and the pod's own number. It writes them behind one's own arguments, where they
win, and in a script before them, where one's own win and are the same in every pod.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        nodes: 2
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
        nodes: 2
        gpus: 4
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --tp, "8"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS, graph_lines
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL807", "flag-of-operator", "warning", (DYNAMO,), "read", reads=f"{GRAPH_READS} component.more component.nodes"
)


def check(subject: Subject) -> Items:
    for line in graph_lines(subject):
        for flag in line.engine.data.get("multinode") or () if line.container.nodes > 1 else ():
            if found := line.mention(flag):
                said, node = found
                script = line.container.words.script
                yield Hit(
                    node,
                    f"{said.spelled} is the operator's to write in a component of {line.container.nodes} nodes",
                    write="take it away",
                    why="the same in every pod, and it wins over what the operator writes for each"
                    if script
                    else "what the operator writes for each pod comes after it and wins",
                    also=(("several nodes", line.container.node["nodes"]),),
                )
