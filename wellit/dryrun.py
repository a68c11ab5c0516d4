"""What an install would change: every object of the render put to the API server as helm would, and nothing kept.

The live object and the dry run of each are asked side by side; helm's own notes say which objects would go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from wellit import installed
from wellit.access import Access, Missing, Unread
from wellit.changes import Change, Changes, meaning, same
from wellit.changes.fields import plain, veiled
from wellit.changes.judge import KEEP, Asked, as_helm_sends, judge
from wellit.cluster import PARALLEL, Cluster, exists
from wellit.demand import CLUSTER_WIDE, Manifest, Object, object_of
from wellit.render import Rendered
from wellit.tried import Tried, tried

OTHER = "-wellit"  # behind the name of an object that is tried as a new one
LONGEST = 63
# The objects that helm has applied for a release; in words why that is not known.
Noted = list[Mapping[str, Any]] | str


@dataclass(frozen=True)
class Answers:
    """What was asked: of each object of a render, and what helm has noted for its releases, in words why not."""

    rows: tuple[Asked, ...]
    noted: Mapping[str, Noted]


def ask(access: Access, rendered: Rendered, namespace: str) -> Answers:
    """Put every question that does not wait for another look. Raises CannotAnswer when the cluster does not answer.

    Of a namespace that is not there nothing is asked: every object in it is new, and webhooks are not asked without it.
    """
    there = exists(access, f"/api/v1/namespaces/{namespace}") is not False
    pool = ThreadPoolExecutor(PARALLEL)
    try:
        pairs = [(release.name, manifest) for release in rendered.releases for manifest in release.manifests]
        rows = [pool.submit(_ask, access, namespace, release, manifest, there=there) for release, manifest in pairs]
        names = [one.name for one in rendered.releases]
        noted = {name: pool.submit(installed.applied, access, namespace, name) for name in names if there}
        known = {name: noted[name].result() if there else [] for name in names}
        return Answers(tuple(row.result() for row in rows), known)
    finally:
        pool.shutdown(cancel_futures=True)  # of a cluster that is away not every question waits for its end


def changes(
    access: Access, rendered: Rendered, namespace: str, seen: Cluster, recorded: Sequence[str] = (),
    answers: Answers | None = None,
) -> Changes:  # fmt: skip
    """What would become of each object of a render; `recorded` are the releases of the stack as it was installed.

    `answers` are those of ask(), where it was asked already. Raises CannotAnswer when the cluster does not answer.
    """
    answers = answers or ask(access, rendered, namespace)
    judged = [_judged(row, answers.noted, seen) for row in answers.rows]
    found = list(_read_by(judged, rendered.manifests))
    before = [name for name in recorded if name not in answers.noted]
    with ThreadPoolExecutor(PARALLEL) as pool:
        former = {name: pool.submit(installed.applied, access, namespace, name) for name in before}
        noted = {**answers.noted, **{name: answer.result() for name, answer in former.items()}}
        going = list(_going(noted, [one.object for one in found]))
        live = [pool.submit(access.get, _path(item, manifest, namespace)) for item, manifest in going]
        removed = [_removed(item, answer.result()) for (item, _), answer in zip(going, live, strict=True)]
    gone = tuple(name for name in before if not isinstance(noted[name], str) and noted[name])
    there = noted if seen.namespace is not False else {}
    notes = tuple(f"what {name} has now: {said}" for name, said in there.items() if isinstance(said, str))
    return Changes((*found, *(one for one in removed if one)), gone, notes)


def _ask(access: Access, namespace: str, release: str, manifest: Manifest, *, there: bool) -> Asked:
    item = object_of(manifest, release)
    sent = as_helm_sends(manifest, release, namespace)
    if not there and item.of.kind not in CLUSTER_WIDE:
        return Asked(item, sent, Missing(), None)
    where = str(manifest["metadata"].get("namespace") or namespace)
    live = access.get(item.of.path(where, item.name))
    said = tried(access, where, sent)
    afresh: Tried | None = None
    if isinstance(live, Mapping) and said.how == "refused":
        other = {**sent, "metadata": {**sent["metadata"], "name": item.name[: LONGEST - len(OTHER)] + OTHER}}
        afresh = tried(access, where, other)
    return Asked(item, sent, live, said, afresh)


def _judged(asked: Asked, applied: Mapping[str, Noted], seen: Cluster) -> Change:
    item = asked.object
    there = seen.namespace is not False or item.of.kind in CLUSTER_WIDE
    noted = applied.get(item.release, "")
    ours = not isinstance(noted, str) and any(same(object_of(one, item.release), item) for one in noted)
    return judge(replace(asked, ours=ours), namespace=there, kind=seen.served.get(item.of) is not False)


def _read_by(found: Sequence[Change], manifests: Sequence[Manifest]) -> Iterator[Change]:
    """With who reads a ConfigMap or Secret that changes, and is not made anew with it."""
    kept = [
        (one.object, manifest)
        for one, manifest in zip(found, manifests, strict=True)
        if one.what in ("changed", "unchanged") and not any("anew" in words for words in one.meaning)
    ]
    for one in found:
        if one.what == "changed" and one.object.of.kind in ("ConfigMap", "Secret"):
            by = tuple(meaning.readers(one.object, kept))
            one = replace(one, readers=by, meaning=(*one.meaning, *map(meaning.unread, by)))
        yield one


def _going(applied: Mapping[str, Noted], kept: Sequence[Object]) -> Iterator[tuple[Object, Mapping[str, Any]]]:
    """What helm has applied and would not apply again, but for what it is told to keep."""
    for release, noted in applied.items():
        for manifest in () if isinstance(noted, str) else noted:
            item = object_of(manifest, release)
            keeps = ((manifest["metadata"].get("annotations") or {}).get(KEEP)) == "keep"
            if not keeps and not any(same(item, one) for one in kept):
                yield item, manifest


def _path(item: Object, manifest: Mapping[str, Any], namespace: str) -> str:
    return item.of.path(str(manifest["metadata"].get("namespace") or namespace), item.name)


def _removed(item: Object, live: Any) -> Change | None:
    if isinstance(live, Missing):
        return None
    if isinstance(live, Unread):
        return Change(item, "unknown", why=f"it would be removed, if it is there: {live.words}")
    return Change(item, "removed", meaning=tuple(meaning.gone(live)), before=veiled(plain(live)))
