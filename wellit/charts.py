"""Which charts a stack is rendered from: those of the checkout, a path the person gave, or upstream's in the cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from wellit import paths, process, remembered, tools
from wellit.compose import Stack
from wellit.errors import CannotAnswer


def environment() -> dict[str, str]:
    """Variables for helm and helmfile: folders of their own, no upgrade notice, none of the user's settings."""
    home = paths.cache() / "helm"
    return {
        "HELM_CACHE_HOME": str(home / "cache"),
        "HELM_CONFIG_HOME": str(home / "config"),
        "HELM_DATA_HOME": str(home / "data"),
        "HELMFILE_CACHE_HOME": str(home / "helmfile"),
        "HELMFILE_UPGRADE_NOTICE_DISABLED": "1",
    }


def find(
    stack: Stack, say: Callable[[str], None], *, fetch: bool, run: process.Runner = process.run
) -> dict[str, Path]:
    """The upstream charts of the stack that are in the cache, by part; with `fetch` the missing ones are downloaded.

    Charts that already are paths are not listed: helmfile finds them itself. Raises CannotAnswer when a download
    fails or its digest is not the one of the version train.
    """
    found: dict[str, Path] = {}
    for part in wanted(stack):
        about = stack.values["versions"]["charts"][part]
        kept = (stack.bundle or paths.cache()) / "charts" / packaged(about)
        if not kept.exists() and fetch and not stack.bundle:
            _fetch(stack, part, about, kept, say, run)
        if kept.exists():
            found[part] = kept
    return found


def in_cache(name: str, version: str) -> Path:
    """Where a chart of upstream's is kept once it was fetched."""
    return paths.cache() / "charts" / packaged({"name": name, "version": version})


def wanted(stack: Stack) -> list[str]:
    """The parts whose chart is not a folder or file of this machine."""
    return [
        part
        for part in stack.way.charts
        if not (stack.folder / stack.values["charts"][part]).exists()
        and not Path(stack.values["charts"][part]).is_absolute()
    ]


def missing(stack: Stack, found: Mapping[str, Path]) -> str:
    """Why manifests cannot be rendered, or an empty string."""
    for chart in (stack.values["charts"][part] for part in stack.way.charts):
        if Path(chart).is_absolute() and not Path(chart).exists():
            return f"the chart {chart} is not there"
    if lacking := set(wanted(stack)) - set(found):
        if stack.bundle:
            return f"the bundle has no chart for {', '.join(sorted(lacking))}"
        return "upstream charts not in the cache; --charts offline or --fetch"
    return ""


def packaged(about: Mapping[str, Any]) -> str:
    """The file name of a packaged chart, by its `name` and `version`."""
    return f"{about['name']}-{about['version']}.tgz"


def digest(chart: Path) -> str:
    """``sha256:...`` of a packaged chart, or of all files of a chart's folder."""
    sha = hashlib.sha256()
    for file in sorted(chart.rglob("*")) if chart.is_dir() else [chart]:
        if file.is_file():
            sha.update(file.read_bytes())
    return f"sha256:{sha.hexdigest()}"


def state(chart: Path) -> list[tuple[str, str]]:
    """What is in a chart, packaged or not, file by file; it is read once as long as it does not change."""
    return remembered.contents(remembered.below(chart) if chart.is_dir() else [chart])


def pull(source: Sequence[str], kept: Path, say: Callable[[str], None], run: process.Runner) -> str:
    """Have helm download the packaged chart that `source` names, and keep it. Returns why it cannot be had, or ""."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        words: list[str | Path] = [tools.path("helm", say), "pull", *source, "--destination", folder]
        done = run(words, env=environment(), timeout=300)
        pulled = next(iter(Path(folder).glob("*.tgz")), None)
        if not done.ok or pulled is None:
            return (done.err.strip().splitlines() or ["no reason given"])[-1]
        pulled.replace(kept)
    return ""


def same(about: Mapping[str, Any], chart: Path, part: str) -> None:
    """Raise CannotAnswer when a packaged chart is not the one that the version train pins."""
    got = digest(chart)
    if about["digest"] and got != about["digest"]:
        raise CannotAnswer(
            f"the chart {about['name']} {about['version']} is not the one that is pinned",
            why=f"its digest is {got}, the version train has {about['digest']}",
            write=f"if the new one is right, write its digest into versions.charts.{part}.digest",
        )


def _fetch(
    stack: Stack, part: str, about: Mapping[str, Any], kept: Path, say: Callable[[str], None], run: process.Runner
) -> None:
    chart = stack.values["charts"][part]
    repository = next((r for r in stack.values["charts"]["repositories"] if chart.startswith(f"{r['name']}/")), None)
    source = [chart.partition("/")[2], "--repo", repository["url"]] if repository else [chart]
    say(f"fetching {about['name']} {about['version']}")
    fresh = kept.with_suffix(f".{os.getpid()}")
    try:
        if reason := pull([*source, "--version", about["version"]], fresh, say, run):
            raise CannotAnswer(
                f"cannot fetch the chart {about['name']} {about['version']}: {reason}",
                why="upstream's charts are not in the cache yet",
                write="--charts offline uses the charts of this checkout; or give a copy: --set charts."
                + part
                + "=/path/to/chart",
            )
        same(about, fresh, part)
        fresh.replace(kept)
    finally:
        fresh.unlink(missing_ok=True)
