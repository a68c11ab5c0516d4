"""Waiting until what was removed is gone."""

from __future__ import annotations

import time

from wellit import cluster, live, waiting
from wellit.access import Access, Unread
from wellit.demand import Kind
from wellit.live import made
from wellit.record import Record
from wellit.say import Say

ENDING_SECONDS = 180.0  # the picker's pods have 130 s to end


def ended(access: Access, known: Record, say: Say) -> list[str]:
    """Objects of the stack that are still there; pods get time to end."""
    kinds = {item.of for item in known.ever()}
    workloads = [item for item in known.ever() if item.of.kind in live.WORKLOADS or item.of.carried]
    until, told = time.monotonic() + ENDING_SECONDS, False
    while True:
        left = live.existing(access, known.namespace, kinds, known.ever_releases)
        left += made.left(access, known.namespace, workloads)
        pods = cluster.whole(access, Kind("v1", "Pod").path(known.namespace), cluster.pod)
        ours = [] if isinstance(pods, Unread) else [p for p in pods if any(p.made_for(item) for item in workloads)]
        if not (left or ours) or time.monotonic() > until:
            return [*left, *(f"Pod {pod.name}" for pod in ours)]
        if not told:
            say(f"waiting for {len(ours)} pods to end" if ours else f"waiting for {len(left)} objects to go")
            told = True
        time.sleep(waiting.POLL_SECONDS)
