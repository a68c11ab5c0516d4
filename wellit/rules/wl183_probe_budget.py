"""The engine is started anew before it can have loaded its model.

A startup probe, or a liveness probe without one, ends a container that has not answered after initialDelaySeconds +
failureThreshold x periodSeconds. An engine takes a minute at the least to load a small model, and many for a large one.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        readinessProbe: {httpGet: {path: /v1/models, port: 8200}}
        livenessProbe: {httpGet: {path: /health, port: 8200}}

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        startupProbe: {httpGet: {path: /v1/models, port: 8200}, periodSeconds: 30, failureThreshold: 60}
        livenessProbe: {httpGet: {path: /health, port: 8200}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.seen.probes import Probe, has, probes
from wellit.subject import MODELSERVICE, Subject

AT_LEAST = 60  # seconds: libraries, weights, compiling, a first run
STARTUP, LIVENESS = "startupProbe", "livenessProbe"
RULE = Rule(
    "WL183", "probe-budget", "warning", (MODELSERVICE,), "read",
    reads="role.containers role.create routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        first = STARTUP if has(container, STARTUP) else LIVENESS
        loads = container.engine and container.engine.loads_weights
        for probe in probes(container) if loads else ():
            if probe.name == first and probe.asks_engine(container) and probe.patience < AT_LEAST:
                yield _hit(container, probe)


def _hit(container: Container, probe: Probe) -> Hit:
    alone = " and there is no startupProbe" if probe.name == LIVENESS else ""
    at = next((probe.spec[key] for key in ("failureThreshold", "periodSeconds") if probe.spec[key].written), probe.spec)
    write = "failureThreshold: 60 with periodSeconds: 30" if not alone else "a startupProbe with failureThreshold: 60"
    return Hit(
        at,
        f"the {probe.name} of the {container.title} gives up after {probe.patience} s{alone}",
        write=write,
        why="loading a model takes longer: the container is ended before it answers, and started again for ever",
    )
