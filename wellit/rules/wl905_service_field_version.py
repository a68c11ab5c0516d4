"""A service has a field that this release of KServe, or this version of its API, does not have.

Fields were added with nearly every release: `scaling`, `labels` and `router.scheduler.config` with v0.17, `tracing`
and `kvCacheOffloading` with v0.20. Some are in one version of the API alone. An older release drops such a field.

Bad::

    # kserve@v0.17.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      kvCacheOffloading: {cpu: 10Gi}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      kvCacheOffloading: {cpu: 10Gi}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import serviceform
from wellit.source import dotted
from wellit.subject import KSERVE, Subject

RULE = Rule("WL905", "service-field-version", "error", (KSERVE,), "read", reads="*")


def check(subject: Subject) -> Items:
    for service, problem in serviceform.problems(subject):
        field = serviceform.field_of(problem.keys) if problem.kind == "unknown" else None
        if field is None or not (reason := serviceform.lacks(field, service.facts.version, service.api)):
            continue
        name = dotted(("spec", *problem.keys))
        other = field.get("api", "")
        wrong_api = other and service.api and other != service.api
        yield Hit(
            service.written.at(*problem.keys),
            f"{name} is not in {service.api}" if wrong_api else f"KServe {service.facts.version} has no {name}",
            write=f"api: {other}, or remove it" if wrong_api and not service.release.of_objects
            else f"apiVersion: serving.kserve.io/{other}, or remove it" if wrong_api
            else f"KServe {field['since']} or later, or remove it",
            why=f"{reason}: the API server drops it, and all that it says",
            also=(("the version of the API", service.release.root["api"]),) if wrong_api else (),
            key=True,
        )  # fmt: skip
