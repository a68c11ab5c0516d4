"""A DestinationRule is for a host that no Service has.

With Istio the way to the endpoint picker is encrypted by a DestinationRule for the picker's Service. One for another
host is accepted and does nothing: the gateway speaks plain text, and the picker does not understand it. The Service
of a picker that KServe's controller makes of a service counts, too.

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

from wellit.carried import within
from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen import service, workloads
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL518", "rule-host", "error", (OBJECTS,), "read", reads="")
CLUSTER = ".svc.cluster.local"


def check(subject: Subject) -> Items:
    services = [(one.name, one.namespace) for one in workloads.of_kind(subject, "Service")]
    made = (one for one in service.services(subject) if within(one.asked, "router.scheduler") is not None)
    services += [(one.called("picker"), one.namespace) for one in made]
    for rule in workloads.of_kind(subject, "DestinationRule"):
        host = rule.root.at("spec", "host")
        name, _, rest = host.text().removesuffix(CLUSTER).removesuffix(".svc").partition(".")
        if not name or "*" in host.text() or "." in rest:
            continue  # a pattern, or a host outside of the cluster
        here = [one for one, namespace in services if not rest or not namespace or namespace == rest]
        if name in here:
            continue
        other = next((namespace for one, namespace in services if one == name), None)
        near = nearest(name, here, likeness=0.8) if other is None else name
        if not near:
            yield NotChecked(f"whether the host of DestinationRule {rule.name} is a Service: no {name} was given")
            continue
        namespace = (rest if other is None else other) or "NAMESPACE"
        yield Hit(
            host, f"DestinationRule {rule.name} is for {host.text()}, and there is no such Service",
            write=f"host: {near}.{namespace}{CLUSTER}",
            why="it does nothing: the gateway does not reach the picker as the picker wants it",
        )  # fmt: skip
