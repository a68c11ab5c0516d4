"""Does the stack stand as it was rendered? Live objects give checks; what Helm's own wait does not wait for included.

WL701 pods ready   WL702 gateway programmed   WL703 route accepted   WL704 pool accepted   WL705 every object is there
WL706 nothing is left after an uninstall   WL707 what a controller carries out is ready
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wellit.access import Access, Unread
from wellit.demand import Object
from wellit.findings import Check
from wellit.live import Live, Part

_UNKNOWN = re.compile(r'resource type "([^"]+)" in group "[^".]+\.([^"]+)"')
_IDS = {"Gateway": "WL702", "HTTPRoute": "WL703", "InferencePool": "WL704"}
_GOOD = {"Gateway": "is accepted and programmed", "HTTPRoute": "is accepted", "InferencePool": "is accepted"}


def standing(live: Live) -> list[Check]:
    """One check for each workload, gateway, route, pool, and object that a project's own controller carries out."""
    return [_check(part) for part in live.parts]


def present(access: Access, namespace: str, objects: Iterable[Object]) -> Check:
    """Whether every object of the render is in the cluster, by name. Raises CannotAnswer when it does not answer."""
    wanted = list(objects)
    title = f"every rendered object is there ({len(wanted)})"
    found = _found(access, namespace, wanted)
    if isinstance(found, Unread):
        return Check("WL705", title, "unknown", f"not looked at: you may not {found.why}")
    missing = [str(item) for item in wanted if f"{_plain(item)}/{item.name}" not in found]
    if missing:
        return Check("WL705", title, "fail", f"missing: {', '.join(missing)}", "the same install again makes it")
    return Check("WL705", title, "pass")


def _found(access: Access, namespace: str, wanted: list[Object]) -> set[str] | Unread:
    names = [f"{_typed(item)}/{item.name}" for item in wanted]
    done = access.call("get", "-n", namespace, "--ignore-not-found", "-o", "name", *names)
    if done.ok:
        return set(done.out.split())
    if unknown := _UNKNOWN.search(done.err):
        # One kind that the cluster does not know keeps kubectl from looking for any: ask without it.
        rest = [item for item in wanted if (item.of.resource, item.of.group) != unknown.groups()]
        if len(rest) < len(wanted):
            return _found(access, namespace, rest) if rest else set()
    answer = access.read(done, "the rendered objects")
    return answer if isinstance(answer, Unread) else set()


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
    if part.idle:
        return Check(id_, title, "skip", part.words)
    detail = part.words + (" (simulated by the sandbox)" if part.ready and part.simulated else "")
    return Check(id_, title, "pass" if part.ready else "fail", detail)


def _typed(item: Object) -> str:
    """kubectl's exact name of a kind: ``deployments.v1.apps``."""
    version = item.of.api_version.rpartition("/")[2]
    return f"{item.of.resource}.{version}.{item.of.group}" if item.of.group else item.of.resource


def _plain(item: Object) -> str:
    """What ``-o name`` prints for a kind: ``deployment.apps``."""
    return f"{item.of.kind.lower()}.{item.of.group}" if item.of.group else item.of.kind.lower()
