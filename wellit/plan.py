"""What an install would do, before anything is done: one look at the cluster, its checks, and the summary."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from wellit import cluster, demand, dryrun, lease, needs, preflight, record, several, validate
from wellit.access import Access, Unread
from wellit.changes import Changes, words
from wellit.cluster import Cluster, HelmRelease
from wellit.compose import Stack
from wellit.demand import Act, Demand
from wellit.errors import CannotAnswer
from wellit.findings import Check
from wellit.record import Record
from wellit.recorded import UNENDED
from wellit.render import Rendered

# What this install does where another change did not end.
GOES_ON = {
    "installing": "this one goes on from there",
    "going back": "this installs over it",
    "uninstalling": "this installs it again",
}


@dataclass(frozen=True)
class Plan:
    """A stack, a cluster, and what came of holding one against the other.

    `before` is the stack's record, if any; `changes` is None when they were not asked for.
    """

    stack: Stack
    rendered: Rendered
    demand: Demand
    cluster: Cluster
    checks: tuple[Check, ...]
    before: Record | None = None
    changes: Changes | None = None

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if check.status == "fail"]

    @property
    def unknown(self) -> list[Check]:
        return [check for check in self.checks if check.status == "unknown"]

    def release(self, name: str) -> HelmRelease | None:
        """What helm has already under this name."""
        found = () if isinstance(self.cluster.releases, Unread) else self.cluster.releases
        return next((release for release in found if release.name == name), None)

    def text(self) -> str:
        """The summary that is shown before the question."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        stack, wanted = self.stack, self.demand
        yield f"{stack.name} -e {stack.environment} on {self.cluster.label}"
        chosen = ", ".join(f"{folder}/{name}" for folder, name in stack.components.items())
        yield f"  choices    {chosen}, size {stack.size}"
        made = "" if self.cluster.namespace is True else " (is made)"
        yield f"  namespace  {wanted.namespace}{made}"
        for release in self.rendered.releases:
            there = self.release(release.name)
            about = f"there, revision {there.revision}, {there.status}: is changed" if there else "new"
            chart = f"{release.chart} {release.version}".strip()
            yield f"  release    {release.name}  {chart}  {about}"
        counted = ", ".join(f"{count} {kind.kind}" for kind, count in wanted.kinds.items())
        yield f"  objects    {len(wanted.objects)}: {counted}"
        for item, manifest in wanted.carried:
            known = item.of.carried
            if kinds := known.asked_for(manifest.get("spec") or {}) if known else []:
                yield f"  made       of {item}: {', '.join(kind for _, kind in kinds)}"
        for workload in wanted.workloads:
            devices = "".join(f", {count} {name} each" for name, count in workload.devices.items())
            yield f"  pods       {workload.pods} of {workload.name}{devices}"
        for image in wanted.images:
            yield f"  image      {image}"
            if found := self.cluster.stand_ins.get(image):
                yield f"             {found.words}"
        for note in validate.notes(stack):
            yield f"  note       {note.message} ({note.at})"
        if self.changes:
            yield from words.lines(words.as_data(self.changes))
        if self.before:
            yield f"  record     {self._record(self.before)}"
        for check in self.unknown:
            yield f"  unknown    {check.title}: {check.detail}"

    def _record(self, before: Record) -> str:
        if before.state == "installed":
            return f"installed {before.when} by {before.by}: {before.guide} -e {before.environment}"
        return f"{UNENDED[before.state]} of {before.when} did not end; {GOES_ON[before.state]}"


def prepare(stack: Stack, rendered: Rendered, access: Access, *, dry_run: bool = True) -> Plan:
    """Look at the cluster once and judge; with `dry_run` also say what would change.

    Raises CannotAnswer when it does not answer or there are no manifests.
    """
    if rendered.unrendered:
        raise CannotAnswer(f"{stack.name} is not rendered: {rendered.unrendered}", write="--charts offline, or --fetch")
    wanted = demand.read(rendered, stack.namespace)
    needed = needs.of(wanted, stack.values)
    with ThreadPoolExecutor(1) as pool:  # two looks that do not wait for each other
        asked = pool.submit(dryrun.ask, access, rendered, stack.namespace) if dry_run else None
        seen = cluster.look(access, wanted, needed)
        answers = asked.result() if asked else None
    checks = preflight.preflight(wanted, seen, stack.values, needed)
    # Who may not read Secrets has a failed check already.
    hidden = seen.namespace is False or seen.allowed.get(Act("get", "secrets")) is False
    postfix = str(stack.values["postfix"])
    known = None if hidden else record.read(access, stack.namespace, postfix)
    if seen.namespace is not False:
        checks.append(lease.check(lease.look(access, stack.namespace, postfix)))
        records = Unread(f"list secrets in {stack.namespace}") if hidden else record.listed(access, stack.namespace)
        pools = several.pools(access, stack.namespace)
        checks += several.checks(
            stack.name, stack.environment, postfix, wanted, seen.releases, records, pools, access.invoke_flags
        )
    releases = known.ever_releases if known else ()
    changed = dryrun.changes(access, rendered, stack.namespace, seen, releases, answers) if answers else None
    return Plan(stack, rendered, wanted, seen, tuple(checks), known, changed)
