"""Prefill and decode servers keep their KV cache in different shapes.

What is handed over is memory: its pages and the type of its numbers must be the same on both sides, or the engine
refuses the other one's (SGLang: RuntimeError for a page size or a KV cache type that differs).

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode, --page-size, "16"]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --page-size, "64"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode, --page-size, "64"]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --page-size, "64"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import PAIR_READS
from wellit.seen.disaggregation import differences, pairs
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL137", "pair-differs", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=PAIR_READS)


def check(subject: Subject) -> Items:
    for pair in pairs(subject):
        for found in differences(pair, pair.facts.get("same", ())):
            yield Hit(
                found.decode.node,
                found.message,
                write=found.write,
                why="neither can read the KV cache that the other hands over: every request that is split fails",
                also=(("the prefill servers", found.prefill.node),),
            )
