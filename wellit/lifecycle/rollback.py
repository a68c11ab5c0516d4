"""Go back to a recorded state: helm brings its releases back, what came since goes."""

from __future__ import annotations

from wellit import tools
from wellit.access import Access
from wellit.back import Back
from wellit.helm import Helm, reason
from wellit.lifecycle import anew, leaving, lock, restart
from wellit.lifecycle.mend import mend
from wellit.lifecycle.settle import settle
from wellit.lifecycle.standing import Ask, Standing
from wellit.lifecycle.stopped import failed, goes_on
from wellit.lifecycle.writing import ours, write
from wellit.progress import Progress, Row
from wellit.record import Record
from wellit.say import Say


def rollback(
    back: Back, access: Access, say: Say, ask: Ask, replacing: Ask, *, wait: bool = True, timeout: float = 1800.0
) -> Standing:
    """Do what `back` says, after asking; `replacing` is asked for objects that must be made anew.

    Raises as install() does. The same again goes on from wherever this one stopped.
    """
    before, target = back.before, back.target
    lock.nobody_else(access, before.namespace, before.postfix, before)
    helm = Helm(access, tools.ensure(["helm"], say))
    ask(f"Go back on {access.label}?")
    objects = anew.agree(back.changes, replacing)
    with (
        goes_on("rollback", "; invoke uninstall removes what there is"),
        lock.held(access, before.namespace, before.postfix, "rollback", say) as held,
        Progress(say) as progress,
    ):
        written = write(access, restart.noted(ours(target), back.changes, before))
        mended = mend(back.cluster.releases, written, before, helm, held, say)
        leaving.leave(helm, written, say)
        again = anew.brought_back(access, written.namespace, back.changes, mended)
        anew.make_way(access, written.namespace, [*objects, *again], say)
        _bring(helm, written, held, progress)
        restart.restart(helm, written, say)
        return settle(helm, written, before, held, progress, timeout if wait else None)


def _bring(helm: Helm, known: Record, held: lock.Lock, progress: Progress) -> None:
    rows: dict[str, Row] = {}
    for name in known.release_names:
        number = known.revisions[name]
        held.check()
        progress.show([*rows.values(), (name, False, f"going back to revision {number}")])
        done = helm.back(name, number, known.namespace)
        if not done.ok:
            raise failed(
                helm.access,
                f"helm does not bring {name} back to revision {number}: {reason(done)}",
                why=f"releases that went back before it: {', '.join(rows) or 'none'}",
                write="mend it, then invoke rollback again goes on from here; invoke uninstall removes what there is",
            )
        rows[name] = (name, True, f"as in revision {number}")
    progress.show(rows.values())
