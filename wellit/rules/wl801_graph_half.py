"""Prefill and decode workers are there without each other.

A request goes to a prefill worker and then to a decode worker. Dynamo's frontend counts both before it serves a model:
with one of the two it lists no model and answers 503, and a decode worker of SGLang refuses a request that no prefill
worker has seen. A worker that does all of it has no `--disaggregation-mode`.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ROLE_READS
from wellit.seen.disaggregation import ROLE, way_to_tell
from wellit.seen.graph import Component, Graph, graphs
from wellit.subject import DECODE, DYNAMO, PREFILL, Subject

RULE = Rule("WL801", "graph-half", "error", (DYNAMO,), "read", reads=f"{ROLE_READS} component.more")
OTHER = {PREFILL: DECODE, DECODE: PREFILL}
SCALERS = ("planner",)  # components that change the number of others


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for role in (PREFILL, DECODE):
            yield from _judge(graph, role)


def _judge(graph: Graph, role: str) -> Items:
    """Whether the workers of a role have somebody of the other."""
    there = [one for one in graph.with_role(role) if role == PREFILL or one.mode == role]
    if not there or graph.with_role(OTHER[role]) or there[0].node.at("more", "globalDynamoNamespace").flag(False):
        return  # in a namespace for all graphs the other may be another graph's
    idle = [one for one in graph.components if one.role == OTHER[role]]
    if idle and (any(graph.of_type(kind) for kind in SCALERS) or idle[0].node.at("more", "scalingAdapter").written):
        return  # their number is somebody else's
    unread = [(one, why) for one in graph.with_role("") if (why := _unread(one))]
    if unread:
        one, why = unread[0]
        yield NotChecked(f"whether the {one.title} is the {OTHER[role]} worker: {why}")
    else:
        yield _hit(there[0], role, idle)


def _unread(one: Component) -> str:
    """Why a worker without a role may have one; "" when it has none."""
    said = one.given(ROLE)
    if said and said.open:
        return f"{said.by} {said.value} is only known when it starts"
    return one.words.elsewhere or ("" if one.engine else "what it runs is not known")


def _hit(one: Component, role: str, idle: list[Component]) -> Hit:
    other, said = OTHER[role], one.given(ROLE)
    at = said.node if said else one.node["role"]
    missing = f"the {idle[0].title} has replicas 0" if idle else f"no component is a {other} worker"
    alone = f", or no {said.by} {role} for a worker that does both" if said else ""
    write = "replicas: 1" if idle else way_to_tell(one.engine, other) if one.engine else f"a {other} worker"
    return Hit(
        at,
        f"the {one.title} is a {role} worker, and {missing}",
        write=f"{write}{f' in the {idle[0].title}' if idle else f' in a {other} component'}{alone}",
        why=f"a {role} worker does a part of a request: the model is never ready, each request is answered with 503",
        also=((f"the {other} worker", idle[0].node["replicas"]),) if idle else (),
    )
