"""The kinds that are rendered: known to the cluster, and somebody acts on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities, operators, publishers
from wellit.access import Missing, Unread
from wellit.cluster import Cluster
from wellit.demand import Demand
from wellit.findings import Check
from wellit.preflight.words import counted


def kinds(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    for kind, served in cluster.served.items():
        title = f"the cluster knows {kind.kind} ({kind.api_version})"
        if isinstance(served, Unread):
            yield Check("WL604", title, "unknown", served.words)
        elif not served:
            detail = f"{counted(demand.kinds[kind], 'object')} would be refused: its definition is not in the cluster"
            if others := cluster.other_versions.get(kind):
                detail = f"the cluster knows it as {', '.join(others)} only: its controller is of an older release"
            release = publishers.wants(kind.group, values)
            yield Check(
                "WL604",
                title,
                "fail",
                f"{detail}; {release}" if release else detail,
                operators.bring(kind, cluster, values),
            )
    if all(served is True for served in cluster.served.values()):
        names = sorted({kind.kind for kind in cluster.served})
        detail = ", ".join(names) or "only Kubernetes' own kinds"
        yield Check("WL604", "the cluster knows every kind that is rendered", "pass", detail)


def classes(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """WL605, one for each gateway class."""
    for name in demand.gateway_classes:
        title = f"the gateway class {name} is there and accepted"
        found = cluster.gateway_classes.get(name, Missing())
        if isinstance(found, Unread):
            yield Check("WL605", title, "unknown", found.words)
        elif isinstance(found, Missing):
            of = values["gateway"].get("title", name)
            fix = f"invoke prerequisites, with the same flags, shows what {of} needs; or --gateway none"
            yield Check("WL605", title, "fail", "it is not there: nothing would make the gateway", fix)
        elif not found and cluster.sandbox:
            yield Check("WL605", title, "warn", "in this sandbox nothing accepts it: what follows is simulated")
        elif not found:
            fix = f"kubectl {cluster.flags} describe gatewayclass {name}"
            yield Check("WL605", title, "fail", "it is there, and no controller has accepted it", fix)
        else:
            yield Check("WL605", title, "pass")


def stand_ins(demand: Demand, cluster: Cluster) -> Iterator[Check]:
    """Where another release's picker stands in: whether it has the plugins that are configured."""
    for image, found in cluster.stand_ins.items():
        theirs = capabilities.picker(found.image) if found.image else None
        if theirs:
            known = {fact.removeprefix("plugin.") for fact in theirs.facts if fact.startswith("plugin.")}
            missing = sorted(set(demand.plugins) - known)
            title = f"what stands in for {image} here can do what is asked"
            if missing:
                detail = f"{found.words}; it does not start with {', '.join(missing)}"
                fix = "a newer release train (--versions), or: invoke sandbox.up --simulated"
                yield Check("WL610", title, "fail", detail, fix)
            else:
                yield Check("WL610", title, "pass")
