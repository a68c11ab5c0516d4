"""The engine's KV events and the picker's ear never meet.

Either the picker dials every pod (`discoverPods`, port 5557 unless socketPort says another) and the engine opens a port
for it (`tcp://*:5557`), or the picker opens one (zmqEndpoint) and the engines dial its Service. When both open, both
dial, or the ports differ, nothing connects and nothing is logged.

Bad::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
            parameters: {kvEventsConfig: {discoverPods: false, zmqEndpoint: "tcp://*:5557"}}
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: m, labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq","endpoint":"tcp://*:5557"}']

Good::

    # inferencepool@v1.4.0
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}
      pluginsConfigFile: precise.yaml
      pluginsCustomConfig:
        precise.yaml: |
          plugins:
          - type: precise-prefix-cache-scorer
            parameters: {kvEventsConfig: {discoverPods: true, podDiscoveryConfig: {socketPort: 5557}}}
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {name: m, labels: {llm-d.ai/guide: chat}}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.12.0
        modelCommand: vllmServe
        args: ["--kv-events-config", '{"enable_kv_cache_events":true,"publisher":"zmq","endpoint":"tcp://*:5557"}']
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.events import Address, Listener, Publisher, heard
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL148", "events-sockets", "error", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferenceExtension.extraServicePorts inferenceExtension.image inferenceExtension.pluginsConfigFile "
    "inferenceExtension.pluginsCustomConfig "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for ear, said in heard(subject):
        where = said.address
        if where.port is None and "$" in where.text:
            yield NotChecked(f"where the {said.container.title} publishes: {where.text} is only known when it starts")
        elif where.binds:
            yield from _opened(ear, said, where)
        else:
            yield from _dialled(ear, said, where)


def _opened(ear: Listener, said: Publisher, where: Address) -> Items:
    """The engine opens a port: the picker must dial it."""
    if not ear.dials:
        yield _hit(
            said, f"the engine opens {where.text} for its KV events, and the picker dials no pod", "discoverPods: true",
            ear.events["discoverPods"], "the picker only waits for those who dial in: neither ever connects",
        )  # fmt: skip
    elif where.port is not None and where.port != ear.socket:
        yield _hit(
            said, f"the engine publishes at port {where.port}, the picker dials {ear.socket}",
            f"podDiscoveryConfig: {{socketPort: {where.port}}}, or tcp://*:{ear.socket} here", ear.socket_node,
            "nothing listens where it dials, and it tries for ever",
        )  # fmt: skip


def _dialled(ear: Listener, said: Publisher, where: Address) -> Items:
    """The engine dials: the picker must open the port, and its Service lead to it."""
    opened = Address.parse(ear.endpoint) if ear.endpoint else None
    if opened is None:
        yield _hit(
            said, f"the engine dials {where.text} with its KV events, and the picker opens no port for them",
            "tcp://*:" + f"{ear.socket} here, for the picker dials every pod", ear.events["zmqEndpoint"],
            "nobody answers there: without zmqEndpoint the picker only dials",
        )  # fmt: skip
    elif where.port is not None and opened.port is not None and where.port != opened.port:
        yield _hit(
            said, f"the engine dials port {where.port}, the picker opens {opened.port}",
            f"{where.text.rpartition(':')[0]}:{opened.port}", ear.events["zmqEndpoint"], "nobody answers there",
        )  # fmt: skip
    elif where.port is not None and not where.host[:1].isdigit() and not _served(ear, where.port):
        yield _hit(
            said, f"the engine dials port {where.port} of a Service, which the picker's does not have",
            f"inferenceExtension.extraServicePorts: [{{name: zmq, port: {where.port}, targetPort: {where.port},"
            " protocol: TCP}]",
            ear.pool.picker["extraServicePorts"], "a Service leads to the ports that it names, and to no other",
        )  # fmt: skip


def _served(ear: Listener, port: int) -> bool:
    return any(entry["port"].number() == port for entry in ear.pool.picker["extraServicePorts"])


def _hit(said: Publisher, message: str, write: str, there: Node, why: str) -> Hit:
    return Hit(said.given.node, message, write=write, why=why, also=(("the picker's side", there),))
