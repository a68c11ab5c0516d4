"""A number stands unquoted where the API takes text.

The words of a command are text. YAML reads 16 as a number and true as a yes, and the API server refuses the whole
object: cannot unmarshal number into Go struct field of type string.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --tp, 1]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --tp, "1"]
"""

from __future__ import annotations

from wellit.node import Node, spoken
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.graph import graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL806", "word-not-quoted", "error", (DYNAMO,), "read",
    reads="component.args component.command components",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        for one in graph.components:
            for node in (*one.node["command"], *one.node["args"]):
                if isinstance(node.value, (int, float)):
                    yield _hit(node)


def _hit(node: Node) -> Hit:
    at = node.owner.locate(node.keys)
    text = at.text[at.column - 1 : at.column - 1 + at.length] or spoken(node.value)
    kind = "a yes or no" if isinstance(node.value, bool) else "a number"
    return Hit(
        node,
        f"{text} is {kind} to YAML, and text is wanted",
        write=f'"{text}"',
        why="the API server refuses the whole graph: cannot unmarshal it into a field of type string",
        fix=Fix(node, f'"{text}"'),
    )
