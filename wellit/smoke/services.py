"""What KServe's controller made of a recorded LLMInferenceService, as far as a request meets it: pool, path, header."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wellit.access import Access, Missing, Unread
from wellit.carried import Carried, within
from wellit.cluster import whole
from wellit.demand import Kind, Object
from wellit.record import Record

Manifest = Mapping[str, Any]
POOL, ROUTE = "InferencePool", "HTTPRoute"


@dataclass(frozen=True)
class Service:
    """One of them. `pools` are its own, `header` is the one by which its route knows its model.

    `path` stands before that of the API, by what its controller says of it, "" when it says nothing. `splits` says
    whether it has prefill servers.
    """

    pools: tuple[Object, ...] = ()
    path: str = ""
    header: Mapping[str, str] = field(default_factory=dict)
    splits: bool = False
    unread: str = ""


def service_of(known: Record) -> Object | None:
    """The object that takes a stack's requests as a whole; None for a stack that has none such."""
    own = (item for item in known.all_objects() if item.of.carried and "path" in item.of.carried.entry)
    return next(own, None)


def look(access: Access, known: Record, item: Object) -> Service:
    """What there is of it. Raises CannotAnswer when the cluster does not answer."""
    carried = item.of.carried
    assert carried
    found = access.get(item.of.path(known.namespace, item.name))
    if isinstance(found, (Missing, Unread)):
        return Service(unread=found.why if isinstance(found, Unread) else "")
    spec = found.get("spec") or {}
    named = within(spec, "router.scheduler.pool.ref.name")
    pools, unread = _made(access, known, item, carried, POOL, str(named or ""))
    routes, unknown = _made(access, known, item, carried, ROUTE)
    url = str((found.get("status") or {}).get("url") or "")
    return Service(
        tuple(Object(Kind(version, POOL), one["metadata"]["name"]) for version, one in pools),
        urlsplit(url).path.rstrip("/") if routes else "",
        next((said for _, route in routes for said in _headers(route)), {}),
        "prefill" in spec,
        unread or unknown,
    )


def _made(
    access: Access, known: Record, item: Object, carried: Carried, kind: str, named: str = ""
) -> tuple[list[tuple[str, Manifest]], str]:
    """(API version, manifest) of what its controller made of it of one kind, or of the one of a name; and what may not
    be read."""
    for version in [version for version, made, _ in carried.makes if made == kind]:
        found = whole(access, Kind(version, kind).path(known.namespace), dict)
        if isinstance(found, Unread):
            return [], found.why
        mine = [one for one in found if (one["metadata"]["name"] == named if named else _owned(one, item))]
        if mine:
            return [(version, one) for one in mine], ""
    return [], ""


def _owned(manifest: Manifest, item: Object) -> bool:
    owners = manifest["metadata"].get("ownerReferences") or []
    return any((one.get("kind"), one.get("name")) == (item.of.kind, item.name) for one in owners)


def _headers(route: Manifest) -> Iterator[dict[str, str]]:
    """The headers by which a rule of a route tells its model from others."""
    for rule in route["spec"].get("rules") or []:
        for match in rule.get("matches") or []:
            if headers := match.get("headers"):
                yield {str(one["name"]): str(one["value"]) for one in headers}
