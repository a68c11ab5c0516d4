"""The gateways of a box: the conditions of those that nobody reconciles.

Those of class istio are istiod's own affair: it makes their pods and says how they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wellit.sandbox.box.context import Box
from wellit.sandbox.box.kubelet.api import MERGE, Api, Refused, Unreachable, listing, named
from wellit.sandbox.box.simulated import GROUP, statuses

Object = dict[str, Any]
GATEWAYS = f"{GROUP}/v1"
KINDS = {
    "gatewayclasses": GATEWAYS,
    "gateways": GATEWAYS,
    "httproutes": GATEWAYS,
    "inferencepools": "inference.networking.k8s.io/v1",
}
GATHER_SECONDS = 0.1  # changes that come together are judged together
AGAIN_SECONDS = 2.0


async def run(box: Box) -> None:
    """Write simulated conditions, until this is cancelled or something that nobody foresaw is raised."""
    async with Api(box.kubeconfig) as api:
        known: dict[str, dict[str, Object]] = {kind: {} for kind in KINDS}
        changed = asyncio.Event()
        await asyncio.gather(_write(box, api, known, changed), *(_follow(api, kind, known, changed) for kind in KINDS))


async def _follow(api: Api, kind: str, known: dict[str, dict[str, Object]], changed: asyncio.Event) -> None:
    async for what, seen in api.changes(listing(kind, group=KINDS[kind])):
        if what == "LISTED":
            known[kind] = {one["metadata"]["uid"]: one for one in seen["items"]}
        elif what == "DELETED":
            known[kind].pop(seen["metadata"]["uid"], None)
        else:
            known[kind][seen["metadata"]["uid"]] = seen
        changed.set()


async def _write(box: Box, api: Api, known: Mapping[str, Mapping[str, Object]], changed: asyncio.Event) -> None:
    while True:
        await changed.wait()
        await asyncio.sleep(GATHER_SECONDS)
        changed.clear()
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for kind, one, status in list(_wanted(known, now)):
            metadata = one["metadata"]
            path = named(kind, metadata.get("namespace", ""), metadata["name"], KINDS[kind])
            try:
                await api.patch(f"{path}/status", {"metadata": {"uid": metadata["uid"]}, "status": status}, MERGE)
            except (Refused, Unreachable) as problem:
                if isinstance(problem, Refused) and problem.code in (404, 409):
                    continue  # it is gone, or another one has its name
                box.log(f"the status of {metadata['name']}: {problem}")
                await asyncio.sleep(AGAIN_SECONDS)
                changed.set()


def _wanted(known: Mapping[str, Mapping[str, Object]], now: str) -> list[tuple[str, Object, Object]]:
    """What statuses() says, with the kind of each object."""
    kind_of = {uid: kind for kind, objects in known.items() for uid in objects}
    classes, gateways, routes, pools = (list(known[kind].values()) for kind in KINDS)
    found = statuses(classes, gateways, routes, pools, now)
    return [(kind_of[one["metadata"]["uid"]], one, status) for one, status in found]
