"""Events, as `kubectl describe` shows them: repeated ones are counted in one object, as the kubelet does."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wellit.sandbox.box.kubelet.api import MERGE, Api, Refused, Unreachable, listing, named
from wellit.sandbox.box.kubelet.states import now

Object = Mapping[str, Any]
SOURCE = "wellit-kubelet"
SPARING_SECONDS = 1.0  # between two counts of the same event
_numbers = itertools.count(1)


class Events:
    """The events of one pod. Nothing waits for them and nothing fails by them."""

    def __init__(self, api: Api, pod: Object) -> None:
        self._api = api
        self._pod = pod
        self._known: dict[tuple[str, str, str], tuple[str, int, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, reason: str, message: str, container: str = "", *, warning: bool = True) -> None:
        """Write an event; `container` as ``spec.containers{NAME}``."""
        task = asyncio.create_task(self._write(reason, message[:1000], container, "Warning" if warning else "Normal"))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, reason: str, message: str, container: str, kind: str) -> None:
        namespace = self._pod["metadata"]["namespace"]
        key = (reason, message, container)
        name, count, last = self._known.get(key, ("", 0, 0.0))
        count += 1
        fresh = time.monotonic() - last < SPARING_SECONDS
        self._known[key] = (name, count, last if fresh else time.monotonic())
        if fresh:
            return
        try:
            if name:
                again = {"count": count, "lastTimestamp": now()}
                await self._api.patch(named("events", namespace, name), again, MERGE)
            else:
                event = self._event(reason, message, container, kind)
                made = await self._api.create(listing("events", namespace), event)
                self._known[key] = (made["metadata"]["name"], self._known[key][1], self._known[key][2])
        except (Refused, Unreachable):
            self._known.pop(key, None)  # a namespace that is going, an event that has expired

    def _event(self, reason: str, message: str, container: str, kind: str) -> dict[str, Any]:
        metadata = self._pod["metadata"]
        stamp = f"{int(datetime.now(UTC).timestamp() * 1e6):x}{next(_numbers):04x}"
        about = {"kind": "Pod", "apiVersion": "v1", "name": metadata["name"], "namespace": metadata["namespace"],
                 "uid": metadata["uid"]} | ({"fieldPath": container} if container else {})  # fmt: skip
        return {
            "apiVersion": "v1", "kind": "Event",
            "metadata": {"name": f"{metadata['name'][:200]}.{stamp}", "namespace": metadata["namespace"]},
            "involvedObject": about, "reason": reason, "message": message, "type": kind, "count": 1,
            "firstTimestamp": now(), "lastTimestamp": now(),
            "source": {"component": SOURCE, "host": self._pod["spec"].get("nodeName", "")},
            "reportingComponent": SOURCE, "reportingInstance": self._pod["spec"].get("nodeName", ""),
        }  # fmt: skip
