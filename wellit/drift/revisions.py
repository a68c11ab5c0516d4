"""Is each release at the revision that wellit left, or did somebody else upgrade, roll back or uninstall it? Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from wellit.cluster.releases import LEFT
from wellit.drift.managers import moment
from wellit.drift.seen import Release, Seen
from wellit.drift.shown import changed, veiled
from wellit.findings import Check
from wellit.installed import DEPLOYED, Installed

TITLE = "every release is at the revision that wellit left"
MOST = 3


def check(seen: Seen, mend: str) -> Check:
    """WL781. `mend` is the install that brings the recorded state back."""
    wrong = [words for release in seen.releases.values() for words in _words(release, seen.record.revisions)]
    unread = [release.why for release in seen.releases.values() if release.now is None and "nobody" not in release.why]
    if wrong:
        fix = f"{mend} installs what is recorded, over it; helm history NAME -n {seen.record.namespace} tells more"
        return Check("WL781", TITLE, "fail", "; ".join(wrong), fix, "helm notes when, and not who")
    if unread:
        return Check("WL781", TITLE, "unknown", unread[0])
    unknown = [name for name in seen.releases if name not in seen.record.revisions]
    if unknown:
        why = "the record says no revisions: an older wellit wrote it, or an install has not ended"
        return Check("WL781", TITLE, "skip", why)
    told = ", ".join(f"{name} {number}" for name, number in seen.record.revisions.items() if name in seen.releases)
    return Check("WL781", TITLE, "pass", told)


def _words(release: Release, left: Mapping[str, int]) -> Iterator[str]:
    if release.now is None:
        if "uninstalled" in release.why:
            yield f"{release.name}: {release.why}"
        return
    if release.newest is not None and release.newest.status == LEFT:
        yield f"{release.name}: somebody uninstalled it, and helm keeps its history{_when(release.newest)}"
        return
    number = left.get(release.name)
    for one in [release.now] if release.settled else [release.newest, release.now]:
        if one is None or number is None or one.revision == number:
            continue
        said = f", {one.said}" if one.said and one.status == DEPLOYED else ""
        about = f"revision {one.revision} ({one.status}{_when(one)}{said})"
        yield f"{release.name} is at {about}, {number} was left{_changed(release, one)}"


def _when(one: Installed) -> str:
    return f", {moment(one.when)}" if one.when else ""


def _changed(release: Release, now: Installed) -> str:
    """What that revision has applied otherwise than the one that was left."""
    if release.recorded is None:
        return "; what it changed is not known: helm has forgotten that one"
    found = apart(release.recorded, now)
    if not found:
        return "; it applies the same"
    more = f", and {len(found) - MOST} more" if len(found) > MOST else ""
    return f": {', '.join(found[:MOST])}{more}"


def apart(before: Installed, after: Installed) -> list[str]:
    """Where two revisions apply something else, in words."""
    try:
        was, becomes = ({(o["kind"], o["metadata"]["name"]): o for o in one.objects()} for one in (before, after))
    except yaml.YAMLError:
        return ["what it applies cannot be read"]
    told = [f"no more {kind} {name}" for kind, name in was if (kind, name) not in becomes]
    told += [f"{kind} {name} is new" for kind, name in becomes if (kind, name) not in was]
    for key, one in becomes.items():
        if key in was:
            secret = key[0] == "Secret"
            told += [f"{key[0]} {key[1]} {words}" for words in _apart(was[key], one, "", "", secret)]
    return told


def _apart(was: Any, becomes: Any, path: str, name: str, secret: bool) -> Iterator[str]:
    if was == becomes:
        return
    if isinstance(was, Mapping) and isinstance(becomes, Mapping):
        for key in dict.fromkeys([*was, *becomes]):
            inner = f"{path}.{key}" if path else str(key)
            yield from _apart(was.get(key), becomes.get(key), inner, str(key), secret)
    elif isinstance(was, list) and isinstance(becomes, list) and len(was) == len(becomes):
        for number, (one, other) in enumerate(zip(was, becomes, strict=True)):
            yield from _apart(one, other, f"{path}[{number}]", name, secret)
    else:
        yield changed(path, veiled(was, name, secret=secret), veiled(becomes, name, secret=secret))
