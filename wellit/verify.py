"""Does the stack stand as it was rendered? Live objects give checks; what Helm's own wait does not wait for included.

WL701 pods ready   WL702 gateway programmed   WL703 route accepted   WL704 pool accepted   WL705 every object is there
WL706 nothing is left after an uninstall   WL707 what a controller carries out is ready
WL968 what it made is there and its own   WL969 what it carries out is as it was installed
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wellit import installed
from wellit.access import Access, Missing, Unread
from wellit.demand import Object
from wellit.findings import Check
from wellit.live import Live, Part
from wellit.live.made import Makings

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


def kept(access: Access, namespace: str, objects: Iterable[Object]) -> list[Check]:
    """Whether what controllers carry out is what helm applied. Raises CannotAnswer when the cluster does not answer."""
    return [_kept(access, namespace, item) for item in objects if item.of.carried]


def _kept(access: Access, namespace: str, item: Object) -> Check:
    title = f"{item} is as it was installed"
    live = access.get(item.of.path(namespace, item.name))
    if isinstance(live, Unread):
        return Check("WL969", title, "unknown", live.words)
    if isinstance(live, Missing):
        return Check("WL969", title, "skip", "it is not there")
    applied = installed.applied(access, namespace, item.release)
    if isinstance(applied, str):
        return Check("WL969", title, "unknown", applied)
    wanted = next((one for one in applied if (one["kind"], one["metadata"]["name"]) == (item.of.kind, item.name)), None)
    if wanted is None:
        return Check("WL969", title, "unknown", f"helm has not noted it for {item.release}")
    differ = list(differences(wanted.get("spec"), live.get("spec"), "spec"))
    if not differ:
        return Check("WL969", title, "pass")
    more = f" and {len(differ) - 3} more" if len(differ) > 3 else ""
    return Check(
        "WL969", title, "fail", f"changed since: {'; '.join(differ[:3])}{more}",
        "the same install puts it back; to keep the change, put it into the stack's settings (--set, -f)",
    )  # fmt: skip


def differences(applied: Any, live: Any, path: str) -> Iterator[str]:
    """Where a live object says something else than was applied. What was added to it does not count."""
    if isinstance(applied, Mapping) and isinstance(live, Mapping):
        for key, value in applied.items():
            if value is not None:
                yield from differences(value, live.get(key), f"{path}.{key}")
    elif isinstance(applied, list) and isinstance(live, list) and len(applied) == len(live):
        for number, (one, other) in enumerate(zip(applied, live, strict=True)):
            yield from differences(one, other, f"{path}.{number}")
    elif applied != live and not (isinstance(applied, Mapping) and not applied and live is None):
        yield f"{path} was {_short(applied)} and is {'gone' if live is None else _short(live)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


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
