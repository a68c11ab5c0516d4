"""The name of a component is refused, or is another's in other letters.

A name has letters, digits and dashes, with a letter or digit at either end, and 63 characters at most. Capitals are
taken, and made small in the names of what is made of it: two names that differ in nothing else are one.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend: {type: frontend, image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"}
      decode_worker:
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
      decode-worker:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]
"""

from __future__ import annotations

import re

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.graph import graphs
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL828", "component-name", "error", (DYNAMO,), "read", reads="components")
NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?")
MOST = 63
TWICE = re.compile(r" \(\d+\)$")  # what the second of two components of one name is called when it is read back
NAMELESS = re.compile(r"component \d+")  # what one without a name is called then
WHY = "the operator's webhook refuses the graph"


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        first: dict[str, Node] = {}
        for one in graph.components:
            name = TWICE.sub("", one.name)
            if NAMELESS.fullmatch(name):
                yield Hit(one.node, f"{name} of the graph has no name", write="name: ...", why=WHY)
            elif not NAME.fullmatch(name) or len(name) > MOST:
                yield _refused(one.node, name)
            if (before := first.setdefault(name.lower(), one.node)) is not one.node:
                yield _twice(one.node, name, before)


def _refused(node: Node, name: str) -> Hit:
    near = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:MOST].strip("-")
    reason = (
        f"has {len(name)} characters" if len(name) > MOST else "has other characters than letters, digits and dashes"
    )
    return Hit(node, f'the name of the component "{name}" {reason}', write=near or "another word", why=WHY)


def _twice(node: Node, name: str, before: Node) -> Hit:
    return Hit(
        node,
        f"the name of the component {name} is there already",
        write="another name",
        why=f"{WHY}: names that differ in capitals alone are the same",
        also=(("the other one", before),),
    )
