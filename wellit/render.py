"""Render a stack: the values of each release by helmfile, then its manifests by helm, as helmfile would call it.

A test holds the manifests against those of the same helmfile that plain helmfile users run. Both results are kept in
the cache under a hash of everything that went in, release by release, so that what did not change, or is the same in
another stack, is not rendered again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from wellit import charts, process, release_values, remembered, tools
from wellit.compose import Stack, merge
from wellit.errors import CannotAnswer
from wellit.release_values import KIND, QUICK, Asked, Release, arguments
from wellit.say import Say
from wellit.source.build import documents
from wellit.tools.room import passing

__all__ = ["Release", "Rendered", "arguments", "prepare", "render"]


@dataclass(frozen=True)
class Rendered:
    """A rendered stack. `unrendered` says why there are no manifests; empty when there are.

    `refused` is set when a chart refuses the values: those are judged first, because the rules say where they stand.
    `key` names all that it was made from.
    """

    releases: tuple[Release, ...]
    unrendered: str = ""
    charts: Mapping[str, str] = field(default_factory=dict)
    refused: CannotAnswer | None = field(default=None, compare=False)
    key: str = field(default="", compare=False)

    @property
    def manifests(self) -> list[dict[str, Any]]:
        return [manifest for release in self.releases for manifest in release.manifests]

    def text(self) -> str:
        """All manifests as one YAML stream, in the order of installation."""
        return "".join("---\n" + yaml.safe_dump(manifest, sort_keys=False) for manifest in self.manifests)

    def part(self, name: str) -> Release:
        """The release of one part. Raises KeyError when the stack has none."""
        for release in self.releases:
            if release.part == name:
                return release
        raise KeyError(name)


def render(
    stack: Stack, say: Say, *, fetch: bool = False, run: process.Runner = process.run,
    meanwhile: Callable[[], object] = tuple,
) -> Rendered:  # fmt: skip
    """The stack's values and, where its charts are at hand, its manifests.

    `fetch` downloads upstream charts that are not in the cache; `meanwhile` is done beside helmfile, where that is
    started. Raises CannotAnswer when there can be no values.
    """
    found, asked = _asked(stack, say, fetch, run)
    releases = release_values.of(asked, run, meanwhile)
    named = {part: str(chart) for part, chart in found.items()}
    if missing := charts.missing(stack, found):
        return Rendered(releases, missing, named, key=asked.key)
    with ThreadPoolExecutor(len(releases) or 1) as pool:
        made = list(pool.map(lambda release: _manifests(release, asked, run), releases))
    refused = next((each for each in made if isinstance(each, CannotAnswer)), None)
    if refused:
        return Rendered(releases, f"helm refuses them: {refused.message.partition(': ')[2]}", named, refused, asked.key)
    objects = [tuple(each) for each in made if not isinstance(each, CannotAnswer)]
    whole = tuple(replace(r, manifests=m) for r, m in zip(releases, objects, strict=True))
    made_from = [charts.state(asked.chart(release)) for release in releases]
    return Rendered(whole, "", named, key=remembered.key(asked.key, made_from))


def prepare(stacks: Iterable[Stack], say: Say, *, fetch: bool = False, run: process.Runner = process.run) -> None:
    """Make ready to render many stacks: their values in few calls of helmfile. What cannot be, render() tells."""
    asked = []
    for stack in stacks:
        try:
            asked.append(_asked(stack, say, fetch, run)[1])
        except CannotAnswer:
            continue
    release_values.prepare(asked, run)


def _asked(stack: Stack, say: Say, fetch: bool, run: process.Runner) -> tuple[dict[str, Path], Asked]:
    found = charts.find(stack, say, fetch=fetch, run=run)
    overrides = stack.overrides
    if found:
        overrides = merge(overrides, {"charts": {part: str(path) for part, path in found.items()}})
    return found, Asked(stack, overrides, tools.ensure(["helm", "helmfile"], say))


def _manifests(release: Release, asked: Asked, run: process.Runner) -> list[dict[str, Any]] | CannotAnswer:
    """What helm makes of one release, or why it makes nothing."""
    stack, helm = asked.stack, asked.binaries["helm"]
    chart = asked.chart(release)
    values = json.dumps(release.values, sort_keys=True)
    about = (release.name, release.namespace, values, charts.state(chart), remembered.states([helm]))
    key = "m" + remembered.key(*about)
    if isinstance(kept := remembered.recall(KIND, key), list):
        return kept
    with passing() as folder:
        (folder / "values.json").write_text(values, encoding="utf-8")
        words: list[str | Path] = [
            helm,
            "template",
            release.name,
            chart,
            "--namespace",
            release.namespace,
            "--values",
            folder / "values.json",
        ]
        done = run(words, env=charts.environment() | QUICK, timeout=300)
    if not done.ok:
        return release_values.refused(done.err, stack)
    made = [data for data, _ in documents(done.out) if data]
    remembered.keep(KIND, key, made)
    return made
