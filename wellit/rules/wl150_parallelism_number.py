"""A degree of parallelism is not a whole number of at least 1.

The chart turns what is written below parallelism into a number without a word: "two", 2.5 and a negative number become
none, and then no accelerator is asked for; 0 is taken as 1.

Bad::

    # llm-d-modelservice@v0.3.8
    decode:
      parallelism: {tensor: 0}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.node import Node, whole
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL150", "parallelism-number", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for node in pod.parallel.wrong:
            yield _hit(node)


def _hit(node: Node) -> Hit:
    name = node.keys[-1]
    zero = whole(node.value) == 0 and whole(node.value) is not None
    why = "the chart takes 0 as 1" if zero else "the chart makes no number of it and asks for no accelerator"
    return Hit(node, f"{name} is {node.value}, and must be a whole number of at least 1", write=f"{name}: 1", why=why)
