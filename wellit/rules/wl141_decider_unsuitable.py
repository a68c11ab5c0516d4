"""The picker splits some requests, and the decode servers take no other.

Two ways to decide are known: always, or by how much of the prompt is in no cache. With the second a short prompt, or
one that was asked before, goes to a decode server alone. vLLM's does all of it then; SGLang's refuses it.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: pd.yaml
      pluginsCustomConfig:
        pd.yaml: |
          featureGates: [prepareDataPlugins]
          plugins:
          - type: disagg-headers-handler
          - type: prefix-based-pd-decider
            parameters: {nonCachedTokens: 16}
          - type: disagg-profile-handler
            parameters: {deciders: {prefill: prefix-based-pd-decider}}
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    routing: {proxy: {connector: sglang}}
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
        args: [--disaggregation-mode, prefill]

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
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    routing: {proxy: {connector: sglang}}
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
        args: [--disaggregation-mode, prefill]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import facts, role_told
from wellit.seen.inferencepool import pairs
from wellit.seen.splitting import uncached_decider, way_to_split
from wellit.subject import DECODE, INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL141", "decider-unsuitable", "error", (INFERENCEPOOL, MODELSERVICE), "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pool, service in pairs(subject):
        decider = uncached_decider(pool)
        for pod in service.pods if decider else ():
            engine = pod.main.engine
            if pod.role != DECODE or not engine or facts(engine).get("when") != "always":
                continue
            said = role_told(pod.main)
            if decider and said.told and said.name == DECODE:
                yield Hit(
                    decider,
                    f"{decider.text()} leaves requests whole whose prompt is cached or short, and {engine.title}'s"
                    " decode servers take none of those",
                    write=way_to_split(pool, "always"),
                    why="a decode server refuses a request that no prefill server has begun",
                    also=((f"{engine.title} is told to decode here", said.at),),
                )
