"""Render a stack with helmfile: the values of each release, then the manifests.

Both come from the same helmfile that plain helmfile users run. Results are kept in the cache under a hash of
everything that went in, so that what did not change is not rendered again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wellit import charts, paths, process, remembered, tools
from wellit.compose import Stack, merge
from wellit.errors import CannotAnswer
from wellit.say import Say
from wellit.source import LOADER

KEPT = 50  # rendered stacks in the cache
_NOISE = re.compile(
    r"^(\s*$|COMMAND:|OUTPUT:|EXIT STATUS|STDERR:|COMBINED OUTPUT:|PATH:|ARGS:|ERROR:|\s+\d+: |\s*Use --debug flag)"
)


@dataclass(frozen=True)
class Release:
    """One helm release of a stack. `part` is its role in the guide: gateway, inferencepool, modelservice, route.

    `engine` is the engine that it is for, where a stack has several; else empty.
    """

    name: str
    namespace: str
    part: str
    chart: str
    version: str
    values: dict[str, Any]
    manifests: tuple[dict[str, Any], ...] = ()
    engine: str = ""


@dataclass(frozen=True)
class Rendered:
    """A rendered stack. `unrendered` says why there are no manifests; empty when there are.

    `refused` is set when a chart refuses the values: those are judged first, because the rules say where they stand.
    """

    releases: tuple[Release, ...]
    unrendered: str = ""
    charts: Mapping[str, str] = field(default_factory=dict)
    refused: CannotAnswer | None = field(default=None, compare=False)

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


def render(stack: Stack, say: Say, *, fetch: bool = False, run: process.Runner = process.run) -> Rendered:
    """The stack's values and, where its charts are at hand, its manifests.

    `fetch` downloads upstream charts that are not in the cache. Raises CannotAnswer when there can be no values.
    """
    found = charts.find(stack, say, fetch=fetch, run=run)
    binaries = tools.ensure(["helm", "helmfile"], say)
    overrides = _with_charts(stack, found)
    key = _key(stack, overrides, binaries)
    store = paths.cache() / "render" / f"{key}.json"
    if (kept := _read(store)) is not None:
        return kept
    rendered = _render(stack, overrides, found, binaries, run)
    if not rendered.refused:
        _write(store, rendered)
    return rendered


def arguments(stack: Stack, binaries: Mapping[str, Path], overrides_file: Path) -> list[str | Path]:
    """The words of every helmfile call for this stack, before the subcommand."""
    return [
        binaries["helmfile"], "--file", stack.folder / "helmfile.yaml.gotmpl", "--environment", stack.environment,
        "--namespace", stack.namespace, "--helm-binary", binaries["helm"],
        "--state-values-file", overrides_file, "--no-color",
    ]  # fmt: skip


def _with_charts(stack: Stack, found: Mapping[str, Path]) -> dict[str, Any]:
    return (
        merge(stack.overrides, {"charts": {part: str(path) for part, path in found.items()}})
        if found
        else stack.overrides
    )


def _render(
    stack: Stack,
    overrides: Mapping[str, Any],
    found: Mapping[str, Path],
    binaries: Mapping[str, Path],
    run: process.Runner,
) -> Rendered:
    missing = charts.missing(stack, found)
    with tempfile.TemporaryDirectory(prefix="wellit-") as name, ThreadPoolExecutor(2) as pool:
        folder = Path(name)
        (folder / "overrides.json").write_text(json.dumps(overrides))
        words = arguments(stack, binaries, folder / "overrides.json")
        template = str(
            folder / "values" / "{{ .Release.Labels.part }}--{{ .Release.Labels.engine }}--{{ .Release.Name }}.yaml"
        )
        jobs = [[*words, "write-values", "--skip-deps", "--output-file-template", template]]
        if not missing:
            out = str(folder / "manifests" / "{{ .Release.Name }}")
            jobs.append([*words, "template", "--skip-deps", "--output-dir-template", out])
        values, *manifests = pool.map(lambda argv: run(argv, env=charts.environment(), timeout=300), jobs)
        if not values.ok:
            raise _refused(values.err, stack)
        refused = next((_refused(done.err, stack) for done in manifests if not done.ok), None)
        reason = missing or (f"helm refuses them: {refused.message.partition(': ')[2]}" if refused else "")
        return Rendered(tuple(_releases(stack, folder)), reason, {p: str(c) for p, c in found.items()}, refused)


def _releases(stack: Stack, folder: Path) -> Iterator[Release]:
    versions = stack.values["versions"]["charts"]
    for file in sorted((folder / "values").glob("*.yaml")):
        part, engine, name = file.stem.split("--", 2)
        about = versions.get(part, {"name": part, "version": ""})
        objects = [
            manifest
            for document in sorted((folder / "manifests" / name).rglob("*.yaml"))
            for manifest in yaml.load_all(document.read_text(), LOADER)
            if manifest
        ]
        values = yaml.load(file.read_text(), LOADER) or {}
        yield Release(name, stack.namespace, part, about["name"], about["version"], values, tuple(objects), engine)


def _refused(stderr: str, stack: Stack) -> CannotAnswer:
    lines = [line.strip() for line in stderr.splitlines() if not _NOISE.match(line)]
    told = [line for line in lines if re.search(r"error|failed|fail|invalid|not |must", line, re.IGNORECASE)]
    message = (told or lines or ["helmfile gave no reason"])[-1]
    # What a template says with fail stands behind helmfile's account of how it got there.
    message = re.sub(r"^(?:Error: )*(?:.*error calling fail: |execution error at \([^)]*\): )?", "", message)
    return CannotAnswer(
        f"helm does not render {stack.name}: {message}",
        where=paths.shown(stack.folder / "helmfile.yaml.gotmpl"),
        why="; ".join(told[-4:-1]),
        write=f"to see all of it: helmfile -f {paths.shown(stack.folder)}/helmfile.yaml.gotmpl "
        f"-e {stack.environment} template",
    )


def _key(stack: Stack, overrides: Mapping[str, Any], binaries: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    digest.update(json.dumps([stack.name, stack.environment, stack.namespace, overrides], sort_keys=True).encode())
    for binary in binaries.values():
        digest.update(f"{binary}{binary.stat().st_mtime_ns}".encode())
    chart_folders = [Path(path) for path in (overrides.get("charts") or {}).values() if Path(str(path)).exists()]
    for folder in [paths.GUIDES, paths.ENVIRONMENTS, paths.CAPABILITIES, paths.CHARTS, *chart_folders]:
        for file in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if file.is_file():
                digest.update(str(file).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:32]


def _read(store: Path) -> Rendered | None:
    try:
        kept = json.loads(store.read_text())
        releases = tuple(Release(**(r | {"manifests": tuple(r["manifests"])})) for r in kept["releases"])
        os.utime(store)
        return Rendered(releases, kept["unrendered"], kept["charts"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(store: Path, rendered: Rendered) -> None:
    store.parent.mkdir(parents=True, exist_ok=True)
    temporary = store.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps({key: value for key, value in asdict(rendered).items() if key != "refused"}))
    temporary.replace(store)
    remembered.forget_oldest(store.parent, KEPT, "*.json")
