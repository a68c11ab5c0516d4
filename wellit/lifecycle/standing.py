"""A recorded stack as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from wellit import cluster, drift, live, record, verify
from wellit.access import Access, Unread
from wellit.endpoint import Endpoint, find_endpoint
from wellit.errors import Refused
from wellit.findings import Check
from wellit.live import Live, made
from wellit.record import Record

# Asks a person; returns when the answer is yes, raises otherwise (also when there is nobody to ask).
Ask = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """A recorded stack as it stands: its checks, where it answers, and all that differs from what was applied."""

    record: Record
    live: Live
    checks: tuple[Check, ...]
    endpoint: Endpoint
    drift: tuple[Mapping[str, Any], ...] = ()


def status(known: Record, access: Access) -> Standing:
    """A recorded stack as it stands now. Raises CannotAnswer when the cluster does not answer."""
    with ThreadPoolExecutor(1) as pool:  # two looks that do not wait for each other
        noted = pool.submit(drift.releases, access, known)
        now = live.whole_stack(access, known.namespace, known.all_objects())
        seen = drift.look(access, known, now, noted.result())
    ready = [part.object for part in now.parts if part.ready]
    checks = [
        *verify.standing(now),
        verify.present(now),
        *verify.own(made.makings(access, known.namespace, ready)),
        *drift.judge(seen, access),
    ]
    return Standing(known, now, tuple(checks), find_endpoint(access, known, now), tuple(drift.summary(seen)))


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
