"""Remove a recorded stack; its record goes after everything else."""

from __future__ import annotations

from dataclasses import replace

from wellit import cluster, live, tools, verify
from wellit.access import Access, failure
from wellit.errors import Refused
from wellit.findings import Check
from wellit.helm import Helm, reason
from wellit.lifecycle import leaving, lock
from wellit.lifecycle.ending import ended
from wellit.lifecycle.leaving import AWAY_SECONDS, HELM_SECONDS
from wellit.lifecycle.standing import Ask
from wellit.lifecycle.stopped import goes_on
from wellit.lifecycle.writing import ours, write
from wellit.live import made
from wellit.record import Record
from wellit.say import Say


def goes_and_stays(known: Record) -> str:
    """What an uninstall removes and what it leaves, in words."""
    kinds: dict[str, int] = {}
    for item in known.ever():
        kinds[item.of.kind] = kinds.get(item.of.kind, 0) + 1
    lines = [f"{known.guide} -e {known.environment} in {known.namespace}, installed {known.when} by {known.by}"]
    if known.adopted:
        lines.append("  note   somebody else installed it, with helm: it was adopted, and goes like any other")
    lines += [f"  goes   release {name}" for name in reversed(known.ever_releases)]
    lines.append(
        "  goes   " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) + ", and their pods"
    )
    for one in {item.of: item.of.carried for item in known.ever() if item.of.carried}.values():
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
    lock.nobody_else(access, known.namespace, known.postfix, known)
    helm = Helm(access, tools.ensure(["helm"], say))
    ask(f"Remove this from {access.label}?")
    with goes_on("uninstall"), lock.held(access, known.namespace, known.postfix, "uninstall", say) as held:
        return _remove(write(access, replace(ours(known), state="uninstalling")), helm, held, say)


def _remove(known: Record, helm: Helm, held: lock.Lock, say: Say) -> Check:
    access = helm.access
    for said in (away := made.unattended(access, known.ever())):
        say(said)
    patience = AWAY_SECONDS if away else HELM_SECONDS
    former = leaving.ever(known) - set(known.ever_releases)
    kept = sorted(former & cluster.left(access, known.namespace)) if former else []
    done = helm.uninstall([*kept, *reversed(known.ever_releases)], known.namespace, patience)
    if not done.ok:
        again = "the same uninstall again goes on from here"
        raise _left(known, access, f"helm does not remove the stack: {_refused(known, access) or reason(done)}", again)
    check = verify.gone(ended(access, known, say))
    if check.status != "pass":
        raise _left(known, access, check.detail, check.fix)
    held.check()
    done = access.call("delete", "--raw", known.path)
    if not done.ok and "NotFound" not in done.err:
        raise failure(access, done, known.path)
    return check


def _refused(known: Record, access: Access) -> str:
    """The first object that the API server does not let go, and why: helm says only which release it is of."""
    for item in known.ever():
        where = item.of.path(known.namespace, item.name)
        done = access.call("delete", "--raw", f"{where}?dryRun=All")
        if not done.ok and "Error from server" not in done.err:
            raise failure(access, done, where)
        if not done.ok and "NotFound" not in done.err:
            return f"{item}: {reason(done)}"
    return ""


def _left(known: Record, access: Access, said: str, write: str) -> Refused:
    held = live.held(access, known.namespace, known.ever())
    why = ["the record stays", *([held.why] if held else [])]
    return Refused(said, why="; ".join(why), write=held.write if held else write)
