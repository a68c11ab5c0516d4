"""The components of a graph are in different namespaces of Dynamo.

Workers and frontends find each other in a namespace of Dynamo's own, which has nothing to do with Kubernetes': the
operator gives every component of a graph the same. Where one is told another - in `--endpoint`, `--namespace`, or the
variable DYN_NAMESPACE - both sides say that they are ready, and the model never is.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode, --endpoint, dyn://mine.backend.generate]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --endpoint, dyn://other.prefill.generate]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode, --endpoint, dyn://mine.backend.generate]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --endpoint, dyn://mine.prefill.generate]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import ROLE_READS
from wellit.seen.disaggregation import graph_pairs
from wellit.seen.dynamo import namespace
from wellit.seen.graph import Component, graphs
from wellit.seen.neutral import Told
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL814", "graph-namespaces", "error", (DYNAMO,), "read", reads=f"{ROLE_READS} component.env env env.name env.value"
)


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for pair in graph_pairs(graph):
            if isinstance(pair.prefill, Component) and isinstance(pair.decode, Component):
                yield from _judge(pair.prefill, pair.decode)


def _judge(prefill: Component, decode: Component) -> Items:
    first, second = namespace(prefill), namespace(decode)
    if any(one is None and other.words.elsewhere for one, other in ((first, prefill), (second, decode))):
        return
    if any(one and one.open for one in (first, second)) or (first and second and first.value == second.value):
        return
    if at := second or first:
        yield _hit(at, prefill if at is second else decode, first if at is second else second)


def _hit(at: Told, other: Component, said: Told | None) -> Hit:
    there = f"in {said.value}" if said else "in the one that the operator gives"
    return Hit(
        at.node,
        f"{at.by} puts this worker into the namespace {at.value}, the {other.title} is {there}",
        write=f"{said.value}, the same for both" if said else f"no {at.by}: the operator gives the same to all",
        why="both say that they are ready, and never find each other: each request is answered with 503",
        also=((f"the {other.title}", said.node if said else other.node["args"]),),
    )
