"""Nothing asks the engine whether it is ready.

The chart adds no probe of its own. Without a startup or a readiness probe a pod is Ready as soon as its process runs,
minutes before the model is loaded: the picker sends requests to it, and they fail.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
        startupProbe:
          httpGet: {path: /v1/models, port: 8200}
          failureThreshold: 120
        readinessProbe:
          httpGet: {path: /v1/models, port: 8200}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import mains
from wellit.seen.probes import has
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL178", "no-probes", "warning", (MODELSERVICE,), "read",
    reads="requester.enable role.containers role.create routing.proxy routing.servicePort",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        engine = container.engine
        if container.pod.service.release.root.at("requester", "enable").flag(False):
            continue  # the pods are the requester's, which has a probe of its own
        if engine and engine.loads_weights and not has(container, "startupProbe", "readinessProbe"):
            path, port = engine.data["probes"]["readiness"]["path"], container.pod.expected_port
            yield Hit(
                container.node["readinessProbe"],
                f"the {container.title} has neither a startup nor a readiness probe",
                write=f"readinessProbe: {{httpGet: {{path: {path}, port: {port}}}}}, and a startupProbe",
                why="the chart adds none: the pod is Ready before its model is loaded, and gets requests that fail",
            )
