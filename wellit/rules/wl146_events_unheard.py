"""Engines publish KV events, and the picker does not listen.

Only precise-prefix-cache-scorer hears them. prefix-cache-scorer keeps a record of its own, of what it sent where, and
takes none from outside.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: own.yaml
      pluginsCustomConfig:
        own.yaml: |
          plugins:
          - type: prefix-cache-scorer
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq","topic":"kv@$(POD_IP):8000@m"}']

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: own.yaml
      pluginsCustomConfig:
        own.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq","topic":"kv@$(POD_IP):8000@m"}']
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.events import Publisher, listener, publisher
from wellit.seen.inferencepool import Pool, pairs
from wellit.seen.splitting import place_of_config, readable
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL146", "events-unheard", "warning", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.flags inferenceExtension.image inferenceExtension.pluginsConfigFile "
    "inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pool, service in pairs(subject):
        if not isinstance(pool.contract, Contract) or not readable(pool) or listener(pool):
            continue
        for pod in service.pods:
            said = publisher(pod)
            if said and said.on:
                yield _unheard(pool, said)


def _unheard(pool: Pool, said: Publisher) -> Hit:
    known = pool.contract.get("kvEvents") if isinstance(pool.contract, Contract) else None
    plugin = known["plugin"] if known else ""
    return Hit(
        said.given.node,
        f"the {said.pod.role} servers publish KV events, and the picker of {pool.release.name} does not listen",
        write=f"{plugin} among the picker's plugins, or no {said.given.flag}" if plugin else f"no {said.given.flag}",
        why="its configuration has no plugin that hears them",
        also=(("the picker's configuration", place_of_config(pool)),),
    )
