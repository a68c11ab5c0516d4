"""Install a stack: its record is written before anything else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from wellit import live, record, tools, verify, waiting
from wellit.access import Access
from wellit.endpoint import find_endpoint
from wellit.errors import Refused
from wellit.helm import Helm, progress_of, reason
from wellit.lifecycle import lock
from wellit.lifecycle.mend import mend
from wellit.lifecycle.standing import Ask, Standing, whole
from wellit.lifecycle.stopped import failed, goes_on
from wellit.lifecycle.writing import make_namespace, revisions, write
from wellit.plan import Plan
from wellit.progress import Progress, Row
from wellit.record import Record
from wellit.say import Say


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
    lock.nobody_else(access, plan.demand.namespace, str(plan.stack.values["postfix"]), plan.before)
    helm = Helm(access, tools.ensure(["helm", "helmfile"], say))
    used = tools.versions(["helm", "helmfile", "kubectl"], say) | {"kubernetes": plan.cluster.version}
    written = record.make(plan.stack, plan.rendered, plan.demand, used).after(plan.before)
    ask(f"Install this on {access.label}?")
    with goes_on("install", "; invoke uninstall removes what there is"):
        make_namespace(plan, access, say)
        with lock.held(access, written.namespace, written.postfix, "install", say) as held:
            return _put(plan, helm, held, write(access, written), say, timeout if wait else None)


def _put(plan: Plan, helm: Helm, held: lock.Lock, written: Record, say: Say, timeout: float | None) -> Standing:
    """Apply it, wait for `timeout` seconds (None: do not wait), and write down that it is installed."""
    access, objects = helm.access, plan.demand.objects
    with Progress(say) as progress:
        mend(plan, helm, held, say)
        _sync(plan, helm, progress)
        held.check()
        now = (
            live.look(access, written.namespace, objects)
            if timeout is None
            else waiting.wait(access, written.namespace, objects, progress, timeout)
        )
    with ThreadPoolExecutor(1) as pool:  # two questions that do not wait for each other
        rest = pool.submit(whole, access, written.namespace, objects, now)
        written = write(access, replace(written, state="installed", revisions=revisions(access, written)))
    return Standing(written, now, (*verify.standing(now), *rest.result()), find_endpoint(access, written, now))


def _sync(plan: Plan, helm: Helm, progress: Progress) -> None:
    rows: dict[str, Row] = {release.name: (release.name, False, "to do") for release in plan.rendered.releases}

    def on_line(line: str) -> None:
        if (row := progress_of(line)) and row[0] in rows:
            rows[row[0]] = row
            progress.show(row for row in rows.values() if row[2] != "to do")

    done = helm.sync(plan.stack, plan.rendered, on_line)
    if not done.ok:
        raise failed(
            helm.access,
            f"helm does not install the stack: {reason(done)}",
            why=f"releases applied before it: {', '.join(n for n, row in rows.items() if row[1]) or 'none'}",
            write="mend it, then the same install again goes on from here; invoke uninstall removes what there is",
        )
