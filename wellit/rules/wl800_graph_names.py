"""The workers of a graph register different models.

A frontend of Dynamo's serves a model when a worker of each role has registered it under the same name: what
`--served-model-name` says, or else the model's own name or path. Where the names differ both workers say that they are
ready, and the model never is: requests are answered with 503.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, qwen, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, qwen, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --served-model-name, qwen, --disaggregation-mode, prefill]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ROLE_READS, GraphLine, graph_lines
from wellit.seen.disaggregation import graph_pairs
from wellit.seen.graph import graphs
from wellit.seen.served import Served, served
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL800", "graph-names", "error", (DYNAMO,), "read", reads=f"{ROLE_READS} component.more")


def check(subject: Subject) -> Items:
    lines = {id(line.container): line for line in graph_lines(subject)}
    for graph in graphs(subject):
        for pair in graph_pairs(graph):
            both = [lines[id(one)] for one in pair.both if id(one) in lines]
            if len(both) == 2:
                yield from _judge(*both)


def _judge(prefill: GraphLine, decode: GraphLine) -> Items:
    names = [served(prefill), served(decode)]
    for line, one in zip((prefill, decode), names, strict=True):
        if one is None and line.words and not line.unclear and (why := line.container.words.elsewhere):
            yield NotChecked(f"under which name the {line.title} registers its model: {why}")
    first, second = names
    if first and second and first.names != second.names:
        yield _hit(*((first, second) if first.written and not second.written else (second, first)))


def _hit(other: Served, at: Served) -> Hit:
    """At the worker that only has its model's name; where both have a name of their own, at decode's."""
    name, flag = " ".join(sorted(other.names)), at.line.engine.flag("servedName")
    here = " ".join(sorted(at.names))
    return Hit(
        at.node,
        f"the {at.line.title} registers {here}, the {other.line.title} {name}",
        write=f'"{name}"' if at.written else f'"{flag}", "{name}" in args as well',
        why="both say that they are ready, and the model never is: each request is answered with 503",
        also=((f"what the {other.line.title} registers", other.node),),
    )
