"""What the user may do, and may look at: WL608, WL633. Pure.

Their fixes are whole: the Role, or ClusterRole, that gives what is missing, and its binding, for who may give it away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from wellit.access import Unread
from wellit.cluster import Cluster
from wellit.demand import Act, Demand, Manifest
from wellit.findings import Check
from wellit.preflight.words import apply, counted

RBAC = "rbac.authorization.k8s.io"
SOMEBODY = "YOUR-NAME"  # where the cluster does not say who one is
# As Unread tells a permission: ``list nodes``, ``get pods in NAMESPACE``, ``get gateways.gateway.networking.k8s.io``.
_PERMISSION = re.compile(r"(\w+) ([^. ]+)(?:\.(\S+))?(?: in (\S+))?")


def permissions(demand: Demand, cluster: Cluster) -> Check:
    """WL608."""
    title = f"you may make, change and remove all of it in {demand.namespace}"
    lacking = [act for act in demand.acts if cluster.allowed.get(act) is False]
    refused = [act for act in lacking if not act.without]
    unknown = [act for act in demand.acts if cluster.allowed.get(act) is None]
    if refused:
        given = [(act, "" if act.cluster_wide else demand.namespace) for act in demand.acts]
        fix = _ask("wellit-changes", given, cluster)
        return Check("WL608", title, "fail", f"you may not: {_grouped(refused)}", fix)
    if unknown:
        return Check("WL608", title, "warn", f"the cluster does not say whether you may: {_grouped(unknown)}")
    if lacking:
        return Check("WL608", title, "warn", f"you may not: {_grouped(lacking)}; {lacking[0].without}")
    return Check("WL608", title, "pass", f"{counted(len(demand.acts), 'permission')} asked for")


def reading(cluster: Cluster) -> Iterator[Check]:
    """WL633, where something could not be looked at: each check that wants it is unknown and says so itself."""
    given = [_act(why) for why in dict.fromkeys(one.why for one in _unread(cluster))]
    known = [one for one in given if one]
    if known:
        detail = f"{counted(len(known), 'permission')} to look are missing: what waits for them is unknown"
        yield Check("WL633", "all that is asked may be looked at", "warn", detail, _ask("wellit-looks", known, cluster))


def _unread(found: Any) -> Iterator[Unread]:
    """Every Unread that stands in the place of something; lists of what was read have none."""
    if isinstance(found, Unread):
        yield found
    elif isinstance(found, Mapping):
        for one in found.values():
            yield from _unread(one)
    elif is_dataclass(found):
        for field in fields(found):
            yield from _unread(getattr(found, field.name))


def _act(why: str) -> tuple[Act, str] | None:
    if found := _PERMISSION.fullmatch(why):
        verb, resource, group, namespace = found.groups("")
        return Act(verb, resource, group, not namespace), namespace
    return None


def _ask(name: str, given: Iterable[tuple[Act, str]], cluster: Cluster) -> str:
    """The command that gives acts, each in a namespace, or with none in the whole cluster."""
    given = list(given)
    spaces: dict[str, list[Act]] = {}
    for act, namespace in given:
        spaces.setdefault(namespace, []).append(act)
    # A name of its own for each user and use, so that it takes nothing from another.
    name += f"-{hashlib.sha256(repr((cluster.user, given)).encode()).hexdigest()[:8]}"
    items = [one for space, acts in sorted(spaces.items()) for one in _role(name, space, acts, cluster.user)]
    made = apply({"apiVersion": "v1", "kind": "List", "items": items}, "")
    whom = "" if cluster.user else f", with who you are for {SOMEBODY}"
    return f"{made}; for somebody who may give that away{whom}"


def _role(name: str, namespace: str, acts: Iterable[Act], user: str) -> Iterator[Manifest]:
    kind, within = ("Role", {"namespace": namespace}) if namespace else ("ClusterRole", {})
    about = {"name": name, **within}
    api = f"{RBAC}/v1"
    yield {"apiVersion": api, "kind": kind, "metadata": about, "rules": list(_rules(acts))}
    subject = {"apiGroup": RBAC, "kind": "User", "name": user or SOMEBODY}
    of = {"apiGroup": RBAC, "kind": kind, "name": name}
    yield {"apiVersion": api, "kind": f"{kind}Binding", "metadata": about, "subjects": [subject], "roleRef": of}


def _rules(acts: Iterable[Act]) -> Iterator[Manifest]:
    """One rule for all resources of a group with which the same may be done."""
    verbs: dict[tuple[str, str], set[str]] = {}
    for act in acts:
        verbs.setdefault((act.group, act.resource), set()).add(act.verb)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), may in sorted(verbs.items()):
        together.setdefault((group, tuple(sorted(may))), []).append(resource)
    for (group, may_all), resources in together.items():
        yield {"apiGroups": [group], "resources": resources, "verbs": list(may_all)}


def _grouped(acts: Iterable[Act]) -> str:
    verbs: dict[str, list[str]] = {}
    for act in acts:
        verbs.setdefault(str(act).partition(" ")[2], []).append(act.verb)
    return "; ".join(f"{', '.join(verbs[what])} {what}" for what in sorted(verbs))
