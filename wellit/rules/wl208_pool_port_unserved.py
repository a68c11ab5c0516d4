"""The pool sends to a port that the routing proxy does not open.

A pool of several targetPorts takes each of them for a server of its own, as data parallel has them. The chart starts
the routing proxy with one port, servicePort, and without --data-parallel-size: requests to every other port are
refused.

Bad::

    # inferencepool@v1.4.0
    inferencePool:
      targetPorts: [{number: 8000}, {number: 8001}]
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]

Good::

    # inferencepool@v1.4.0
    inferencePool:
      targetPorts: [{number: 8000}]
      modelServers:
        matchLabels: {llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
    decode:
      containers: [{image: "vllm/vllm-openai:v0.12.0", modelCommand: vllmServe}]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pairs
from wellit.seen.modelservice import Pod
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL208", "pool-port-unserved", "error", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferencePool.apiVersion inferencePool.modelServers inferencePool.targetPortNumber "
    "inferencePool.targetPorts modelArtifacts.labels role.containers role.create routing.proxy "
    "routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pool, service in pairs(subject):
        for pod in service.pods:
            if pod.proxied and not service.release.of_objects and service.port in pool.ports:
                for port in pool.ports:
                    if port != service.port and port not in _opened(pod):
                        yield _unserved(pool, pod, port)


def _opened(pod: Pod) -> set[int | None]:
    """The ports that containers beside the proxy say they open."""
    return {port["containerPort"].number() for one in pod.containers for port in one.node["ports"]}


def _unserved(pool: Pool, pod: Pod, port: int) -> Hit:
    return Hit(
        _place(pool, port),
        f"the pool {pool.release.name} sends to {port} as well, and the routing proxy opens {pod.service.port} alone",
        write=f"targetPorts: [{{number: {pod.service.port}}}]",
        why=f"the chart starts it without --data-parallel-size: what goes to {port} is refused",
        also=(("the proxy's port", pod.service.port_node),),
    )


def _place(pool: Pool, port: int) -> Node:
    return next((one["number"] for one in pool.ports_node if one["number"].number() == port), pool.ports_node)
