"""A service is of a version of its API that this release of KServe does not serve.

LLMInferenceService is a kind of `serving.kserve.io`, in two versions: v1alpha1, which every release serves, and
v1alpha2, which came with KServe v0.17 and is what it stores. A cluster with v0.16 says that there is no such kind.

Bad::

    # kserve@v0.16.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}

Good::

    # kserve@v0.16.0
    api: v1alpha1
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
"""

from __future__ import annotations

from wellit import capabilities
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.service import GROUP, KIND, services
from wellit.subject import KSERVE, Subject

RULE = Rule("WL902", "service-api", "error", (KSERVE,), "read", reads="api")


def check(subject: Subject) -> Items:
    for service in services(subject):
        served, node = list(service.facts["apis"]), service.release.root["api"]
        if not service.api or service.api in served or service.release.of_objects:
            continue  # of an object that no release serves WL901 speaks
        since = next((one for one in capabilities.versions(KSERVE) if service.api in _apis(one)), "")
        yield Hit(
            node,
            f"KServe {service.facts.version} serves no {KIND} of {service.api}",
            write=" or ".join(served),
            why=f"the cluster knows no such kind: {GROUP}/{service.api} came with KServe {since}"
            if since
            else f"no release of KServe has {GROUP}/{service.api}",
            fix=Fix(node, served[0]) if len(served) == 1 else None,
        )


def _apis(version: str) -> tuple[str, ...]:
    apis: tuple[str, ...] = capabilities.contract(KSERVE, version)["apis"]
    return apis
