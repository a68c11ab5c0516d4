"""A probe speaks gRPC to an engine that serves HTTP.

The engines' servers of the OpenAI API answer no gRPC health check: a probe with `grpc` fails every time.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        readinessProbe:
          grpc: {port: 8200}

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

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import mains
from wellit.seen.probes import probes
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL193", "grpc-probe", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        engine = container.engine
        # Some have a server of gRPC as well, by a flag or a program of its own.
        if engine is None or container.words.elsewhere or any("grpc" in word for word in container.words.texts):
            continue
        for probe in probes(container):
            if probe.handler == "grpc" and probe.reaches_engine(container):
                asks = engine.data["probes"][probe.name.removesuffix("Probe")]["path"]
                yield Hit(
                    probe.spec["grpc"],
                    f"the {probe.name} speaks gRPC, {engine.title} serves HTTP on port {probe.port}",
                    write=f"httpGet: {{path: {asks}, port: {probe.node.value}}}",
                    why="every attempt fails: the pod never gets ready, or is started again and again",
                )
