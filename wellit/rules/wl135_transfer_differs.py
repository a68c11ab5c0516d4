"""Prefill and decode servers hand the KV cache over in different ways.

Both sides must speak the same: SGLang's `--disaggregation-transfer-backend` (mooncake unless it is said), vLLM's
kv_connector. Each side starts without a complaint; the first request that is split fails.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --disaggregation-transfer-backend, nixl]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode, --disaggregation-transfer-backend, nixl]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --disaggregation-transfer-backend, nixl]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import PAIR_READS
from wellit.seen.disaggregation import TRANSFER, Pair, pairs, role_told
from wellit.seen.neutral import Told, spec, told, unclear
from wellit.seen.started import Started
from wellit.subject import DECODE, DYNAMO, KSERVE, MODELSERVICE, PREFILL, Subject

RULE = Rule("WL135", "transfer-differs", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=PAIR_READS)
ROLES = (PREFILL, DECODE)


def check(subject: Subject) -> Items:
    for pair in pairs(subject):
        yield from _judge(pair)


def _judge(pair: Pair) -> Items:
    how = spec(pair.engine, TRANSFER)
    default = str(how.get("default") or "")
    said = [told(one, TRANSFER) for one in pair.both]
    if not any(said) or any(role_told(one).untold for one in pair.both):
        return  # nothing is shared, or that is another mistake
    values = [one.value if one else default for one in said]
    for started, one in zip(pair.both, said, strict=True):
        if (one and one.open) or (not one and unclear(started)):
            reason = "it is only known when it starts" if one else unclear(started)
            yield NotChecked(f"how the {started.title} hands its KV cache over: {reason}")
            return
    several = pair.facts.get("several", ())
    if all(values) and values[0] != values[1] and not set(values) & set(several):
        yield _different(pair, said, values, str(how.get("key") or how["flag"]))


def _different(pair: Pair, said: list[Told | None], values: list[str], name: str) -> Hit:
    first = 0 if said[0] is None else 1  # the one that says nothing is the one to mend
    other = 1 - first
    return Hit(
        _place(pair.both[first], said[first]),
        f"the {ROLES[first]} servers hand the KV cache over by {values[first]}"
        f"{'' if said[first] else ', the default'}, the {ROLES[other]} servers by {values[other]}",
        write=f"{name} {values[other]}",
        why="neither understands the other: every request that is split fails",
        also=((f"the {ROLES[other]} servers", _place(pair.both[other], said[other])),),
    )


def _place(started: Started, said: Told | None) -> Node:
    return said.node if said else started.node["args"]
