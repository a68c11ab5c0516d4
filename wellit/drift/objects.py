"""The objects of a stack as they are, each against what helm has noted that it applied. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit.changes.judge import as_helm_sends
from wellit.demand import Object
from wellit.drift.fields import Difference, differences
from wellit.drift.managers import addition
from wellit.drift.seen import Seen


def drifted(seen: Seen) -> dict[Object, list[Difference]]:
    """The differences of each object that is there and of which helm has noted what it applied."""
    found = {}
    for item, live in seen.live.objects.items():
        release = seen.releases.get(item.release)
        applied = release.objects.get((item.of.kind, item.name)) if release else None
        if isinstance(live, Mapping) and applied is not None and release:
            sent = as_helm_sends(applied, item.release, seen.record.namespace)
            found[item] = list(_told(differences(sent, live, settled=release.settled)))
    return {item: [_dated(one, seen.scaled.get(item, "")) for one in told] for item, told in found.items()}


def scaled(seen: Seen) -> list[Object]:
    """Workloads that somebody scaled at a time that the API does not note of its owner."""
    return [
        item
        for item, found in drifted(seen).items()
        if any(one.by and one.by.subresource == "scale" and not one.by.when for one in found)
    ]


def _told(found: list[Difference]) -> Iterator[Difference]:
    """What is worth telling: annotations that tools leave are so only when they mean something."""
    for one in found:
        means = addition(one.path.rpartition("[")[2].rstrip("]")) if one.added else None
        if means is None:
            yield one
        elif means:
            yield replace(one, right=means)


def _dated(one: Difference, when: str) -> Difference:
    scale = one.by and one.by.subresource == "scale" and not one.by.when
    return replace(one, by=replace(one.by, when=when)) if scale and one.by and when else one


def summary(seen: Seen) -> list[dict[str, Any]]:
    """Every difference, for the report's summary."""
    return [
        {
            "object": str(item), "path": one.path, "before": one.before, "after": one.after, "added": one.added,
            "right": one.right, **_who(one),
        }
        for item, found in drifted(seen).items()
        for one in found
    ]  # fmt: skip


def _who(one: Difference) -> dict[str, str]:
    keys = {"manager": "name", "operation": "operation", "subresource": "subresource", "when": "when"}
    return {key: getattr(one.by, name) if one.by else "" for key, name in keys.items()}
