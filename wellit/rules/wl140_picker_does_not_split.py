"""The picker never splits a request, and the decode servers take only split ones.

Which requests are split is decided by plugins of the picker's configuration: one that handles the profiles, one that
writes the header, filters by role. The chart's own configuration has none of them: a request goes to any pod of the
pool. An SGLang server that is started to decode refuses it.

Bad::

    # inferencepool@v1.4.0
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
          - type: prefill-filter
          - type: decode-filter
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
from wellit.seen.inferencepool import Pool, pairs
from wellit.seen.modelservice import Pod
from wellit.seen.splitting import place_of_config, splits, way_to_split
from wellit.subject import DECODE, INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL140", "picker-does-not-split", "error", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.flags inferenceExtension.image inferenceExtension.pluginsConfigFile "
    "inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pool, service in pairs(subject):
        for pod in service.pods:
            if pod.role == DECODE and splits(pool) is False:
                yield from _judge(pool, pod)


def _judge(pool: Pool, pod: Pod) -> Items:
    engine = pod.main.engine
    if engine is None or not facts(engine).get("keepsRole"):
        return
    said = role_told(pod.main)
    if said.told and said.name == DECODE:
        yield Hit(
            place_of_config(pool),
            f"the picker of {pool.release.name} never splits a request, and its decode servers take no other",
            write=way_to_split(pool, "always"),
            why=f"{engine.title} that is told {said.told.by} {said.told.value} refuses a request that no prefill"
            " server has begun",
            also=(("told to decode here", said.at),),
        )
