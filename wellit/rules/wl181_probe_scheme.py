"""A probe speaks TLS to an engine that does not, or plain HTTP to one that does.

Engines serve plain HTTP until they are given a certificate. A probe with the wrong scheme fails at the first byte.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        readinessProbe:
          httpGet: {path: /health, port: 8200, scheme: HTTPS}

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

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.seen.neutral import told
from wellit.seen.probes import probes
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL181", "probe-scheme", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        for probe in probes(container) if container.engine else ():
            tls = _tls(container)
            if probe.path and probe.asks_engine(container) and tls is not None and tls != probe.https:
                node = probe.spec.at(probe.handler, "scheme")
                scheme = "HTTPS" if tls else "HTTP"
                yield Hit(
                    node,
                    f"the {probe.name} speaks {'HTTP' if tls else 'HTTPS'}, the engine {scheme}",
                    write=f"scheme: {scheme}",
                    why="every attempt fails: the pod never gets ready, or is started again and again",
                    fix=Fix(node, scheme) if node.written else None,
                )


def _tls(container: Container) -> bool | None:
    """Whether the engine is given a certificate; None when that cannot be told."""
    if container.words.elsewhere:
        return None
    return told(container, "sslCertificate") is not None
