"""Objects whose kind a project's own controller carries out: is it there, and does it take the change? Pure.

WL611 the controller is there   WL612 one that is there already can become what is rendered
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wellit import publishers
from wellit.access import Missing, Unread
from wellit.carried import within
from wellit.carriers import selector
from wellit.cluster import Cluster
from wellit.demand import Demand, Kind, Manifest, Object
from wellit.findings import Check
from wellit.templates import templates


def checks(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> Iterator[Check]:
    """Both, for each kind and each object of the demand."""
    yield from _there(cluster, values)
    for item, rendered in demand.carried:
        live = cluster.carried.get(item, Missing())
        if isinstance(live, Mapping):
            yield _changeable(item, live, rendered, f"-n {demand.namespace}")


def bring(kind: Kind, cluster: Cluster, values: Mapping[str, Any]) -> str:
    """How a kind gets into the cluster, or which train goes with what is there."""
    if cluster.sandbox and kind.carried and kind.carried.controller.get("sandbox"):
        return f"invoke sandbox.up --with {kind.carried.controller['sandbox']}"
    there = [one.rpartition("/")[2] for one in cluster.other_versions.get(kind, ())]
    train = publishers.trains(kind.group, values, there) if there else ""
    return ", or ".join(filter(None, [train, publishers.fix(kind.group, values, cluster.flags)]))


def _changeable(item: Object, live: Manifest, rendered: Manifest, where: str) -> Check:
    known = item.of.carried
    assert known
    title = f"{item}, which is there, can become what is rendered"
    fixed = known.fixed
    before, after = (_parts(one) if fixed["parts"] else {} for one in (live, rendered))
    differ = [f"{part} is new" for part in after if part not in before]
    differ += [f"{part} is not there any more" for part in before if part not in after]
    differ += [
        f"{part} was {before[p]} and becomes {after[p]}"
        for p in after
        if (part := p) in before and before[p] != after[p]
    ]
    differ += _other(live, rendered, {key: lambda said: said for key in fixed["settings"]}, "{}")
    differ += _other(
        live, rendered, dict.fromkeys(fixed["spread"], _pods_of_one), "over how many pods a replica is spread ({})"
    )
    if not differ:
        return Check("WL612", title, "pass")
    detail = f"{known.who} does not let this change: {'; '.join(differ)}"
    return Check(
        "WL612", title, "fail", detail, f"invoke uninstall {where} first, with the same cluster; then the same install"
    )


def _other(live: Manifest, rendered: Manifest, read: Mapping[str, Callable[[Any], Any]], words: str) -> list[str]:
    """What the settings of a spec that must stay were and become; `read` is what counts of each."""
    said = []
    for path, of in read.items():
        was, becomes = (of(within(one.get("spec") or {}, path)) for one in (live, rendered))
        said += [f"{words.format(path)} was {was} and becomes {becomes}"] if was != becomes else []
    return said


def _pods_of_one(parallelism: Any) -> int:
    """Over how many pods one replica is spread (KServe: data / dataLocal, or pipeline)."""
    said = parallelism if isinstance(parallelism, Mapping) else {}
    if said.get("data") or said.get("dataLocal"):
        return max(max(int(said.get("data") or 1), 1) // max(int(said.get("dataLocal") or 1), 1), 1)
    return int(said.get("pipeline") or 1)


def _parts(manifest: Manifest) -> dict[str, str]:
    return {one.part: one.does for one in templates(manifest)}


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
