"""The picker splits requests, and there are no prefill servers.

Its configuration has plugins that choose a prefill server for each request. Where none runs there is none to choose:
the picker looks for one in vain at every request, and the decode servers do it all.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
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
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
    prefill: {create: false}

Good::

    # inferencepool@v1.4.0
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
    prefill: {create: false}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import pod_of
from wellit.seen.inferencepool import Pool, pairs
from wellit.seen.modelservice import Service
from wellit.seen.splitting import place_of_config, splits
from wellit.subject import DECODE, INFERENCEPOOL, MODELSERVICE, PREFILL, Subject

RULE = Rule(
    "WL238", "split-without-prefill", "warning", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.flags inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role role.containers role.create role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    by_pool: dict[Pool, list[Service]] = {}
    for pool, service in pairs(subject):
        by_pool.setdefault(pool, []).append(service)
    for pool, services in by_pool.items():
        if splits(pool) and any(pod_of(s, DECODE) for s in services) and not any(pod_of(s, PREFILL) for s in services):
            yield _hit(pool, services[0])


def _hit(pool: Pool, service: Service) -> Hit:
    prefill = service.release.root[PREFILL]
    return Hit(
        place_of_config(pool),
        f"the picker of {pool.release.name} splits requests, and {service.release.name} has no prefill servers",
        write="prefill servers: create: true and replicas: 1 below prefill; or a configuration that does not split",
        why="no prefill server is ever found: the decode servers do it all, or refuse what was not prefilled",
        also=(("prefill is off here", prefill),) if prefill.written else (),
    )
