"""Is a chart of this machine still the one that the stack was installed from? By its recorded digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from wellit import catalogue, charts, paths
from wellit.findings import Check
from wellit.record import Record

TITLE = "the charts here are those that the stack was installed from"


def check(known: Record) -> Check:
    """WL783: what the same install would apply is rendered from charts of this machine."""
    other, compared, absent = [], [], []
    for release in known.releases:
        file = next((one for one in _places(known, release) if one.exists()), None)
        if file is None or not release.get("digest"):
            absent.append(release["name"])
        elif charts.digest(file) == release["digest"]:
            compared.append(release["name"])
        else:
            other.append(f"{release['chart']} {release['version']}".strip() + f" of {release['name']} ({_where(file)})")
    if other:
        fix = "invoke plan shows what the same install would change"
        return Check("WL783", TITLE, "warn", f"another one now: {'; '.join(other)}", fix)
    if not compared:
        why = "it was adopted: somebody else had them" if known.adopted else "none of them is on this machine"
        digests = "" if any(release.get("digest") for release in known.releases) else ", and the record has no digests"
        return Check("WL783", TITLE, "skip", f"{why}{digests}")
    told = f"; not on this machine: {', '.join(absent)}" if absent else ""
    return Check("WL783", TITLE, "pass", f"{len(compared)} charts{told}")


def _places(known: Record, release: Mapping[str, str]) -> Iterator[Path]:
    """Where the chart of a release may be: a path that a person gave, the checkout, or the cache of upstream's."""
    part = release["part"]
    said = known.overrides.get("charts")
    given = said.get(part) if isinstance(said, Mapping) else None
    name = known.components.get("charts", "")
    there = catalogue.component_names("charts")
    own = catalogue.component_data("charts", name).get(part) if name in there else None
    for one in (given, own):
        if isinstance(one, str):
            yield paths.GUIDES / known.guide / one
    if not isinstance(own or given, str):
        yield paths.CHARTS / part
    yield charts.in_cache(release["chart"], release["version"])


def _where(file: Path) -> str:
    return paths.shown(file)
