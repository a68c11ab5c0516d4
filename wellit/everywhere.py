"""invoke status -A: every recorded stack of a cluster, and the namespaces of which nobody may know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from wellit import cluster, lease, live, record
from wellit.access import Access, Unread
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.lease import Holder
from wellit.live import Live
from wellit.recorded import UNENDED, Record

PARALLEL = 4  # stacks that are looked at side by side; each look asks several questions itself


@dataclass(frozen=True)
class Row:
    """One recorded stack as it stands; `busy` is who is at work on it, `flags` name its cluster to invoke."""

    known: Record
    now: Live
    busy: str = ""
    flags: str = ""

    @property
    def ready(self) -> int:
        return sum(part.settled for part in self.now.parts)

    @property
    def check(self) -> Check:
        known = self.known
        title = f"{known.guide} ({known.postfix}) in {known.namespace} stands"
        bad = [part for part in self.now.parts if not part.settled]
        if self.busy or known.state != "installed":
            return unended(known, self.busy, title)
        unread = [part for part in bad if part.unread]
        if bad:
            fix = f"invoke status --name {known.postfix} -n {known.namespace} {self.flags}".strip()
            told = f"{bad[0].object}: {bad[0].words}"
            return Check("WL701", title, "unknown" if len(unread) == len(bad) else "fail", told, fix)
        return Check("WL701", title, "pass", f"{self.ready} of {len(self.now.parts)} parts ready")


def unended(known: Record, busy: str, title: str) -> Check:
    """What is said of a stack whose change has not ended, or not yet: `busy` is who is at work on it."""
    if busy:
        return Check("WL790", title, "warn", f"{busy} is at work on it")
    told = f"{UNENDED[known.state]} of {known.when} did not end"
    return Check("WL705", title, "fail", told, "the same again goes on from there")


def busy(access: Access, known: Record) -> str:
    """Who is at work on a stack now, in words; "" for nobody, and where that may not be read."""
    holder = lease.look(access, known.namespace, known.postfix)
    return holder.worker.words if isinstance(holder, Holder) and not holder.gone else ""


def status(access: Access) -> Report:
    """All of them. Raises CannotAnswer when neither the records nor the namespaces may be listed."""
    noted, unread = _records(access)
    records = _sorted([one for one in noted if isinstance(one, Record)])
    with ThreadPoolExecutor(PARALLEL) as pool:
        rows = list(pool.map(lambda known: _row(access, known), records))
    report = Report("status", summary={"recorded": [_data(row) for row in rows]})
    report.add(row.check for row in rows)
    title = "the records of stacks can be read in every namespace"
    if unread:
        report.add([Check("WL798", title, "unknown", f"you may not list secrets in {', '.join(unread)}", "ask for it")])
    lost = [one for one in noted if isinstance(one, CannotAnswer)]
    report.add(Check("WL798", "every record can be read", "unknown", one.message, one.write) for one in lost)
    count = f"{len(rows)} stack{'' if len(rows) == 1 else 's'}" if rows else "no stack"
    report.summary["result"] = f"{count} recorded on {access.label}"
    return report


def _records(access: Access) -> tuple[list[Record | CannotAnswer], list[str]]:
    """The records, or why one cannot be read, and the namespaces whose Secrets may not be listed."""
    everything = record.each(access, None)
    if not isinstance(everything, Unread):
        return list(everything), []
    names = cluster.whole(access, "/api/v1/namespaces", lambda item: str(item["metadata"]["name"]))
    if isinstance(names, Unread):
        raise record.hidden(None, everything)
    with ThreadPoolExecutor(PARALLEL) as pool:
        found = list(zip(names, pool.map(lambda name: record.each(access, name), names), strict=True))
    records = [one for _, some in found if not isinstance(some, Unread) for one in some]
    return records, [name for name, some in found if isinstance(some, Unread)]


def _sorted(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda one: (one.namespace, one.guide, one.postfix))


def _row(access: Access, known: Record) -> Row:
    now = live.look(access, known.namespace, known.all_objects())
    return Row(known, now, busy(access, known), access.invoke_flags)


def _data(row: Row) -> dict[str, object]:
    known = row.known
    return {
        "namespace": known.namespace, "guide": known.guide, "environment": known.environment,
        "engine": known.components.get("engines", ""), "postfix": known.postfix, "state": known.state,
        "ready": row.ready, "of": len(row.now.parts), "since": known.when, "by": known.by, "adopted": known.adopted,
        "busy": row.busy,
    }  # fmt: skip
