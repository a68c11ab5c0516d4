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
from wellit.seen.disaggregation import TRANSFER, Apart, aparts, role_told
from wellit.seen.modelservice import Pod
from wellit.seen.neutral import Told, spec, told, unclear
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL135", "transfer-differs", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for apart in aparts(subject):
        yield from _judge(apart)


def _judge(apart: Apart) -> Items:
    how = spec(apart.engine, TRANSFER)
    default = str(how.get("default") or "")
    said = [told(pod.main, TRANSFER) for pod in apart.both]
    if not any(said) or any(role_told(pod.main).untold for pod in apart.both):
        return  # nothing is shared, or that is another mistake
    values = [one.value if one else default for one in said]
    for pod, one in zip(apart.both, said, strict=True):
        if (one and one.open) or (not one and unclear(pod.main)):
            reason = "it is only known when it starts" if one else unclear(pod.main)
            yield NotChecked(f"how the {pod.main.title} hands its KV cache over: {reason}")
            return
    several = apart.facts.get("several", ())
    if all(values) and values[0] != values[1] and not set(values) & set(several):
        yield _different(apart, said, values, str(how.get("key") or how["flag"]))


def _different(apart: Apart, said: list[Told | None], values: list[str], name: str) -> Hit:
    first = 0 if said[0] is None else 1  # the one that says nothing is the one to mend
    pods, other = apart.both, 1 - first
    return Hit(
        _place(pods[first], said[first]),
        f"the {pods[first].role} servers hand the KV cache over by {values[first]}"
        f"{'' if said[first] else ', the default'}, the {pods[other].role} servers by {values[other]}",
        write=f"{name} {values[other]}",
        why="neither understands the other: every request that is split fails",
        also=((f"the {pods[other].role} servers", _place(pods[other], said[other])),),
    )


def _place(pod: Pod, said: Told | None) -> Node:
    return said.node if said else pod.main.node["args"]
