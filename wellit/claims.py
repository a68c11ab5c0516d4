"""Volume claims that objects of a render make: claims of their own, of a StatefulSet's pods, of a pod's volumes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wellit.templates import templates

Manifest = Mapping[str, Any]


def made(manifests: Iterable[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """(whose, the claim's spec) of every claim that comes of these objects, as often as it is made."""
    for manifest in manifests:
        title = f"{manifest['kind']} {manifest['metadata']['name']}"
        spec: Manifest = manifest.get("spec") or {}
        if manifest["kind"] == "PersistentVolumeClaim":
            yield title, spec
        for claim in spec.get("volumeClaimTemplates") or []:
            yield from [(title, claim.get("spec") or {})] * int(spec.get("replicas", 1))
        for one in templates(manifest):
            for volume in one.spec.get("volumes") or []:
                made_with = (volume.get("ephemeral") or {}).get("volumeClaimTemplate") or {}
                yield from [(title, made_with.get("spec") or {})] * (one.count if made_with else 0)
