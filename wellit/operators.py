"""Objects whose kind a project's own controller carries out: is it there, and does it take the change? Pure.

WL611 the controller is there   WL612 one that is there already can become what is rendered
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import publishers
from wellit.access import Missing, Unread
from wellit.carriers import selector
from wellit.changes.held import held
from wellit.cluster import Cluster
from wellit.demand import Demand, Kind, Manifest, Object
from wellit.findings import Check


def checks(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """Both, for each kind and each object of the demand."""
    yield from _there(cluster, values)
    for item, rendered in demand.carried:
        live = cluster.carried.get(item, Missing())
        if isinstance(live, Mapping):
            yield _changeable(item, live, rendered)


def bring(kind: Kind, cluster: Cluster, values: Mapping[str, Any]) -> str:
    """How a kind gets into the cluster, or which train goes with what is there."""
    if cluster.sandbox and kind.carried and kind.carried.controller.get("sandbox"):
        return f"invoke sandbox.up --with {kind.carried.controller['sandbox']}"
    there = [one.rpartition("/")[2] for one in cluster.other_versions.get(kind, ())]
    train = publishers.trains(kind.group, values, there) if there else ""
    return ", or ".join(filter(None, [train, publishers.fix(kind.group, values, cluster.flags)]))


def _changeable(item: Object, live: Manifest, rendered: Manifest) -> Check:
    known = item.of.carried
    assert known
    title = f"{item}, which is there, can become what is rendered"
    if not (differ := [words for _, words in held(item, live, rendered)]):
        return Check("WL612", title, "pass")
    detail = f"{known.who} does not let this change: {'; '.join(differ)}: it must be deleted and made anew"
    return Check("WL612", title, "warn", detail, "the same install asks for that; --replace agrees to it beforehand")


def _there(cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    for kind, carriers in cluster.carriers.items():
        known = kind.carried
        assert known
        title = f"{known.who} makes pods of {kind.kind}s"
        find = f"kubectl {cluster.flags} get deployments -A -l {selector(known)}"
        bring = f"{publishers.prerequisites(values)}; {find} should show it"
        if carriers.idle:
            detail = "it is not here: the API server checks the object's shape and keeps it, and nothing will run"
            yield Check("WL611", title, "warn", detail, known.without)
        elif carriers.beside:
            yield Check("WL611", title, "pass", carriers.beside)
        elif isinstance(carriers.found, Unread):
            yield Check("WL611", title, "unknown", carriers.found.words)
        elif not carriers.found and cluster.served.get(kind) is True:
            detail = "the cluster knows the kind, and no Deployment has its labels: nobody may make pods of it"
            yield Check("WL611", title, "warn", detail, bring)
        elif carriers.found:
            ready = any(one.ready for one in carriers.found)
            words = "; ".join(one.words for one in carriers.found)
            yield Check("WL611", title, "pass" if ready else "fail", words, "" if ready else find)
