"""Waiting until what was removed is gone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from wellit import cluster, live, waiting
from wellit.access import Access, Missing, Unread
from wellit.demand import Kind, Object
from wellit.live import made
from wellit.owners import made_for
from wellit.record import Record
from wellit.say import Say

ENDING_SECONDS = 180.0  # the picker's pods have 130 s to end


def ended(access: Access, known: Record, say: Say) -> list[str]:
    """Objects of the stack that are still there; pods get time to end."""
    kinds = {item.of for item in known.ever()}
    workloads = [item for item in known.ever() if item.of.kind in live.WORKLOADS or item.of.carried]
    began, told = time.monotonic(), False
    while True:
        asked = time.monotonic()
        left = live.existing(access, known.namespace, kinds, known.ever_releases)
        left += made.left(access, known.namespace, workloads)
        pods = _pods(access, known.namespace, workloads)
        now = time.monotonic()
        if not (left or pods) or now - began > ENDING_SECONDS:
            return [*left, *(f"Pod {name}" for name in pods)]
        if not told:
            say(f"waiting for {len(pods)} pods to end" if pods else f"waiting for {len(left)} objects to go")
            told = True
        time.sleep(waiting.pause(now - began, now - asked))


def _pods(access: Access, namespace: str, workloads: Sequence[Object]) -> list[str]:
    """The pods of workloads, by name: whose a pod is stands in its metadata, and of thousands that alone is read."""
    path = Kind("v1", "Pod").path(namespace)
    found = access.abouts(path)
    if found is None:
        found = cluster.whole(access, path, dict)
    if isinstance(found, (Missing, Unread)):
        return []
    listed = found.get("items") or () if isinstance(found, Mapping) else found
    return [one["metadata"]["name"] for one in listed if any(_of(item, one["metadata"]) for item in workloads)]


def _of(item: Object, about: Mapping[str, Any]) -> bool:
    owner = next((f"{one['kind']}/{one['name']}" for one in about.get("ownerReferences") or ()), "")
    return made_for(item, owner, about.get("labels") or {})
