"""The engine is ended before it can have loaded its model.

Until the startupProbe has had a good answer nothing else is asked; when it gives up, the container is ended and
started again. KServe's own waits ten minutes. Before v0.17 there is none, and the livenessProbe counts from the
start.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          startupProbe: {periodSeconds: 5, failureThreshold: 6}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          startupProbe: {periodSeconds: 30, failureThreshold: 60}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl183_probe_budget import AT_LEAST, LIVENESS, STARTUP
from wellit.seen.service import service_workloads
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL929", "service-budget", "warning", (KSERVE,), "read",
    reads="spec.baseRefs spec.prefill spec.replicas spec.runtime spec.template",
)  # fmt: skip
COUNTS = ("failureThreshold", "periodSeconds", "initialDelaySeconds")


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        first = STARTUP if one.node[STARTUP].value else LIVENESS
        for probe in one.probes if one.engine and one.engine.loads_weights else ():
            if probe.name == first and probe.patience < AT_LEAST:
                mine = [probe.spec[key] for key in COUNTS if one.wrote(probe.spec[key])]
                yield Hit(
                    mine[0] if mine else probe.spec,
                    f"the {probe.name} of the {one.title} gives up after {probe.patience} s",
                    write="failureThreshold: 60 with periodSeconds: 30"
                    if first == STARTUP else "a startupProbe with httpGet and failureThreshold: 60",
                    why="loading a model takes longer: the container is ended before it answers, for ever",
                )  # fmt: skip
