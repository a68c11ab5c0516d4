"""Several stacks in one namespace: whether one that is to be installed takes anything from another.

WL791 its name is no other guide's   WL792 nobody else has its releases and objects   WL793 no other pool has its pods
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import cluster, served
from wellit.access import Access, Unread
from wellit.cluster import HelmRelease
from wellit.demand import Demand, Kind
from wellit.findings import Check
from wellit.recorded import Record

POOLS = (
    Kind("inference.networking.k8s.io/v1", "InferencePool"),
    Kind("inference.networking.x-k8s.io/v1alpha2", "InferencePool"),
)
ELSEWHERE = "another namespace: -n NAMESPACE"
ANOTHER = f"another name: --set postfix=NAME; or {ELSEWHERE}"


@dataclass(frozen=True)
class Pool:
    """A pool of the namespace, with the labels that it selects pods by; `owner` (KIND, name) has made it."""

    name: str
    selector: Mapping[str, str]
    release: str = ""
    owner: tuple[str, str] = ("", "")


def pools(access: Access, namespace: str) -> tuple[Pool, ...] | Unread:
    """The pools of a namespace. Raises CannotAnswer when the cluster does not answer."""
    found: dict[str, Pool] = {}
    for kind in POOLS:
        some = cluster.whole(access, kind.path(namespace), _pool)
        if isinstance(some, Unread):
            # What one may not list may not even be a kind of this cluster's.
            known = served.kinds(access, kind.api_version)
            if not isinstance(known, Unread) and kind.kind not in known:
                continue
            return some
        found |= {one.name: one for one in some}
    return tuple(found.values())


def _pool(item: Mapping[str, Any]) -> Pool:
    about, selector = item["metadata"], (item.get("spec") or {}).get("selector") or {}
    release = (about.get("annotations") or {}).get("meta.helm.sh/release-name", "")
    owner = next(((str(one["kind"]), str(one["name"])) for one in about.get("ownerReferences") or ()), ("", ""))
    return Pool(about["name"], selector.get("matchLabels", selector), release, owner)


def checks(
    guide: str, environment: str, postfix: str, demand: Demand, releases: tuple[HelmRelease, ...] | Unread,
    records: Collection[Record] | Unread, there: tuple[Pool, ...] | Unread, cluster: str = "",
) -> Iterator[Check]:  # fmt: skip
    """WL791 to WL793 of a stack that is to be installed, by what is recorded, installed and there already.

    `cluster` are the words that name it to an invoke task.
    """
    known = () if isinstance(records, Unread) else records
    mine = next((one for one in known if one.postfix == postfix), None)
    if isinstance(records, Unread):
        yield Check("WL791", _name(postfix), "unknown", records.words)
        yield Check("WL792", _TITLES["WL792"], "unknown", records.words)
    else:
        yield _others(guide, environment, postfix, mine, cluster)
        yield (
            Check("WL792", _TITLES["WL792"], "unknown", releases.words)
            if isinstance(releases, Unread)
            else _own(demand, mine, [one for one in known if one is not mine], releases, cluster)
        )
    if demand.workloads:
        yield _pools(demand, mine, there, postfix)


_TITLES = {"WL792": "nobody else has its releases and objects", "WL793": "no other pool selects its pods"}


def _name(postfix: str) -> str:
    return f"the name {postfix} is no other guide's here"


def _others(guide: str, environment: str, postfix: str, mine: Record | None, cluster: str) -> Check:
    title = _name(postfix)
    if mine and mine.guide != guide:
        remove = f"remove that one first: invoke uninstall -g {mine.guide} -n {mine.namespace} {cluster}".strip()
        detail = f"it is that of {mine.guide} -e {mine.environment}, installed {mine.when}"
        return Check("WL791", title, "fail", detail, f"{ANOTHER}; {remove}")
    if mine and mine.environment != environment and mine.state == "installed":
        detail = f"it is that of {mine.guide} -e {mine.environment}, which is changed to -e {environment}"
        return Check("WL791", title, "warn", detail, "to have both: --set postfix=NAME")
    return Check("WL791", title, "pass")


def _own(
    demand: Demand, mine: Record | None, others: Collection[Record], releases: tuple[HelmRelease, ...], cluster: str
) -> Check:
    wanted = list(dict.fromkeys(item.release for item in demand.objects if item.release))
    ours = set(mine.ever_releases) if mine else set()
    told = [
        f"the release {name} is also of {one.guide} ({one.postfix})"
        for one in others for name in wanted if name in one.ever_releases
    ]  # fmt: skip
    names = {(item.of.group, item.of.kind, item.name): item for item in demand.objects}
    told += [
        f"{item} is also of {one.guide} ({one.postfix})"
        for one in others for item in one.all_objects()
        if (item.of.group, item.of.kind, item.name) in names and item.release not in wanted
    ]  # fmt: skip
    if told:
        return Check("WL792", _TITLES["WL792"], "fail", _listed(told), ANOTHER)
    # One that is pending may be what a killed install left: whether it is mended is asked when it is installed.
    strange = [one for one in releases if one.name in wanted and one.name not in ours and not one.pending]
    if strange:
        told = [f"{one.name} (revision {one.revision}, {one.status})" for one in strange]
        adopt = f"invoke adopt -n {demand.namespace} {cluster}".strip()
        fix = f"take it over as it is: {adopt}; or {ANOTHER}"
        return Check("WL792", _TITLES["WL792"], "fail", f"somebody else has installed {_listed(told)}", fix)
    return Check("WL792", _TITLES["WL792"], "pass")


def _pools(demand: Demand, mine: Record | None, there: tuple[Pool, ...] | Unread, postfix: str) -> Check:
    if isinstance(there, Unread):
        return Check("WL793", _TITLES["WL793"], "unknown", there.words)
    own = {item.name for item in demand.objects if item.of.kind == "InferencePool"}
    makers = {(item.of.kind, item.name) for item in demand.objects if item.of.carried}
    former = set(mine.ever_releases) if mine else set()
    taken = [
        (one, workload)
        for one in there if one.name not in own and not (one.release and one.release in former)
        if one.owner not in makers
        for workload in demand.workloads
        if one.selector and one.selector.items() <= workload.labels.items()
    ]  # fmt: skip
    if taken:
        told = _listed([f"{one.name} selects the pods of {workload}" for one, workload in taken])
        # A pool that goes by labels of the guide alone selects them under any name.
        named = all(any(postfix in value for value in one.selector.values()) for one, _ in taken)
        fix = ANOTHER if named else ELSEWHERE
        return Check("WL793", _TITLES["WL793"], "fail", f"{told}: its requests would reach them", fix)
    return Check("WL793", _TITLES["WL793"], "pass")


def _listed(told: list[str]) -> str:
    return "; ".join(told[:4]) + (f" and {len(told) - 4} more" if len(told) > 4 else "")
