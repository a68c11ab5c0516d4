"""A DestinationRule is for a host that no Service has.

With Istio the way to the endpoint picker is encrypted by a DestinationRule for the picker's Service. One for another
host is accepted and does nothing: the gateway speaks plain text, and the picker does not understand it.

Bad::

    # objects
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: gaie-chat, namespace: chat}
    spec:
      host: gaie-chta-epp.chat.svc.cluster.local
      trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: true}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: gaie-chat-epp, namespace: chat}
    spec:
      ports: [{port: 9002}]

Good::

    # objects
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: gaie-chat, namespace: chat}
    spec:
      host: gaie-chat-epp.chat.svc.cluster.local
      trafficPolicy: {tls: {mode: SIMPLE, insecureSkipVerify: true}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: gaie-chat-epp, namespace: chat}
    spec:
      ports: [{port: 9002}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen import workloads
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL518", "rule-host", "error", (OBJECTS,), "read", reads="")
CLUSTER = ".svc.cluster.local"


def check(subject: Subject) -> Items:
    services = list(workloads.of_kind(subject, "Service"))
    for rule in workloads.of_kind(subject, "DestinationRule"):
        host = rule.root.at("spec", "host")
        name, _, rest = host.text().removesuffix(CLUSTER).removesuffix(".svc").partition(".")
        if not name or "*" in host.text() or "." in rest:
            continue  # a pattern, or a host outside of the cluster
        here = [one for one in services if not rest or not one.namespace or one.namespace == rest]
        if any(one.name == name for one in here):
            continue
        other = next((one for one in services if one.name == name), None)
        near = other.name if other else nearest(name, [one.name for one in here], likeness=0.8)
        if not near:
            yield NotChecked(f"whether the host of DestinationRule {rule.name} is a Service: no {name} was given")
            continue
        namespace = (other.namespace if other else rest) or "NAMESPACE"
        yield Hit(
            host, f"DestinationRule {rule.name} is for {host.text()}, and there is no such Service",
            write=f"host: {near}.{namespace}{CLUSTER}",
            why="it does nothing: the gateway does not reach the picker as the picker wants it",
        )  # fmt: skip
