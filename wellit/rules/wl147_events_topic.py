"""The topic of an engine's KV events is one that the picker drops.

The picker takes the pod and the model from the topic, not from the connection: `kv@POD@MODEL`. Up to its v0.6 the pod
is its IP, from v0.7 on its IP with the port that the pool names. A pod's name, a port too many or missing, another
model or another beginning, a variable that the container does not have: the events arrive, and nothing says that they
are worth nothing.

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
      targetPorts: [{number: 8000}]
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: m, labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq","topic":"kv@$(POD_IP)@m"}']
        env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]

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
      targetPorts: [{number: 8000}]
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: m, labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq","topic":"kv@$(POD_IP):8000@m"}']
        env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.events import POD_IP, POD_NAME, Listener, Publisher, heard
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL147", "events-topic", "error", (INFERENCEPOOL, MODELSERVICE), "asked",
    reads="inferenceExtension.image inferenceExtension.pluginsConfigFile inferenceExtension.pluginsCustomConfig "
    "inferencePool.apiVersion inferencePool.modelServers inferencePool.targetPorts modelArtifacts.labels "
    "modelArtifacts.name role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for ear, said in heard(subject):
        topic = said.word("topic")
        if unset := said.unset(topic):
            yield _hit(ear, said, f"$({unset}) in the topic is no variable of the container", _variable(unset))
        elif "$" in topic or "{{" in topic:
            yield NotChecked(f"the topic of the {said.container.title}: {topic} is only known when it starts")
        else:
            yield from _judge(ear, said, topic)


def _judge(ear: Listener, said: Publisher, topic: str) -> Items:
    parts = topic.split("@")
    if not topic.startswith(ear.filter):
        what = f'the topic "{topic}" does not begin with {ear.filter}' if topic else "the KV events have no topic"
        yield _hit(ear, said, f"{what}, which is all that the picker listens to", _wanted(ear, said), ear.plugin)
    elif len(parts) != 3:
        yield _hit(ear, said, f'the topic "{topic}" has not the three parts kv@POD@MODEL', _wanted(ear, said))
    else:
        if wrong := _wrong_pod(ear, parts[1]):
            yield _hit(ear, said, wrong, _wanted(ear, said), ear.pool.ports_node)
        model = said.model
        if model and parts[2] != model:
            wrong = f'the topic names the model "{parts[2]}", requests name "{model}"'
            yield _hit(ear, said, wrong, _wanted(ear, said))


def _wrong_pod(ear: Listener, pod: str) -> str:
    """What is wrong with how the topic names the pod; "" when nothing is."""
    host, colon, port = pod.partition(":")
    ports = [str(number) for number in ear.pool.ports]
    if host == POD_NAME:
        return "the topic names the pod by its name, the picker knows it by its IP"
    if host != POD_IP:
        return "" if host and host[0].isdigit() else f'the topic names the pod "{host}", the picker knows it by its IP'
    wants_port = "{port}" in ear.facts["pod"]
    if wants_port and not colon:
        return "the topic names the pod without its port"
    if not wants_port and colon:
        return f"the topic names the pod with a port, this picker's release ({_release(ear)}) knows it without"
    if wants_port and port not in ports:
        return f"the topic names the pod's port {port}, the pool sends to {' and '.join(ports)}"
    return ""


def _release(ear: Listener) -> str:
    known = ear.pool.contract
    return known.version if known else ""


def _wanted(ear: Listener, said: Publisher) -> str:
    port = ear.pool.ports[0] if ear.pool.ports else ""
    pod = str(ear.facts["pod"]).format(ip="$(POD_IP)", port=port)
    return f'"topic":"{ear.filter}{pod}@{said.model or "MODEL"}"'


def _variable(name: str) -> str:
    return f"env: {{name: {name}, valueFrom: {{fieldRef: {{fieldPath: status.podIP}}}}}}"


def _hit(ear: Listener, said: Publisher, message: str, write: str, place: Node | None = None) -> Hit:
    return Hit(
        said.given.node,
        message,
        write=write,
        why=f"{ear.plugin['type'].text()} drops the events without a word, and never knows what this pod has cached",
        also=(("the picker listens here", ear.plugin["type"]),) if place is None or place is ear.plugin
        else (("the pool's port", place),),
    )  # fmt: skip
