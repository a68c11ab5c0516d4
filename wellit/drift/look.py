"""What is held against each other: the objects as they are, and as helm has noted that it applied them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

import yaml

from wellit import installed
from wellit.access import Access, Missing, Unread
from wellit.demand import Object
from wellit.drift.objects import scaled
from wellit.drift.seen import Release, Seen
from wellit.installed import DEPLOYED, Installed
from wellit.live import Live
from wellit.record import Record


def releases(access: Access, known: Record) -> dict[str, Release]:
    """What helm has noted of the recorded releases: one list, and those of an older revision one by one."""
    names = known.release_names
    found = installed.standing(access, known.namespace, names) if names else {}
    if isinstance(found, Unread):
        return {name: Release(name, why=found.words) for name in names}
    with ThreadPoolExecutor(max(1, len(names))) as pool:
        return dict(zip(names, pool.map(lambda name: _release(access, known, name, found[name]), names), strict=True))


def look(access: Access, known: Record, live: Live, noted: Mapping[str, Release]) -> Seen:
    """What was read, and what only then is worth a question: when somebody scaled something."""
    seen = Seen(known, live, noted)
    items = scaled(seen)
    with ThreadPoolExecutor(max(1, len(items))) as pool:
        times = pool.map(lambda item: _scaled(access, known.namespace, item), items)
        return replace(seen, scaled=dict(zip(items, times, strict=True)))


def _release(access: Access, known: Record, name: str, found: list[Installed]) -> Release:
    if not found:
        return Release(name, why="helm has no release of this name: somebody uninstalled it")
    now = next((one for one in found if one.status == DEPLOYED), found[0])
    left = known.revisions.get(name)
    former = None if left in (None, now.revision) else installed.noted(access, known.namespace, name, int(left or 0))
    recorded = former if isinstance(former, Installed) else None
    try:
        objects = {(one["kind"], one["metadata"]["name"]): one for one in now.objects()}
    except yaml.YAMLError as problem:
        return Release(name, now, found[0], recorded, f"helm's note of it cannot be read: {type(problem).__name__}")
    return Release(name, now, found[0], recorded, now.broken, objects)


def _scaled(access: Access, namespace: str, item: Object) -> str:
    """When the newest event tells of a change of scale; "" when none does any more, or that may not be read."""
    select = urlencode({"fieldSelector": f"involvedObject.name={item.name},reason=ScalingReplicaSet"})
    answer = access.get(f"/api/v1/namespaces/{namespace}/events?{select}")
    if isinstance(answer, (Missing, Unread)):
        return ""
    events = answer.get("items") or []
    return max((str(one.get("lastTimestamp") or one.get("eventTime") or "") for one in events), default="")
