"""Prefill and decode servers are set differently where they are the same for nearly everybody.

The same request is begun by one and finished by the other. With another model, tokenizer or chat template the second
continues what the first never read; with a shorter context on one side long requests fail there alone; a page size or
a KV cache type that only one side is told is the engine's own choice on the other.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode, --context-length, "32768"]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --context-length, "8192"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode, --context-length, "32768"]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --context-length, "32768"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import PAIR_READS
from wellit.seen.disaggregation import Pair, differences, pairs
from wellit.seen.neutral import Told, told, unclear
from wellit.seen.started import Started
from wellit.subject import DECODE, DYNAMO, KSERVE, MODELSERVICE, PREFILL, Subject

RULE = Rule(
    "WL138", "pair-unlike", "warning", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=PAIR_READS
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pair in pairs(subject):
        for found in differences(pair, pair.facts.get("alike", ())):
            yield Hit(
                found.decode.node,
                found.message,
                write=found.write,
                why="a request is begun by the one and finished by the other",
                also=(("the prefill servers", found.prefill.node),),
            )
        for setting in pair.facts.get("same", ()):
            yield from _one_sided(pair, setting)


def _one_sided(pair: Pair, setting: str) -> Items:
    """What must be the same is told to one of the two alone."""
    said = [told(one, setting) for one in pair.both]
    roles = (DECODE, PREFILL)
    for role, silent, one, other in zip(roles, pair.both[::-1], said, said[::-1], strict=True):
        if one and one.value != "auto" and not one.open and other is None and not unclear(silent):
            yield _alone(role, silent, one)


def _alone(role: str, silent: Started, one: Told) -> Hit:
    return Hit(
        silent.node["args"],
        f"the {role} servers are not told {one.by}, which is {one.value} on the other side",
        write=f"{one.by}, {one.value} here as well",
        why="it must be the same on both, and here it is what the engine chooses",
        also=(("the other side", one.node),),
    )
