"""Prefill and decode servers run, and one of them is not told to hand the KV cache over.

The chart starts both kinds of pods with the same engine; only the engine's own arguments make it one that hands its
KV cache over: SGLang's `--disaggregation-mode`, vLLM's `--kv-transfer-config`. Without them a prefill server works for
nothing and its answer is thrown away, or the two wait for each other.

Bad::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {connector: nixlv2}}
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
    prefill:
      replicas: 1
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]

Good::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {connector: nixlv2}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
    prefill:
      replicas: 1
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_both"}']
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.disaggregation import ROLE, Apart, aparts, role_told, way_to_tell
from wellit.seen.modelservice import Pod
from wellit.seen.neutral import json_of, spec
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL134", "role-not-told", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create role.replicas routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for apart in aparts(subject):
        if apart.decode.proxied:
            for pod in apart.both:
                yield from _judge(apart, pod)


def _judge(apart: Apart, pod: Pod) -> Items:
    flag = str(spec(apart.engine, ROLE).get("flag") or "")
    said = role_told(pod.main)
    if not flag or (said.told and not said.untold) or (said.told is None and json_of(pod.main, flag)):
        return
    if said.unclear:
        yield NotChecked(f"whether the {pod.main.title} is told {flag}: {said.unclear}")
        return
    other = apart.prefill if pod is apart.decode else apart.decode
    yield Hit(
        said.at,
        f"{apart.engine.title} is not told to share the work with the {other.role} servers: {_missing(pod, flag)}",
        write=way_to_tell(apart.engine, pod.role),
        why="the KV cache is never handed over: what the prefill servers do is thrown away, or the two wait for ever",
        also=((f"the {other.role} servers", other.main.node["args"]),),
    )


def _missing(pod: Pod, flag: str) -> str:
    said = role_told(pod.main)
    return f"{flag} is {said.told.value}" if said.told else f"{flag} is not given"
