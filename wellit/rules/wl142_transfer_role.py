"""vLLM's kv_role is the other server's.

kv_producer is the one that prefills, kv_consumer the one that decodes, kv_both either. NixlConnector takes its part
from each request and does not look; other connectors do. Swapped, it says the opposite of what is meant.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_producer"}']

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-transfer-config", '{"kv_connector":"NixlConnector","kv_role":"kv_consumer"}']
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import ROLE, facts, role_told
from wellit.seen.modelservice import pods
from wellit.seen.neutral import spec
from wellit.subject import DECODE, MODELSERVICE, PREFILL, Subject

RULE = Rule("WL142", "transfer-role", "warning", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        engine = pod.main.engine
        if not engine or not facts(engine) or facts(engine).get("keepsRole"):
            continue
        said = role_told(pod.main)
        words = spec(engine, ROLE).get("values", {})
        if said.told and said.name in (DECODE, PREFILL) and said.name != pod.role:
            yield Hit(
                said.at,
                f"the {pod.role} servers are told {said.told.by} {said.told.value}",
                write=f"{words.get(pod.role, pod.role)}, or {words.get('either', '')}",
                why=f"it is the role of a {said.name} server; a connector that looks at it does the wrong half",
            )
