"""A toleration is one that the API server refuses.

Without a key it means every taint, which only the operator Exists can say; Exists takes no value; and only a taint of
the effect NoExecute can be tolerated for a time. Without `operator` Equal is meant.

Bad::

    # settings -e default
    tolerations: [{value: gpu, effect: NoSchedule}]

Good::

    # settings -e default
    tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.podspec import pod_specs
from wellit.seen.settings import engine_settings
from wellit.subject import INFERENCEPOOL, MODELSERVICE, ROLES, SETTINGS, Subject

BESIDE = ("picker", "frontend", "scheduler")  # what else has pods, by its settings
RULE = Rule(
    "WL430", "toleration-refused", "error", (SETTINGS, MODELSERVICE, INFERENCEPOOL), "asked",
    reads="engine engine.name engines frontend.tolerations inferenceExtension.tolerations picker.tolerations "
    "role.create role.extraConfig role.tolerations scheduler.tolerations tolerations tolerations.effect "
    "tolerations.key tolerations.operator tolerations.tolerationSeconds tolerations.value",
)  # fmt: skip
WHY = "the API server refuses the pods: "


def check(subject: Subject) -> Items:
    seen: set[tuple[object, ...]] = set()
    for listed in _lists(subject):
        for one in listed:
            if (hit := _refused(one)) and one.keys not in seen:
                seen.add(one.keys)
                yield hit


def _lists(subject: Subject) -> Iterator[Node]:
    for one in engine_settings(subject):
        yield one.setting("tolerations")
        yield from (one.setting(part, "tolerations") for part in (*ROLES, *BESIDE))
    if not subject.rendered:
        for pod in pod_specs(subject):
            yield pod.node["tolerations"]
            if pod.role:
                yield pod.node["extraConfig"]["tolerations"]


def _refused(one: Node) -> Hit | None:
    operator = one["operator"].text() or "Equal"
    if operator == "Equal" and not one["key"]:
        return Hit(
            one,
            "a toleration without a key means every taint, which only the operator Exists can say",
            write="key: THE-TAINT'S-KEY, or operator: Exists without a value",
            why=WHY + "operator must be Exists when `key` is empty",
        )
    if operator == "Exists" and one["value"]:
        return Hit(
            one["value"],
            "Exists takes no value",
            write="operator: Equal, or no value",
            why=WHY + "value must be empty when `operator` is 'Exists'",
        )
    if one["tolerationSeconds"].written and one["effect"].text() != "NoExecute":
        return Hit(
            one["tolerationSeconds"],
            "only a taint of the effect NoExecute can be tolerated for a time",
            write="effect: NoExecute, or no tolerationSeconds",
            why=WHY + "effect must be 'NoExecute' when `tolerationSeconds` is set",
        )
    return None
