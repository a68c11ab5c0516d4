"""This release of Istio does not route to pools of this kind.

Istio 1.27 knows the InferencePool of inference.networking.x-k8s.io/v1alpha2, from 1.28 on only that of
inference.networking.k8s.io/v1, and before 1.27 none. The pool's chart makes one or the other. A route to a pool that
Istio does not know resolves to nothing, and every request is answered with 500.

Bad::

    # istiod@1.27.3
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}
    ---
    # inferencepool@v1.2.1
    provider: {name: istio}
    inferencePool:
      modelServers: {matchLabels: {app: chat}}

Good::

    # istiod@1.28.3
    pilot: {env: {ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true"}}
    ---
    # inferencepool@v1.2.1
    provider: {name: istio}
    inferencePool:
      modelServers: {matchLabels: {app: chat}}
"""

from __future__ import annotations

from wellit import capabilities
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.seen.istio import Istiod, istiods
from wellit.subject import INFERENCEPOOL, ISTIOD, Subject

RULE = Rule(
    "WL256",
    "istio-pool-kind",
    "error",
    (INFERENCEPOOL, ISTIOD),
    "read",
    reads="inferencePool.apiVersion pilot provider.name",
)


def check(subject: Subject) -> Items:
    for istiod in istiods(subject):
        for pool in pools(subject):
            if pool.behind(istiod.facts["provider"]) and pool.api != istiod.facts["inferencePool"]:
                yield _unknown(istiod, pool)


def _unknown(istiod: Istiod, pool: Pool) -> Hit:
    known = istiod.facts["inferencePool"]
    node = pool.pool["apiVersion"]
    knows = f"knows only that of {known}" if known else "knows no InferencePool"
    fits = [version for version in capabilities.versions(ISTIOD) if _api(version) == pool.api]
    return Hit(
        node if node.written and pool.facts["poolApiSettable"] else pool.release.root["inferencePool"],
        f"the pool {pool.release.name} is of {pool.api}, and Istio {istiod.release.version} {knows}",
        write=f"Istio {fits[0]} or newer" if fits and fits[-1] == capabilities.versions(ISTIOD)[-1] else _older(fits),
        why="the route to it resolves to nothing: every request is answered with 500",
        also=(("Istio's values", istiod.release.root["pilot"]),) if istiod.release.root["pilot"].written else (),
    )


def _older(fits: list[str]) -> str:
    return f"Istio {fits[0]}" if fits else "a pool of inference.networking.k8s.io/v1"


def _api(version: str) -> str:
    return str(capabilities.contract(ISTIOD, version)["inferencePool"])
