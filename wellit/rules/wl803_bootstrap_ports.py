"""The bootstrap ports of prefill and decode workers do not fit together.

A prefill worker listens on `--disaggregation-bootstrap-port` and registers the port with its model; the router puts it
into each request. So no release of Dynamo looks at the port that a decode worker is told: a number of its own there is
one that somebody counts on, and nobody uses. (llm-d's routing proxy is different: it sends everybody to 8998.)

Two prefill workers on one host's network cannot both have the same port. The second logs an error and stays up, and
what it prefills never arrives.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode, --disaggregation-bootstrap-port, "12346"]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --disaggregation-bootstrap-port, "12345"]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode, --disaggregation-bootstrap-port, "12345"]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --disaggregation-bootstrap-port, "12345"]
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.commandline import ROLE_READS
from wellit.seen.disaggregation import PORT, graph_pairs
from wellit.seen.graph import Component, Graph, graphs
from wellit.seen.neutral import Told
from wellit.subject import DYNAMO, PREFILL, Subject

RULE = Rule("WL803", "bootstrap-ports", "error", (DYNAMO,), "read", reads=f"{ROLE_READS} component.pod")


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for pair in graph_pairs(graph):
            if isinstance(pair.prefill, Component) and isinstance(pair.decode, Component):
                yield from _differ(pair.prefill, pair.decode)
        yield from _on_one_host(graph)


def _differ(prefill: Component, decode: Component) -> Items:
    right, wrong = prefill.given(PORT), decode.given(PORT)
    if not right or not wrong or right.open or wrong.open or right.value == wrong.value:
        return
    yield Hit(
        wrong.node,
        f"the {decode.title} is told the bootstrap port {wrong.value}, the {prefill.title} listens on {right.value}",
        write=f'"{right.value}", or no {wrong.by} here: a decode worker needs none',
        why=f"Dynamo's router sends every request to {right.value}, which the prefill worker registers, and in no"
        f" release is {wrong.value} looked at: if it is the right one, no decode worker gets there",
        also=(("where the prefill worker listens", right.node),),
        fix=Fix(wrong.node, f'"{right.value}"') if wrong.node.value == wrong.value else None,
    )


def _on_one_host(graph: Graph) -> Items:
    """Prefill workers that share their nodes' network, and their port."""
    seen: dict[str, Told] = {}
    for one in graph.with_role(PREFILL):
        said = one.given(PORT)
        if not said or said.open or not one.node.at("pod", "hostNetwork").flag(False):
            continue
        if other := seen.get(said.value):
            yield Hit(
                said.node,
                f"two prefill workers listen on port {said.value} of their nodes",
                write=f'"{int(said.value) + 1}", or no hostNetwork' if said.value.isdecimal() else "another port",
                why="on one node the second logs that the port is taken and stays up: what it prefills never arrives",
                also=(("the other one", other.node),),
            )
        seen.setdefault(said.value, said)
