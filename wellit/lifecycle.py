"""Install and uninstall: the only module that writes to a user's cluster.

The record is written before anything else and removed after everything else, so that at any moment the same command,
or an uninstall, goes on from where a killed one stopped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from wellit import cluster, live, record, tools, verify, waiting
from wellit.access import Access, Unread, failure
from wellit.cluster import HelmRelease
from wellit.demand import Kind, Object
from wellit.endpoint import Endpoint, find_endpoint
from wellit.errors import Interrupted, Refused
from wellit.findings import Check
from wellit.helm import Helm, in_the_way, progress_of, reason
from wellit.live import Live, made
from wellit.plan import Plan
from wellit.progress import Progress, Row
from wellit.record import Record
from wellit.say import Say

# Asks a person; returns when the answer is yes, raises otherwise (also when there is nobody to ask).
Ask = Callable[[str], None]
ENDING_SECONDS = 180.0  # the picker's pods have 130 s to end
HELM_SECONDS = 300  # helm waits until its objects are gone
AWAY_SECONDS = 30  # the same, where nobody takes a finalizer away
ORPHAN_SECONDS = 3.0  # what a killed install had started ends by itself within moments


@dataclass(frozen=True)
class Standing:
    """A recorded stack as it stands: its checks, and where it answers."""

    record: Record
    live: Live
    checks: tuple[Check, ...]
    endpoint: Endpoint


def install(plan: Plan, access: Access, say: Say, ask: Ask, *, wait: bool = True, timeout: float = 1800.0) -> Standing:
    """Do what `plan` says, after asking. `timeout` (seconds) is for getting ready.

    Raises Refused when a check of the plan fails, the answer is no, helm refuses, or it does not get ready in time;
    Interrupted on Ctrl-C. The same install again goes on from wherever this one stopped.
    """
    if plan.failed:
        raise Refused(
            f"not installed: not so: {'; '.join(check.title for check in plan.failed)}",
            why="nothing was changed", write=plan.failed[0].fix,
        )  # fmt: skip
    _nobody_at_work(plan.before)
    helm = Helm(access, tools.ensure(["helm", "helmfile"], say))
    used = tools.versions(["helm", "helmfile", "kubectl"], say) | {"kubernetes": plan.cluster.version}
    written = record.make(plan.stack, plan.rendered, plan.demand, used)
    ask(f"Install this on {access.label}?")
    try:
        _make_namespace(plan, access, say)
        written = _write(access, replace(written, resource_version=plan.before.resource_version if plan.before else ""))
        with Progress(say) as progress:
            _mend(plan, helm, say)
            _sync(plan, helm, progress)
            objects = plan.demand.objects
            now = (
                waiting.wait(access, written.namespace, objects, progress, timeout)
                if wait
                else live.look(access, written.namespace, objects)
            )
        with ThreadPoolExecutor(1) as pool:  # two questions that do not wait for each other
            whole = pool.submit(_whole, access, written.namespace, objects, now)
            written = _write(access, replace(written, state="installed"))
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped on the way",
            write="the same install again goes on from here; invoke uninstall removes what there is",
        ) from None
    return Standing(written, now, (*verify.standing(now), *whole.result()), find_endpoint(access, written, now))


def status(known: Record, access: Access) -> Standing:
    """A recorded stack as it stands now. Raises CannotAnswer when the cluster does not answer."""
    objects = known.all_objects()
    now = live.look(access, known.namespace, objects)
    checks = [*verify.standing(now), *_whole(access, known.namespace, objects, now)]
    return Standing(known, now, tuple(checks), find_endpoint(access, known, now))


def _whole(access: Access, namespace: str, objects: Iterable[Object], now: Live) -> list[Check]:
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
        write = f"invoke doctor -n {namespace} {access.invoke_flags} looks at anybody's stack; {write}"
    raise Refused(
        f"no stack{f' of {guide}' if guide else ''} is recorded in {namespace} on {access.label}",
        why=f"helm has releases there that wellit did not record: {', '.join(names)}" if names else "",
        write=write,
    )


def goes_and_stays(known: Record) -> str:
    """What an uninstall removes and what it leaves, in words."""
    kinds: dict[str, int] = {}
    for item in known.all_objects():
        kinds[item.of.kind] = kinds.get(item.of.kind, 0) + 1
    lines = [f"{known.guide} -e {known.environment} in {known.namespace}, installed {known.when} by {known.by}"]
    lines += [f"  goes   release {name}" for name in reversed(known.release_names)]
    lines.append(
        "  goes   " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) + ", and their pods"
    )
    for one in {item.of: item.of.carried for item in known.all_objects() if item.of.carried}.values():
        if one and one.makes:
            lines.append(f"  goes   what {one.who} made of it: {', '.join(dict.fromkeys(k for _, k, _ in one.makes))}")
    lines.append(
        f"  stays  the namespace {known.namespace}, definitions (CRDs), secrets and volume claims that you made"
    )
    return "\n".join(lines)


def uninstall(known: Record, access: Access, say: Say, ask: Ask) -> Check:
    """Remove a recorded stack, after asking; then look whether anything is left.

    Raises Refused when the answer is no, helm refuses, or something is left (the record stays, for another try).
    """
    _nobody_at_work(known)
    helm = Helm(access, tools.ensure(["helm"], say))
    ask(f"Remove this from {access.label}?")
    try:
        known = _write(access, replace(_ours(known), state="uninstalling"))
        for said in (away := made.unattended(access, known.all_objects())):
            say(said)
        patience = AWAY_SECONDS if away else HELM_SECONDS
        done = helm.uninstall(reversed(known.release_names), known.namespace, patience)
        if not done.ok:
            again = "the same uninstall again goes on from here"
            raise _left(known, access, f"helm does not remove the stack: {reason(done)}", again)
        check = verify.gone(_ended(access, known, say))
        if check.status != "pass":
            raise _left(known, access, check.detail, check.fix)
        done = access.call("delete", "--raw", known.path)
        if not done.ok and "NotFound" not in done.err:
            raise failure(access, done, known.path)
    except KeyboardInterrupt:
        raise Interrupted("stopped on the way", write="the same uninstall again goes on from here") from None
    return check


def _left(known: Record, access: Access, said: str, write: str) -> Refused:
    held = live.held(access, known.namespace, known.all_objects())
    why = ["the record stays", *([held.why] if held else [])]
    return Refused(said, why="; ".join(why), write=held.write if held else write)


def _nobody_at_work(known: Record | None) -> None:
    if known and known.state != "installed" and known.maker_alive:
        raise Refused(
            f"another wellit is at work on this stack: process {known.process}, since {known.when}",
            write="wait for it, or end it first",
        )


def _ours(known: Record) -> Record:
    fresh = record.maker()
    return replace(known, host=fresh[0], process=fresh[1])


def _make_namespace(plan: Plan, access: Access, say: Say) -> None:
    if plan.cluster.namespace is True:
        return
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": plan.demand.namespace}}
    done = access.call("create", "--raw", "/api/v1/namespaces", "-f", "-", stdin=json.dumps(body))
    # A user who may not even look may still work in a namespace that is there.
    if not done.ok and not any(word in done.err for word in ("AlreadyExists", "already exists")):
        if isinstance(plan.cluster.namespace, Unread) and "Forbidden" in done.err:
            return
        raise failure(access, done, f"the making of namespace {plan.demand.namespace}")
    say(f"namespace {plan.demand.namespace}: made")


def _write(access: Access, what: Record) -> Record:
    """Write the record; one that somebody else changed since it was read is not overwritten."""
    body = json.dumps(record.to_secret(what))
    if what.resource_version:
        done = access.call("replace", "--raw", what.path, "-f", "-", stdin=body)
    else:
        done = access.call("create", "--raw", what.path.rpartition("/")[0], "-f", "-", stdin=body)
    if done.ok:
        return record.from_secret(json.loads(done.out))
    if any(
        word in done.err for word in ("Conflict", "AlreadyExists", "already exists", "the object has been modified")
    ):
        raise Refused(
            f"somebody else is at work on this stack: its record in {what.namespace} changed meanwhile",
            write="look at it: invoke status; then again",
        )
    raise failure(access, done, f"the writing of {what.path}")


def _mend(plan: Plan, helm: Helm, say: Say) -> None:
    """Bring our releases out of the pending state that a killed helm leaves: helm refuses to go on from there."""
    names = {release.name for release in plan.rendered.releases}
    found = plan.cluster.releases
    pending = [] if isinstance(found, Unread) else [r for r in found if r.name in names and r.pending]
    if not pending:
        return
    ours = plan.before is not None and plan.before.state != "installed" and plan.before.maker_alive is False
    namespace = plan.demand.namespace
    in_the_way(pending, ours, namespace, helm.access.flags)
    for release in _still(helm.access, namespace, pending):
        say(f"{release.name} was left {release.status} by an interrupted run: mending it")
        done = helm.mend(release, namespace)
        if not done.ok:
            raise Refused(
                f"helm does not mend {release.name}: {reason(done)}",
                write=f"helm history {release.name} -n {namespace}",
            )


def _still(access: Access, namespace: str, pending: Iterable[HelmRelease]) -> list[HelmRelease]:
    """Those of `pending` that stay so: what a killed run had started may end by itself."""
    names = {release.name for release in pending}
    until = time.monotonic() + ORPHAN_SECONDS
    while True:
        found = cluster.releases(access, namespace)
        still = [] if isinstance(found, Unread) else [r for r in found if r.name in names and r.pending]
        if not still or time.monotonic() > until or all(time.time() - r.changed > ORPHAN_SECONDS for r in still):
            return still
        time.sleep(waiting.POLL_SECONDS)


def _sync(plan: Plan, helm: Helm, progress: Progress) -> None:
    rows: dict[str, Row] = {release.name: (release.name, False, "to do") for release in plan.rendered.releases}

    def on_line(line: str) -> None:
        if (row := progress_of(line)) and row[0] in rows:
            rows[row[0]] = row
            progress.show(row for row in rows.values() if row[2] != "to do")

    done = helm.sync(plan.stack, plan.rendered, on_line)
    if not done.ok:
        raise Refused(
            f"helm does not install the stack: {reason(done)}",
            why=f"releases applied before it: {', '.join(n for n, row in rows.items() if row[1]) or 'none'}",
            write="mend it, then the same install again goes on from here; invoke uninstall removes what there is",
        )


def _ended(access: Access, known: Record, say: Say) -> list[str]:
    """Objects of the stack that are still there; pods get time to end."""
    kinds = {item.of for item in known.all_objects()}
    workloads = [item for item in known.all_objects() if item.of.kind in live.WORKLOADS or item.of.carried]
    until, told = time.monotonic() + ENDING_SECONDS, False
    while True:
        left = live.existing(access, known.namespace, kinds, known.release_names)
        left += made.left(access, known.namespace, workloads)
        pods = cluster.whole(access, Kind("v1", "Pod").path(known.namespace), cluster.pod)
        ours = [] if isinstance(pods, Unread) else [p for p in pods if any(p.made_for(item) for item in workloads)]
        if not (left or ours) or time.monotonic() > until:
            return [*left, *(f"Pod {pod.name}" for pod in ours)]
        if not told:
            say(f"waiting for {len(ours)} pods to end" if ours else f"waiting for {len(left)} objects to go")
            told = True
        time.sleep(waiting.POLL_SECONDS)
