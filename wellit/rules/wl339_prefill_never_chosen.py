"""Prefill and decode are to share the work, and the picker never splits a request.

Which requests are split is decided by plugins of the picker's configuration; the chart's own has none of them. Prefill
and decode servers then get whole requests alike. vLLM does them all by itself: nothing fails, and nothing is handed
over.

Bad::

    # inferencepool@v1.4.0
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
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

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          plugins:
          - type: disagg-headers-handler
          - type: always-disagg-pd-decider
          - type: disagg-profile-handler
            parameters: {deciders: {prefill: always-disagg-pd-decider}}
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
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
from wellit.seen.disaggregation import aparts
from wellit.seen.inferencepool import pairs
from wellit.seen.splitting import place_of_config, splits, way_to_split
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL339", "prefill-never-chosen", "warning", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.flags inferenceExtension.image inferenceExtension.pluginsConfigFile "
    "inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    shared = {apart.service: apart for apart in aparts(subject) if apart.asked_for}
    for pool, service in pairs(subject):
        apart = shared.get(service)
        if apart and not apart.facts.get("keepsRole") and splits(pool) is False:
            yield Hit(
                place_of_config(pool),
                f"the picker of {pool.release.name} never splits a request, and {service.release.name} has prefill"
                " servers",
                write=way_to_split(pool, str(apart.facts["when"])),
                why="prefill and decode servers get whole requests alike, and nothing is handed over",
                also=(("prefill servers run here", apart.prefill.main.node["image"]),),
            )
