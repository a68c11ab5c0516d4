"""Does the stack stand as it was rendered? Live objects give checks; what Helm's own wait does not wait for included.

WL701 pods ready   WL702 gateway programmed   WL703 route accepted   WL704 pool accepted   WL705 every object is there
WL706 nothing is left after an uninstall   WL707 what a controller carries out is ready
WL968 what it made is there and its own
"""

from __future__ import annotations

from collections.abc import Iterable

from wellit.access import Missing, Unread
from wellit.findings import Check
from wellit.live import Live, Part
from wellit.live.made import Makings

_IDS = {"Gateway": "WL702", "HTTPRoute": "WL703", "InferencePool": "WL704"}
_GOOD = {"Gateway": "is accepted and programmed", "HTTPRoute": "is accepted", "InferencePool": "is accepted"}


def standing(live: Live) -> list[Check]:
    """One check for each workload, gateway, route, pool, and object that a project's own controller carries out."""
    return [_check(part) for part in live.parts]


def present(live: Live) -> Check:
    """Whether every object of the render is in the cluster, by name."""
    title = f"every rendered object is there ({len(live.objects)})"
    missing = [str(item) for item, one in live.objects.items() if isinstance(one, Missing)]
    unread = next((one for one in live.objects.values() if isinstance(one, Unread)), None)
    if missing:
        return Check("WL705", title, "fail", f"missing: {', '.join(missing)}", "the same install again makes it")
    return Check("WL705", title, "unknown", unread.words) if unread else Check("WL705", title, "pass")


def own(makings: Iterable[Makings]) -> list[Check]:
    """Whether what controllers made carries the labels of an object of the stack and is that object's."""
    return [_own(one) for one in makings]


def _own(one: Makings) -> Check:
    known = one.of.of.carried
    assert known
    title = f"what {known.who} made of {one.of} is there, and its own"
    if one.unread:
        return Check("WL968", title, "unknown", one.unread)
    told = ", ".join(map(str, one.found))
    if one.strangers:
        names = ", ".join(map(str, one.strangers))
        detail = f"of a former one of this name, or somebody else's: {names}; requests may reach its pods"
        return Check("WL968", title, "fail", detail, f"delete {names}; {known.who} makes its own")
    if one.lacking:
        return Check("WL968", title, "fail", f"nothing was made of these kinds: {', '.join(one.lacking)}", told)
    return Check("WL968", title, "pass", told)


def gone(left: Iterable[str]) -> Check:
    """Whether nothing is left after an uninstall; `left` are objects that are still there."""
    found = list(left)
    title = "nothing of the stack is left"
    if found:
        return Check("WL706", title, "fail", f"still there: {', '.join(found)}", "the same uninstall again")
    return Check("WL706", title, "pass")


def _check(part: Part) -> Check:
    kind, carried = part.object.of.kind, part.object.of.carried
    id_ = "WL707" if carried else _IDS.get(kind, "WL701")
    title = f"{part.object} {'is ready' if carried else _GOOD.get(kind, 'has all its pods ready')}"
    if part.unread:
        return Check(id_, title, "unknown", part.words)
    if part.idle or part.empty:
        return Check(id_, title, "skip", part.words)
    detail = part.words + (" (simulated by the sandbox)" if part.ready and part.simulated else "")
    return Check(id_, title, "pass" if part.ready else "fail", detail, "" if part.ready else "; ".join(part.mends))
