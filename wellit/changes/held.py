"""What a project's own controller does not let change of an object that it carries out (schemas/apis.yaml). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit.carried import PARTS, within
from wellit.demand import Manifest, Object
from wellit.templates import templates


def held(item: Object, live: Manifest, after: Manifest) -> list[tuple[str, str]]:
    """(field, what is not let change of it, in words): nothing for a kind that no such controller carries out."""
    known = item.of.carried
    if not known:
        return []
    before, becomes = (dict(one.get("spec") or {}) for one in (live, after))
    parts = _parts(live, after, becomes) if known.fixed["parts"] else ()
    return [*parts, *_blocks(before, becomes, known.fixed), *_spread(before, becomes, known.fixed["spread"])]


def _parts(live: Manifest, after: Manifest, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    before, becomes = ({one.part: one.does for one in templates(each)} for each in (live, after))
    path = f"spec.{next((one for one in PARTS if one in spec), PARTS[0])}"
    yield from ((path, f"{part} is new") for part in becomes if part not in before)
    yield from ((path, f"{part} is not there any more") for part in before if part not in becomes)
    for part, does in becomes.items():
        if part in before and before[part] != does:
            yield path, f"{part} was {before[part]} and becomes {does}"


def _blocks(before: Manifest, after: Manifest, fixed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Blocks that neither come nor go, and settings of those that stay."""
    moved = [path for path in fixed.get("blocks", ()) if (path in before) != (path in after)]
    for path in moved:
        yield f"spec.{path}", f"{path} is {'new' if path in after else 'not there any more'}"
    for path in fixed["settings"]:
        was, becomes = within(before, path), within(after, path)
        if (was or None) != (becomes or None) and path.partition(".")[0] not in moved:
            yield f"spec.{path}", f"{path} was {_said(was)} and becomes {_said(becomes)}"


def _spread(before: Manifest, after: Manifest, paths: list[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        was, becomes = (_pods_of_one(within(one, path)) for one in (before, after))
        if was != becomes:
            said = f"over how many pods a replica is spread ({path}) was {was} and becomes {becomes}"
            yield f"spec.{path}", said


def _pods_of_one(parallelism: Any) -> int:
    """Over how many pods one replica is spread (KServe: data / dataLocal, or pipeline)."""
    said = parallelism if isinstance(parallelism, Mapping) else {}
    if said.get("data") or said.get("dataLocal"):
        return max(max(int(said.get("data") or 1), 1) // max(int(said.get("dataLocal") or 1), 1), 1)
    return int(said.get("pipeline") or 1)


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={said}" for key, said in value.items()) or "nothing"
    return "nothing" if value is None else str(value)
