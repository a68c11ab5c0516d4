"""The pool is not made for the gateway that stands before it.

The gateway speaks to the picker, and the picker wants TLS with a certificate that it made itself. For Istio the
pool's chart writes a DestinationRule that allows it, but only with `provider.name: istio`. Behind a gateway of Istio
and without that rule no request gets past the gateway. The two settings are in two charts, and helm compares nothing.

Bad::

    # inferencepool@v1.4.0
    provider: {name: none}
    inferencePool:
      modelServers: {matchLabels: {app: chat}}
    ---
    # llm-d-infra@v1.4.0
    gateway: {provider: istio}

Good::

    # inferencepool@v1.4.0
    provider: {name: istio}
    inferencePool:
      modelServers: {matchLabels: {app: chat}}
    ---
    # llm-d-infra@v1.4.0
    gateway: {provider: istio}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.infra import Gateway, gateways
from wellit.subject import INFERENCEPOOL, INFRA, Subject

RULE = Rule(
    "WL245",
    "provider-gateway",
    "error",
    (INFERENCEPOOL, INFRA),
    "read",
    reads="extraDeploy gateway.destinationRule gateway.enabled gateway.gatewayClassName gateway.provider "
    "inferenceExtension.flags provider.name",
)
RULED = "DestinationRule"  # what a provider's gateway needs to speak TLS to the picker


def check(subject: Subject) -> Items:
    known = list(gateways(subject))
    if len(known) != 1:
        return  # with several nobody can tell which one is before which pool
    (gateway,) = known
    for pool in pools(subject):
        needs = RULED in pool.facts["providerMakes"].get(gateway.reconciler, ())
        if not needs or pool.provider_name == gateway.reconciler or _plain(pool):
            continue
        if gateway.release.root["extraDeploy"] or gateway.node["destinationRule"]["enabled"].flag(False):
            yield NotChecked(f"whether the gateway's own objects let it speak TLS to the picker of {pool.release.name}")
        else:
            yield _missing(pool, gateway)


def _plain(pool: Pool) -> bool:
    """Whether the picker is told to speak without TLS."""
    return any(name in pool.flags for name in ("secure-serving=false", "secureServing=false"))


def _missing(pool: Pool, gateway: Gateway) -> Hit:
    node, name = pool.provider, gateway.reconciler
    said = f"the provider {node.text()}" if node.text() else "no provider"
    return Hit(
        node if node.written else pool.release.root["provider"],
        f"the pool {pool.release.name} has {said}, and the gateway before it is of class {gateway.class_name}",
        write=f"provider: {{name: {name}}}",
        why=f"no {RULED} is made: the gateway's TLS to the picker fails, and every request with it",
        also=(("the gateway", gateway.deciding),) if gateway.deciding.written else (),
    )
