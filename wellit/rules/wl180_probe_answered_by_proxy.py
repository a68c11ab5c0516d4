"""A probe is answered by the routing proxy and never reaches the engine.

In a decode pod the routing proxy listens on servicePort. It answers /health by itself, and takes any connection, long
before the engine behind it has loaded its model, and also when the engine hangs.

Bad::

    # llm-d-modelservice@v0.4.9
    routing:
      servicePort: 8000
      proxy: {targetPort: 8200, image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        ports: [{containerPort: 8000, name: vllm}]
        readinessProbe:
          httpGet: {path: /health, port: vllm}

Good::

    # llm-d-modelservice@v0.4.9
    routing:
      servicePort: 8000
      proxy: {targetPort: 8200, image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1}
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        ports: [{containerPort: 8200, name: vllm}]
        readinessProbe:
          httpGet: {path: /health, port: vllm}
"""

from __future__ import annotations

from wellit.capabilities import published
from wellit.images import Image
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.seen.probes import Probe, probes
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL180", "probe-answered-by-proxy", "warning", (MODELSERVICE,), "asked",
    reads="role.containers role.create routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for container in pod.containers if pod.proxied else ():
            for probe in probes(container):
                if probe.port is not None and probe.port == pod.service.port and _answers(pod, probe):
                    yield _hit(pod, probe)


def _answers(pod: Pod, probe: Probe) -> bool:
    """Whether the proxy answers by itself; a release that cannot be told does what every newer one does."""
    if probe.handler == "tcpSocket":
        return True
    proxy = pod.service.proxy
    if proxy.contract:
        return probe.path == "/health" and bool(proxy.contract["answersHealth"])
    image = Image.parse(proxy.image)
    ours = any(image.is_of(known.rpartition(":")[0]) for known, _ in published("routing-proxy"))
    return probe.path == "/health" and ours


def _hit(pod: Pod, probe: Probe) -> Hit:
    named = next(
        (p["containerPort"] for c in pod.containers for p in c.node["ports"] if p["name"].text() == probe.node.text()),
        None,
    )
    engine_port = pod.service.proxy.engine_port
    also = (("the port's number", named),) if named is not None and probe.node.text() else ()
    return Hit(
        probe.node,
        f"the {probe.name} asks port {probe.port}, where the routing proxy answers and not the engine",
        write=f"port: {engine_port}",
        why="the proxy is well before the model is loaded, and stays so when the engine hangs",
        also=also,
    )
