"""What there is to say of an install's changes, as checks. Pure.

WL640 nothing would change   WL641 of every object it is known what would become of it
WL642 all of it would be taken   WL643 all of it can be changed in place
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.changes import Change, Changes, words
from wellit.changes.judge import MANAGED, NAMESPACE, NOBODYS, RELEASE
from wellit.findings import Check

SAME = "what is there is what is rendered"
INSTALL = "invoke install, with the flags of this stack, makes it so, after asking"


def checks(changes: Changes, namespace: str, flags: str) -> Iterator[Check]:
    """The answer first, then what stands in its way; `flags` are kubectl's."""
    said = words.sentence(changes)
    if changes.any or changes.refused:
        yield Check("WL640", SAME, "fail", said, INSTALL)
    elif not changes.unknown and not changes.notes:
        yield Check("WL640", SAME, "pass", said)
    yield from _taken(changes, namespace, flags)


def _taken(changes: Changes, namespace: str, flags: str) -> Iterator[Check]:
    """What an install would meet."""
    for one in changes.unknown:
        yield Check("WL641", f"what would become of {one.object} is known", "unknown", one.why)
    for note in changes.notes:
        yield Check("WL641", "what would go is known", "unknown", note)
    for one in changes.refused:
        yield Check("WL642", f"{one.object} would be taken", "fail", one.refused, _mend(one, namespace, flags))
    for one in changes.anew:
        title = f"{one.object} can be changed in place"
        yield Check("WL643", title, "fail", "; ".join(one.meaning))


def _mend(one: Change, namespace: str, flags: str) -> str:
    if not one.refused.startswith("it is there already"):
        return ""
    other = "another namespace (-n), or another name: --set postfix=NAME"
    return f"{other}; or {give(one, namespace, flags)}" if one.refused.startswith(NOBODYS) else other


def give(one: Change, namespace: str, flags: str) -> str:
    """The commands that give an object which no helm release has to one of the stack: helm takes it then.

    The last one makes helm the owner of its fields in the place of kubectl: else those that are not rendered any more
    would stay for good.
    """
    item = one.object
    kind = f"{item.of.resource}.{item.of.group}" if item.of.group else item.of.resource
    it, at = f"{kind} {item.name}", f"-n {namespace} {flags}".strip()
    owner = f"{RELEASE}={item.release} {NAMESPACE}={namespace}"
    commands = (
        f"kubectl label {it} {at} {MANAGED}=Helm --overwrite",
        f"kubectl annotate {it} {at} {owner} --overwrite",
        f"kubectl get {it} {at} -o yaml | kubectl apply {at} --server-side --field-manager=helm --force-conflicts -f -",
    )
    return f"give it to {item.release}: {'; '.join(commands)}"
