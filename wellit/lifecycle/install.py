"""Install a stack, or change one in place: its record is written before anything else."""

from __future__ import annotations

from wellit import record, tools
from wellit.access import Access
from wellit.errors import Refused
from wellit.helm import Helm, mended, progress_of, reason
from wellit.lifecycle import anew, leaving, lock, restart
from wellit.lifecycle.mend import mend
from wellit.lifecycle.settle import settle
from wellit.lifecycle.standing import Ask, Standing
from wellit.lifecycle.stopped import failed, goes_on
from wellit.lifecycle.writing import make_namespace, write
from wellit.plan import Plan
from wellit.progress import Progress, Row
from wellit.say import Say


def install(
    plan: Plan, access: Access, say: Say, ask: Ask, replacing: Ask | None = None, *, wait: bool = True,
    timeout: float = 1800.0,
) -> Standing:  # fmt: skip
    """Do what `plan` says, after asking. `timeout` (seconds) is for getting ready.

    `replacing` is asked for objects that cannot be changed in place; without it `ask` is. Raises Refused when a check
    of the plan fails, the answer is no, helm refuses, or it does not get ready in time; Interrupted on Ctrl-C. The
    same install again goes on from wherever this one stopped.
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
    objects = anew.agree(plan.changes, replacing or ask)
    with goes_on("install", "; invoke uninstall removes what there is"):
        make_namespace(plan, access, say)
        with lock.held(access, written.namespace, written.postfix, "install", say) as held, Progress(say) as progress:
            written = write(access, restart.noted(written, plan.changes, plan.before))
            mended = mend(plan.cluster.releases, written, plan.before, helm, held, say)
            leaving.leave(helm, written, say)
            again = anew.brought_back(access, written.namespace, plan.changes, mended)
            anew.make_way(access, written.namespace, [*objects, *again], say)
            _sync(plan, helm, progress)
            held.check()
            restart.restart(helm, written, say)
            return settle(helm, written, plan.before, held, progress, timeout if wait else None)


def _sync(plan: Plan, helm: Helm, progress: Progress) -> None:
    rows: dict[str, Row] = {release.name: (release.name, False, "to do") for release in plan.rendered.releases}

    def on_line(line: str) -> None:
        if (row := progress_of(line)) and row[0] in rows:
            rows[row[0]] = row
            progress.show(row for row in rows.values() if row[2] != "to do")

    done = helm.sync(plan.stack, plan.rendered, on_line)
    if not done.ok:
        said = reason(done)
        first = mended(said, plan.demand.namespace, helm.access.flags) or "mend it"
        raise failed(
            helm.access,
            f"helm does not install the stack: {said}",
            why=f"releases applied before it: {', '.join(n for n, row in rows.items() if row[1]) or 'none'}",
            write=f"{first}, then the same install again goes on from here; invoke uninstall removes what there is",
        )
