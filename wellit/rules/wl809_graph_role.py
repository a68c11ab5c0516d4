"""A worker runs in another role than its object says.

What a component is for Dynamo's operator, its labels and its planner - `subComponentType`, in v1beta1 the type itself -
and what its engine is told are two settings. Where they disagree, the planner scales the wrong side; where one worker
of a pair is told nothing, it does all of the work and the pair is none.

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
      prefill:
        type: worker
        role: prefill
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

from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ROLE_READS
from wellit.seen.disaggregation import ROLE, way_to_tell
from wellit.seen.graph import Component, graphs
from wellit.seen.neutral import Told, spec
from wellit.subject import DECODE, DYNAMO, PREFILL, Subject

RULE = Rule("WL809", "graph-role", "error", (DYNAMO,), "read", reads=ROLE_READS)


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.workers:
            alone = one.declared == DECODE and not graph.with_role(PREFILL)  # the word for a worker that does both
            if one.declared in (PREFILL, DECODE) and one.engine and one.starts and spec(one.engine, ROLE).get("flag"):
                yield from _judge(one, alone)


def _judge(one: Component, alone: bool) -> Items:
    said = one.given(ROLE)
    if said and said.open:
        yield NotChecked(f"in which role the {one.title} runs: {said.by} {said.value} is only known when it starts")
    elif said and one.mode != one.declared and not (alone and not one.mode):
        yield _differs(one, said)
    elif not said and not alone and (reason := one.words.elsewhere):
        yield NotChecked(f"in which role the {one.title} runs: {reason}")
    elif not said and not alone:
        yield _untold(one)


def _differs(one: Component, said: Told) -> Hit:
    works = said.value if one.mode else "a worker that does both"
    return Hit(
        said.node,
        f"the {one.title} is a {one.declared} worker, and is told {said.by} {said.value}",
        write=one.declared,
        why=f"it works as {works}, and is counted and scaled as {one.declared}",
        also=(("the role of the component", one.node["role"]),),
        fix=Fix(said.node, one.declared) if said.node.value == said.value else None,
    )


def _untold(one: Component) -> Hit:
    assert one.engine
    flag = spec(one.engine, ROLE)["flag"]
    return Hit(
        one.node["args"],
        f"the {one.title} is a {one.declared} worker, and its {flag} is not given",
        write=way_to_tell(one.engine, one.declared),
        why="it does both parts of a request, and the worker of the other role waits for a partner",
        also=(("the role of the component", one.node["role"]),),
    )
