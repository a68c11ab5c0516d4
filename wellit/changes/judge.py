"""What would become of one object, from what was asked about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.access import Missing, Unread
from wellit.changes import Change, What, meaning
from wellit.changes.data import about
from wellit.changes.fields import Field, differences, plain, veiled
from wellit.changes.held import held
from wellit.demand import Manifest, Object
from wellit.tried import UNKNOWN_KIND, Tried

MANAGED = "app.kubernetes.io/managed-by"
RELEASE = "meta.helm.sh/release-name"
NAMESPACE = "meta.helm.sh/release-namespace"
KEEP = "helm.sh/resource-policy"
NOBODYS = "it is there already, and no helm release has made it"
NO_NAMESPACE = "the namespace is not there yet: the API server and its webhooks were not asked"
ENDING = "the namespace is being deleted"
_ENDS = "because it is being terminated"  # the API server's words for what is new in such a namespace
NO_KIND = "the cluster does not know its kind yet: nobody was asked whether it would be taken"


@dataclass(frozen=True)
class Asked:
    """What was asked about one object: `sent` as helm would send it, the `live` one, and what a dry run `tried`.

    `afresh` is what a dry run under another name gave, where the change was refused: is it taken as a new one? `ours`
    is whether helm knows it as part of the release already.
    """

    object: Object
    sent: Manifest
    live: Mapping[str, Any] | Missing | Unread
    tried: Tried | None
    afresh: Tried | None = None
    ours: bool = False


def as_helm_sends(manifest: Manifest, release: str, namespace: str) -> dict[str, Any]:
    """A rendered object with the labels and annotations that helm adds to it."""
    metadata = dict(manifest["metadata"])
    metadata["labels"] = {**(metadata.get("labels") or {}), MANAGED: "Helm"}
    metadata["annotations"] = {**(metadata.get("annotations") or {}), RELEASE: release, NAMESPACE: namespace}
    return {**manifest, "metadata": metadata}


def judge(asked: Asked, *, namespace: bool, kind: bool) -> Change:
    """What would become of it. `namespace` is whether that is there, `kind` whether the cluster knows it."""
    item, tried = asked.object, asked.tried
    new = Change(item, "new", after=veiled(plain(asked.sent)))
    if not namespace:
        return _why(new, NO_NAMESPACE)
    if not kind or (tried and tried.said == UNKNOWN_KIND):
        return _why(new, NO_KIND)
    if isinstance(asked.live, Unread):
        return Change(item, "unknown", why=asked.live.words)
    if isinstance(asked.live, Missing):
        return _new(new, tried)
    if stranger := _stranger(asked):
        return Change(item, "changed", refused=stranger, before=veiled(plain(asked.live)))
    return _there(asked, asked.live)


def _new(new: Change, tried: Tried | None) -> Change:
    if tried is None or tried.how == "taken":
        return new
    if tried.how == "unread":
        return _why(new, f"whether it would be taken is not known: {tried.said}")
    if tried.said.endswith(_ENDS):  # once, by the namespace: not once for each object
        return _why(new, ENDING)
    return Change(new.object, "new", refused=refusal(tried), after=new.after)


def _there(asked: Asked, live: Mapping[str, Any]) -> Change:
    item, tried = asked.object, asked.tried
    before = veiled(plain(live))
    if tried is None or tried.how == "unread":
        return Change(item, "unknown", why=tried.said if tried else "it was not asked", before=before)
    if tried.how == "taken" and tried.answer is not None:
        return _changed(item, live, tried.answer, fixed=_held(item, live, tried.answer))
    if asked.afresh and asked.afresh.how == "taken" and asked.afresh.answer is not None:
        after = _renamed(asked.afresh.answer, item.name)
        fields = tuple(_less_assigned(differences(live, after), asked.sent, item))
        fixed = tuple(one.path for one in fields if any(one.within(path) for path in about(item.of).fixed))
        fixed += _held(item, live, after)
        # A webhook may have another reason to refuse a change than that the field is what it is for good.
        if fixed or not tried.webhook:
            return _changed(item, live, after, fields, fixed or tuple(one.path for one in fields))
    return Change(item, "changed", refused=refusal(tried), before=before, after=veiled(plain(asked.sent)))


def _held(item: Object, live: Manifest, after: Manifest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path, _ in held(item, live, after)))


def _changed(
    item: Object, live: Mapping[str, Any], after: Mapping[str, Any], fields: tuple[Field, ...] | None = None,
    fixed: tuple[str, ...] = (),
) -> Change:  # fmt: skip
    found = differences(live, after) if fields is None else fields
    what: What = "changed" if found else "unchanged"
    fixed = fixed if found else ()
    means = tuple(meaning.of(item, live, after, found, fixed)) if found else ()
    shown = (veiled(plain(live)), veiled(plain(after))) if found else (None, None)
    return Change(item, what, found, means, fixed, before=shown[0], after=shown[1])


def _renamed(answer: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**answer, "metadata": {**answer["metadata"], "name": name}}


def _less_assigned(fields: tuple[Field, ...], sent: Manifest, item: Object) -> Iterator[Field]:
    """Without the fields that an API server gives to each object by itself, where nobody says them."""
    given = about(item.of).assigned
    for one in fields:
        path = next((path for path in given if one.within(path)), "")
        if not path or _says(sent, path):
            yield one


def _says(manifest: Manifest, path: str) -> bool:
    found: Any = manifest
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found is not None


def _stranger(asked: Asked) -> str:
    """Why helm would not take an object over that is there already; "" when it is of its own release."""
    if asked.ours or not isinstance(asked.live, Mapping):
        return ""
    there, sent = (one.get("metadata") or {} for one in (asked.live, asked.sent))
    notes, ours = (one.get("annotations") or {} for one in (there, sent))
    if (there.get("labels") or {}).get(MANAGED) != "Helm" or RELEASE not in notes:
        return f"{NOBODYS}: helm does not take it over"
    if any(notes.get(key) != ours[key] for key in (RELEASE, NAMESPACE)):
        of = f"{notes.get(RELEASE, '?')} in {notes.get(NAMESPACE, '?')}"
        return f"it is there already, and is of the release {of}: helm does not take it over"
    return ""


def refusal(tried: Tried) -> str:
    """Why it would not be taken, in the words of who says so."""
    if tried.webhook:
        return f"the webhook {tried.webhook} refuses it: {tried.said}"
    if tried.how == "unanswered":
        return f"a webhook that must be asked does not answer: {tried.said}"
    return f"the API server refuses it: {tried.said}"


def _why(one: Change, why: str) -> Change:
    return Change(one.object, one.what, why=why, after=one.after)
