"""What the user may do, by the cluster's word: one review of all rules, and single questions where it is not whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.access import Access, Missing, Unread
from wellit.demand import Act, Demand

RULES_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
ACCESS_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def allowed(access: Access, demand: Demand) -> dict[Act, bool | None]:
    """Of each act of the demand whether the user may do it, None when the cluster does not say."""
    answer = access.review(RULES_REVIEW, _review("SelfSubjectRulesReview", {"namespace": demand.namespace}))
    if isinstance(answer, (Missing, Unread)):
        return dict.fromkeys(demand.acts, None)
    status = answer["status"]
    rules = status["resourceRules"] or []
    result: dict[Act, bool | None] = {act: any(_covers(rule, act) for rule in rules) for act in demand.acts}
    if status.get("incomplete"):
        for act in [act for act, may in result.items() if not may]:
            result[act] = may_do(access, act, "" if act.cluster_wide else demand.namespace)
    return result


def who(access: Access) -> str:
    """The name under which the cluster knows the user; "" when it does not say (Kubernetes before 1.28)."""
    answer = access.review(WHO, {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
    if isinstance(answer, (Missing, Unread)):
        return ""
    return str(((answer.get("status") or {}).get("userInfo") or {}).get("username") or "")


def _review(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": dict(spec)}


def _covers(rule: Mapping[str, Any], act: Act) -> bool:
    def named(key: str, wanted: str) -> bool:
        return not {"*", wanted}.isdisjoint(rule.get(key) or [])

    return (
        named("verbs", act.verb)
        and named("apiGroups", act.group)
        and named("resources", act.resource)
        and not rule.get("resourceNames")
    )


def may_do(access: Access, act: Act, namespace: str) -> bool | None:
    """Whether the user may do one thing; None when the cluster does not say."""
    attributes = {"verb": act.verb, "resource": act.resource, "group": act.group, "namespace": namespace}
    answer = access.review(ACCESS_REVIEW, _review("SelfSubjectAccessReview", {"resourceAttributes": attributes}))
    return None if isinstance(answer, (Missing, Unread)) else bool(answer["status"]["allowed"])
