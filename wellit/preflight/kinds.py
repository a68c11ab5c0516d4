"""The kinds that are rendered: known to the cluster, and somebody acts on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities, operators, publishers
from wellit.access import Missing, Unread
from wellit.cluster import Cluster
from wellit.demand import Demand
from wellit.findings import Check
from wellit.needs import Needs
from wellit.preflight.words import counted
from wellit.semver import order


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


def definitions(needs: Needs, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """WL626, one for each API whose definitions say of which release they are; those that are missing have WL604."""
    around = cluster.around
    apis: dict[str, list[str]] = {}
    for name, about in needs.definitions.items() if around else ():
        apis.setdefault(about["title"], []).append(name)
    for title_of, names in apis.items():
        assert around
        about = needs.definitions[names[0]]
        wanted = publishers.release(about, values)
        found = {name: around.definitions.get(name, Missing()) for name in names}
        title = f"the definitions of {title_of} are of {wanted} or newer"
        if unread := [one for one in found.values() if isinstance(one, Unread)]:
            yield Check("WL626", title, "unknown", unread[0].words)
            continue
        there = {name: one for name, one in found.items() if isinstance(one, str)}
        older = [f"{name} {one}" for name, one in there.items() if _before(one, wanted)]
        newer = sorted({one for one in there.values() if _before(wanted, one)})
        if older:
            detail = f"{', '.join(older)}: fields that {values['versions']['name']} writes may be dropped"
            yield Check("WL626", title, "fail", detail, publishers.prerequisites(values))
        elif newer and (note := _newer(about, values)):
            yield Check("WL626", title, "warn", f"they are of {newer[-1]}; {note}")
        elif there:
            yield Check("WL626", title, "pass", ", ".join(sorted(set(there.values()) - {""})) or "they do not say")


def _before(one: str, other: str) -> bool:
    keys = order(one), order(other)
    return keys[0] is not None and keys[1] is not None and keys[0] < keys[1]


def _newer(about: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """What the gateway's file has to say of a newer release of an API."""
    steps = [step.get("crds") or {} for step in values["gateway"].get("prerequisites") or []]
    return next(
        (
            str(one["newer"])
            for one in steps
            if one.get("newer") and publishers.about(one["of"])["title"] == about["title"]
        ),
        "",
    )


def switch(needs: Needs, cluster: Cluster) -> Iterator[Check]:
    """WL627: the gateway's controller is told to look at pools."""
    around, about = cluster.around, needs.switch
    if around is None or about is None or cluster.sandbox:
        return
    title = f"the gateway's controller routes to InferencePools ({about['variable']})"
    if isinstance(around.controllers, Unread):
        yield Check("WL627", title, "unknown", around.controllers.words)
        return
    hidden = [one for one in around.controllers if one.source]
    off = [one for one in around.controllers if str(one.value).lower() not in (about["is"], "1", "t")]
    off = [one for one in off if not one.source]
    if not around.controllers:
        yield Check("WL627", title, "skip", f"no Deployment labelled {about['labels']} shows how it is set")
    elif off:
        said = "; ".join(f"{one.name} in {one.namespace}: {one.value or 'not set'}" for one in off)
        set_it = f"{about['variable']}={about['is']}"
        fix = " && ".join(
            f"kubectl {cluster.flags} set env deployment/{one.name} -n {one.namespace} {set_it}" for one in off
        )
        yield Check("WL627", title, "fail", f"{said}: it refuses every route to a pool", fix)
    elif hidden:
        said = "; ".join(f"{one.name} in {one.namespace} has it from the {one.source}" for one in hidden)
        where = f"{hidden[0].source.partition(',')[0]} -n {hidden[0].namespace}"
        fix = f"kubectl {cluster.flags} get {where} -o yaml shows it"
        yield Check("WL627", title, "unknown", f"{said}, which was not read", fix)
    else:
        yield Check("WL627", title, "pass")
