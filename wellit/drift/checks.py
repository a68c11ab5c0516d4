"""What drift is told: one check for each object that differs, and one for all that do not.

WL780 objects are as they were applied (WL969 of what a project's own controller carries out)
WL781 releases are at the revision that wellit left   WL782 pods run the images of the stack
WL783 charts here are those that it was installed from
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wellit import again
from wellit.access import Access, Unread
from wellit.demand import Object
from wellit.drift import charts, images, revisions
from wellit.drift.fields import Difference
from wellit.drift.objects import drifted
from wellit.drift.seen import Seen
from wellit.findings import Check

MOST = 5  # differences of one object that are told in words; --format json has all
NOBODY = "who: a tool by the name that it gives itself; which person it was, only the API server's audit log knows"


def judge(seen: Seen, access: Access) -> list[Check]:
    """All that is to be said of drift."""
    return [
        *_objects(seen, access),
        revisions.check(seen, _mend(seen, access)),
        images.check(seen),
        charts.check(seen.record),
    ]


def _objects(seen: Seen, access: Access) -> Iterator[Check]:
    found = drifted(seen)
    unread = [item for item, live in seen.live.objects.items() if isinstance(live, Unread)]
    unknown = [item for item, live in seen.live.objects.items() if isinstance(live, Mapping) and item not in found]
    for item, told in found.items():
        if told or item.of.carried:
            yield _check(item, told, seen, access)
    same = [item for item, told in found.items() if not told and not item.of.carried]
    if same:
        yield Check("WL780", f"{len(same)} of {len(seen.live.objects)} objects are as they were applied", "pass")
    yield from _unknown(seen, unread, unknown)


def _unknown(seen: Seen, unread: list[Object], unknown: list[Object]) -> Iterator[Check]:
    for item in unread:
        live = seen.live.objects[item]
        assert isinstance(live, Unread)
        yield Check(_id(item), f"{item} is as it was applied", "unknown", live.words)
    for item in unknown:
        release = seen.releases.get(item.release)
        why = release.why if release and release.why else f"helm has not noted it for {item.release or 'any release'}"
        yield Check(_id(item), f"{item} is as it was applied", "unknown", why)


def _check(item: Object, found: list[Difference], seen: Seen, access: Access) -> Check:
    title = f"{item} is as it was applied"
    wrong = [one for one in found if not one.right and not one.added]
    added = [one for one in found if not one.right and one.added]
    allowed = [one for one in found if one.right]
    detail = "; ".join(one.words for one in [*wrong, *added, *allowed][:MOST])
    if len(found) > MOST:
        detail += f"; and {len(found) - MOST} more (--format json has all)"
    if not wrong and not added:
        return Check(_id(item), title, "pass", detail)
    put = f"{_mend(seen, access)} puts it back; to keep it, put it into the stack's settings (--set, -f)"
    away = f"the same install leaves what was added; take it away: {_taken_away(item, added, seen, access)}"
    fix = "; ".join([*([put] if wrong else []), *([away] if added else [])])
    return Check(_id(item), title, "fail" if wrong else "warn", detail, fix, NOBODY)


def _taken_away(item: Object, added: list[Difference], seen: Seen, access: Access) -> str:
    name = f"{item.of.resource}.{item.of.group} {item.name}" if item.of.group else f"{item.of.resource} {item.name}"
    kubectl = f"kubectl {access.flags} -n {seen.record.namespace}"
    for part, verb in (("metadata.labels", "label"), ("metadata.annotations", "annotate")):
        if all(one.path.startswith(part) for one in added):
            keys = [one.path.removeprefix(part).strip(".[]") for one in added]
            return f"{kubectl} {verb} {name} {' '.join(f'{key}-' for key in keys)}"
    return f"{kubectl} edit {name}"


def _mend(seen: Seen, access: Access) -> str:
    flags = f"{access.invoke_flags} " if access.invoke_flags else ""
    return f"invoke install {flags}{again.words(seen.record)}"


def _id(item: Object) -> str:
    return "WL969" if item.of.carried else "WL780"
