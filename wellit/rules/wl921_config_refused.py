"""An LLMInferenceServiceConfig that KServe's webhook refuses.

A config is what services are merged with, by `baseRefs` or as one of KServe's own. It has no `baseRefs` itself: which
configs belong together is for the service to say. It has one picker at least, where it says how many.

Bad::

    # objects
    apiVersion: serving.kserve.io/v1alpha2
    kind: LLMInferenceServiceConfig
    metadata: {name: large}
    spec:
      baseRefs: [{name: kserve-config-llm-template}]

Good::

    # objects
    apiVersion: serving.kserve.io/v1alpha2
    kind: LLMInferenceServiceConfig
    metadata: {name: large}
    spec:
      parallelism: {tensor: 8}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.workloads import of_kind
from wellit.subject import OBJECTS, Subject

RULE = Rule(
    "WL921", "config-refused", "error", (OBJECTS,), "asked",
    reads="",
)  # fmt: skip
KIND, GROUP = "LLMInferenceServiceConfig", "serving.kserve.io"
WHY = "KServe's webhook refuses the object"


def check(subject: Subject) -> Items:
    for one in of_kind(subject, KIND):
        if one.group != GROUP:
            continue
        bases, count = one.root.at("spec", "baseRefs"), one.root.at("spec", "router", "scheduler", "replicas")
        if bases:
            names = ", ".join(base["name"].text() for base in bases)
            yield Hit(
                bases, f"{KIND} {one.name} has baseRefs",
                write=f"no baseRefs here; in the service: baseRefs: [{names}, {one.name}]",
                why=f"{WHY}: a config is not merged with others before the service asks for it", key=True,
            )  # fmt: skip
        if isinstance(count.value, int) and not isinstance(count.value, bool) and count.value < 1:
            yield Hit(count, f"spec.router.scheduler.replicas is {count.value}", write="1 or more, or nothing", why=WHY)
