"""A probe asks in two ways.

KServe merges a probe with the preset's, field by field: a `tcpSocket` or an `exec` stands beside the preset's
`httpGet`, and Kubernetes takes one of them only.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          readinessProbe: {tcpSocket: {port: 8000}}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          readinessProbe: {httpGet: {path: /v1/models, port: 8000}}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.podspec import PROBES
from wellit.seen.probes import HANDLERS
from wellit.seen.service import services
from wellit.seen.webhook import there
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL927", "service-handlers", "error", (KSERVE,), "asked",
    reads="spec.prefill spec.template",
)  # fmt: skip
EVERY = (*HANDLERS, "exec")


def check(subject: Subject) -> Items:
    for service in services(subject):
        for one in service.workloads:
            for name in PROBES:
                ways = [one.node[name][key] for key in EVERY if there(one.node[name][key])]
                mine = [node for node in ways if one.wrote(node)]
                if len(ways) > 1 and mine:
                    other = next(str(node.keys[-1]) for node in ways if node.keys != mine[-1].keys)
                    yield Hit(
                        mine[-1],
                        f"the {name} of the {one.title} has {mine[-1].keys[-1]} and {other}",
                        write="httpGet: {path: ..., port: ...}, which replaces the preset's",
                        why="Kubernetes refuses the Deployment: a probe asks in one way; MainWorkloadReady is False",
                        key=True,
                    )
