"""The Gateway lacks the label that lets it ask the picker.

Istio's gateways ask a picker only where the Gateway has the label istio.io/enable-inference-extproc. The chart writes
it for the class istio; for OpenShift's class of the same Istio, data-science-gateway-class, it does not.

Bad::

    # llm-d-infra@v1.3.8
    gateway: {gatewayClassName: data-science-gateway-class}

Good::

    # llm-d-infra@v1.3.8
    gateway:
      gatewayClassName: data-science-gateway-class
      labels: {istio.io/enable-inference-extproc: "true"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.infra import gateways
from wellit.subject import INFRA, Subject

RULE = Rule(
    "WL255",
    "ext-proc-label",
    "warning",
    (INFRA,),
    "read",
    reads="commonLabels gateway.enabled gateway.gatewayClassName gateway.labels gateway.provider",
)


def check(subject: Subject) -> Items:
    for gateway in gateways(subject):
        labels = gateway.facts["extProcLabel"]
        label = labels.get(gateway.reconciler, "")
        written_for = gateway.provider if gateway.facts["providers"] else gateway.class_written
        own = (gateway.node["labels"], gateway.release.root["commonLabels"])
        if label and written_for not in labels and not any(label in dict(node.items()) for node in own):
            yield Hit(
                gateway.deciding,
                f"the chart writes no label {label} for the class {gateway.class_name}",
                write=f'gateway.labels: {{{label}: "true"}}',
                why="the gateway does not ask the picker: requests go to any pod, or to none",
            )
