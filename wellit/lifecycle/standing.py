"""A recorded stack as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wellit import cluster, live, record, verify
from wellit.access import Access, Unread
from wellit.demand import Object
from wellit.endpoint import Endpoint, find_endpoint
from wellit.errors import Refused
from wellit.findings import Check
from wellit.live import Live, made
from wellit.record import Record

# Asks a person; returns when the answer is yes, raises otherwise (also when there is nobody to ask).
Ask = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """A recorded stack as it stands: its checks, and where it answers."""

    record: Record
    live: Live
    checks: tuple[Check, ...]
    endpoint: Endpoint


def status(known: Record, access: Access) -> Standing:
    """A recorded stack as it stands now. Raises CannotAnswer when the cluster does not answer."""
    objects = known.all_objects()
    now = live.look(access, known.namespace, objects)
    checks = [*verify.standing(now), *whole(access, known.namespace, objects, now)]
    return Standing(known, now, tuple(checks), find_endpoint(access, known, now))


def whole(access: Access, namespace: str, objects: Iterable[Object], now: Live) -> list[Check]:
    """Whether it is all there, as it was applied, and what controllers made of it is its own."""
    wanted = tuple(objects)
    ready = [part.object for part in now.parts if part.ready]
    return [
        verify.present(access, namespace, wanted),
        *verify.own(made.makings(access, namespace, ready)),
        *verify.kept(access, namespace, wanted),
    ]


def recorded(access: Access, namespace: str, guide: str | None = None) -> Record:
    """The stack of a namespace. Raises Refused when there is none, CannotAnswer when -g must say which."""
    found = record.one(access, namespace, guide)
    if found is not None:
        return found
    elsewhere = record.elsewhere(access)
    known = {name for one in elsewhere if one.namespace == namespace for name in one.release_names}
    there = cluster.releases(access, namespace)
    names = [] if isinstance(there, Unread) else [release.name for release in there if release.name not in known]
    others = ", ".join(f"{r.guide} in {r.namespace}" for r in elsewhere)
    write = f"-n NAMESPACE; recorded: {others}" if others else "-n NAMESPACE, or another cluster"
    if names:
        flags = f"-n {namespace} {access.invoke_flags}"
        write = f"invoke doctor {flags} looks at anybody's stack; invoke adopt {flags} takes one over; {write}"
    raise Refused(
        f"no stack{record.meant(guide)} is recorded in {namespace} on {access.label}",
        why=f"helm has releases there that wellit did not record: {', '.join(names)}" if names else "",
        write=write,
    )
