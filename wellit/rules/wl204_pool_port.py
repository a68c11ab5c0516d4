"""The pool sends requests to a port that the pods do not serve.

The InferencePool names the pods' port, the modelservice chart opens it: targetPorts of the one must hold
routing.servicePort of the other. Two charts, two files: helm compares nothing.

Bad::

    # inferencepool@v1.4.0
    inferencePool:
      targetPorts: [{number: 8200}]
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    routing:
      servicePort: 8000
    decode:
      containers: [{image: "ghcr.io/llm-d/llm-d-cuda:v0.6.0", modelCommand: vllmServe}]

Good::

    # inferencepool@v1.4.0
    inferencePool:
      targetPorts: [{number: 8000}]
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    routing:
      servicePort: 8000
    decode:
      containers: [{image: "ghcr.io/llm-d/llm-d-cuda:v0.6.0", modelCommand: vllmServe}]
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.inferencepool import Pool, alone, pairs
from wellit.seen.modelservice import Service
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL204",
    "pool-port",
    "error",
    (INFERENCEPOOL, MODELSERVICE),
    "read",
    reads="inferencePool.apiVersion inferencePool.modelServers inferencePool.targetPortNumber "
    "inferencePool.targetPorts modelArtifacts.labels role.create routing.servicePort",
)


def check(subject: Subject) -> Items:
    if reason := alone(subject):
        yield NotChecked(f"whether pool and pods agree on the port: {reason}")
    for pool, service in pairs(subject):
        if service.port is not None and service.port not in pool.ports:
            yield _different(pool, service, service.port)


def _different(pool: Pool, service: Service, port: int) -> Hit:
    numbers = list(pool.ports_node)
    return Hit(
        numbers[0]["number"] if len(numbers) == 1 else pool.ports_node,
        f"the pool {pool.release.name} sends to {' and '.join(map(str, pool.ports)) or 'no port'},"
        f" its pods serve {port}",
        write=f"number: {port}" if numbers else f"{pool.ports_node.keys[-1]}: {_ports(pool, port)}",
        why="every request fails with 503: connection refused",
        also=(("the pods' port", service.port_node),),
        fix=_right(pool, port),
    )


def _right(pool: Pool, port: int) -> Fix | None:
    numbers = list(pool.ports_node)
    if len(numbers) == 1:
        return Fix(numbers[0]["number"], str(port))
    return None if numbers or isinstance(pool.ports_node.value, list) else Fix(pool.ports_node, str(port))


def _ports(pool: Pool, port: int) -> str:
    return f"[{{number: {port}}}]" if pool.ports_node.keys[-1] == "targetPorts" else str(port)
