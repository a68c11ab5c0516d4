"""The components of a graph look for each other where none of them is seen.

Frontend and workers find each other in what they share: Kubernetes itself, or etcd. `file` is a folder of one machine,
`mem` the memory of one process: on Kubernetes each pod has its own, and the frontend lists no model. Left out, the
operator chooses what the platform has.

Bad::

    # dynamo@1.3.1
    env: [{name: DYN_DISCOVERY_BACKEND, value: file}]
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

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.graph import components
from wellit.seen.graphflags import DISCOVERY, STORE, told
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL835",
    "discovery-unshared",
    "error",
    (DYNAMO,),
    "asked",
    reads=f"{GRAPH_READS} component.env component.more env env.name env.value",
)
OWN = {"file": "a folder, and each pod has its own", "mem": "the memory of one process"}


def check(subject: Subject) -> Items:
    for one in components(subject):
        said = told(one, DISCOVERY) or told(one, STORE)
        if said and said.value in OWN:
            yield Hit(
                said.node,
                f"{said.by} {said.value} finds nobody in another pod",
                write=f"no {said.by}: the operator says it",
                why=f"it is {OWN[said.value]}: the frontend sees no worker, lists no model and answers 503",
            )
