"""Prefill and decode are to share the work, and no routing proxy stands before the decode server.

The picker writes the prefill server that it chose into a header, and it is the routing proxy in the decode pod that
reads it. Without the proxy nobody does: the prefill servers are never asked, and an SGLang decode server refuses what
it is sent.

Bad::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: false}}
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

Good::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: true}}
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

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import aparts, own_proxy
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL139", "proxy-off", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create role.initContainers role.replicas routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for apart in aparts(subject):
        if not apart.decode.proxied and apart.asked_for and not own_proxy(apart.decode):
            enabled = apart.service.proxy.node["enabled"]
            yield Hit(
                enabled,
                "the routing proxy is off, and nothing else reads which prefill server was chosen",
                write="enabled: true, and the decode engine on targetPort",
                why=f"the prefill servers of {apart.service.release.name} are never asked",
                also=(("prefill servers run here", apart.prefill.main.node["image"]),),
            )
