"""A pool behind a gateway of GKE has none of GKE's policies.

GKE's load balancer asks each pod for health on / unless a HealthCheckPolicy says otherwise, and model servers answer
there with 404. The pool's chart writes the policy with `provider.name: gke`.

Bad::

    # inferencepool@v1.4.0
    provider: {name: none}
    inferencePool:
      modelServers: {matchLabels: {app: chat}}
    ---
    # llm-d-infra@v1.4.0
    gateway: {provider: gke-l7-regional-external-managed}

Good::

    # inferencepool@v1.4.0
    provider: {name: gke}
    inferencePool:
      modelServers: {matchLabels: {app: chat}}
    ---
    # llm-d-infra@v1.4.0
    gateway: {provider: gke-l7-regional-external-managed}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.seen.infra import gateways
from wellit.subject import INFERENCEPOOL, INFRA, Subject

RULE = Rule(
    "WL246",
    "gke-policies",
    "warning",
    (INFERENCEPOOL, INFRA),
    "read",
    reads="gateway.enabled gateway.gatewayClassName gateway.provider provider.name",
)
POLICY = "HealthCheckPolicy"


def check(subject: Subject) -> Items:
    known = list(gateways(subject))
    if len(known) != 1:
        return
    (gateway,) = known
    for pool in pools(subject):
        making = [name for name, kinds in pool.facts["providerMakes"].items() if POLICY in kinds]
        name = next((name for name in making if gateway.class_name.startswith(f"{name}-")), "")
        if name and pool.provider_name != name:
            node = pool.provider
            yield Hit(
                node if node.written else pool.release.root["provider"],
                f"the pool {pool.release.name} is not for {name}, and the gateway is of class {gateway.class_name}",
                write=f"provider: {{name: {name}}}",
                why=f"no {POLICY} is made: the load balancer asks / for health, finds nobody healthy and sends nothing",
                also=(("the gateway", gateway.deciding),) if gateway.deciding.written else (),
            )
