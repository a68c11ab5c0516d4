"""A probe asks for a path that the engine does not have.

The engine answers 404, and to a probe that is a failure: the pod never gets ready, or its container is started again
and again.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        readinessProbe:
          httpGet: {path: /healthz, port: 8200}

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        readinessProbe:
          httpGet: {path: /health, port: 8200}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.seen.probes import Probe, probes
from wellit.subject import MODELSERVICE, Subject

OTHER_ROOT = ("--root-path", "--root_path", "--fastapi-root-path", "--middleware", "--plugins")
RULE = Rule(
    "WL179", "probe-path", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        engine = container.engine
        for probe in probes(container) if engine else ():
            if engine and probe.path and probe.reaches_engine(container) and not _has(container, probe.path):
                yield _hit(container, probe)


def _has(container: Container, path: str) -> bool:
    """Whether one of the engines that may be meant answers there, as far as anybody can tell."""
    moved = any(container.words.given(flag) for flag in OTHER_ROOT) or container.words.unclear
    known = {known for engine in container.possible_engines for known in engine.data.get("paths", ())}
    return (
        bool(moved)
        or not known
        or "{{" in path
        or path in known
        or path.rstrip("/") in known
        or path.startswith("/v1/models/")
    )


def _hit(container: Container, probe: Probe) -> Hit:
    engine = container.possible_engines[0]
    near = nearest(probe.path, engine.data.get("paths", ()), likeness=0.75)
    ready = engine.data["probes"]["readiness"]["path"]
    return Hit(
        probe.path_node,
        f"{engine.title} has no {probe.path}, which the {probe.name} asks for",
        write=f"path: {near or ready}",
        why="it answers 404: the pod never gets ready, or is started again and again",
        fix=Fix(probe.path_node, near) if near else None,
    )
