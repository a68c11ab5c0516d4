"""The picker scores by KV events, and no engine of the pool publishes any.

precise-prefix-cache-scorer knows only what engines say of their caches. When none says anything it gives every pod
the same score for ever, and nothing is logged.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
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
        env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
"""

from __future__ import annotations

from collections.abc import Sequence

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.events import Listener, events_of, listeners, publisher
from wellit.seen.inferencepool import alone, pairs
from wellit.seen.modelservice import Pod
from wellit.seen.neutral import unclear
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL145", "nobody-publishes", "error", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for ear in listeners(subject):
        if reason := alone(subject):
            yield NotChecked(f"whether engines publish the KV events that the picker scores by: {reason}")
            continue
        pods = [pod for pool, service in pairs(subject) if pool is ear.pool for pod in service.pods]
        if pods and not any(publisher(pod) for pod in pods):
            yield from _silent(ear, pods)


def _silent(ear: Listener, pods: Sequence[Pod]) -> Items:
    for pod in pods:
        if pod.main.engine is None or unclear(pod.main):
            why = unclear(pod.main) or pod.main.unknown_engine
            yield NotChecked(f"whether the {pod.main.title} publishes KV events: {why}")
            return
    pod = pods[0]
    assert pod.main.engine
    flag = events_of(pod.main.engine).get("flag")
    lacks = str((pod.main.engine.data.get("lacks") or {}).get("kvEvents", ""))
    yield Hit(
        ear.plugin["type"],
        f"{ear.plugin['type'].text()} waits for KV events, and no engine of the pool publishes any",
        write=f"{flag} among the engine's args" if flag else "prefix-cache-scorer, which needs none",
        why=lacks or "every pod has the same score for ever: prefixes play no part",
        also=((f"{pod.main.engine.title} is started here", pod.main.engine_node),),
    )
