"""Which kinds of objects a cluster knows, and in which versions of their API."""

from __future__ import annotations

from collections.abc import Mapping

from wellit.access import Access, Missing, Unread
from wellit.demand import Demand, Kind


def unusual(demand: Demand) -> list[str]:
    """The API versions of a demand that not every cluster serves."""
    return sorted({kind.api_version for kind in demand.kinds if not kind.built_in})


def kinds(access: Access, api_version: str) -> frozenset[str] | Unread:
    """The kinds that one API version serves; none when it is not there."""
    answer = access.get(f"/apis/{api_version}")
    if isinstance(answer, Unread):
        return answer
    return frozenset() if isinstance(answer, Missing) else frozenset(r["kind"] for r in answer["resources"])


def other_versions(access: Access, kind: Kind) -> tuple[str, ...]:
    """The versions of a kind's API that know it."""
    answer = access.get(f"/apis/{kind.group}")
    if isinstance(answer, (Missing, Unread)):
        return ()
    every = [version["groupVersion"] for version in answer["versions"]]
    return tuple(one for one in every if not isinstance(found := kinds(access, one), Unread) and kind.kind in found)


def which(demand: Demand, served: Mapping[str, frozenset[str] | Unread]) -> dict[Kind, bool | Unread]:
    """Of each kind that not every cluster has whether this one serves it, by the kinds of each version."""
    result: dict[Kind, bool | Unread] = {}
    for kind in demand.kinds:
        if not kind.built_in:
            kinds = served[kind.api_version]
            result[kind] = kinds if isinstance(kinds, Unread) else kind.kind in kinds
    return result
