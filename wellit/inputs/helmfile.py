"""A helmfile of the upstream layout, as the real helmfile reads it: environments, templates and variables included.

Three calls, none of which needs a network or a cluster: ``list`` for the charts, ``build`` for the state, and
``write-values`` for what each release gets. A chart is never fetched: for those of a registry an empty one stands in
helmfile's cache, in a folder of this call's own.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from wellit import charts, paths, process, source, tools
from wellit.errors import CannotAnswer, unknown
from wellit.findings import Check, Finding
from wellit.inputs import failure, manifests, variables
from wellit.inputs.layers import Layers
from wellit.inputs.outline import Outline
from wellit.say import Say
from wellit.source import LOADER, Source
from wellit.subject import CHARTS, Manifest, Release, Subject, chart_version
from wellit.tools.room import passing

NAMES = ("helmfile.yaml.gotmpl", "helmfile.yaml")
SECONDS = 120.0
_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?")


@dataclass(frozen=True)
class Helmfile:
    """One helmfile in one environment. `environment` and `namespace` are "" where nothing was said."""

    file: Path
    environment: str = ""
    namespace: str = ""
    run: process.Runner = field(default=process.run, compare=False, repr=False)

    @property
    def name(self) -> str:
        return paths.shown(self.file)

    @cached_property
    def outline(self) -> Outline:
        return Outline(self.name, self.file.read_text(encoding="utf-8", errors="replace"))

    @property
    def environments(self) -> list[str]:
        """The environments that it names."""
        found = [entry.path[1] for entry in self.outline.entries if entry.path[:1] == ("environments",)
                 and len(entry.path) == 2]  # fmt: skip
        return list(dict.fromkeys(map(str, found)))

    @property
    def has_bases(self) -> bool:
        """Whether other files may name environments, too: helmfile itself then knows them."""
        return any(entry.path[0] == "bases" for entry in self.outline.entries)


@dataclass(frozen=True)
class Read:
    """What was read: the subject, and the releases that could not be judged, each with the reason."""

    subject: Subject
    notes: tuple[Check | Finding, ...] = ()


def find(path: str, environment: str = "", namespace: str = "", run: process.Runner = process.run) -> Helmfile:
    """The helmfile of a path or a folder. Raises CannotAnswer when there is none, or no such environment in it."""
    given = Path(path)
    if given.is_dir():
        found = [given / name for name in NAMES if (given / name).is_file()]
        if not found:
            raise CannotAnswer(f"no helmfile is in the folder {path}", why=f"looked for {' and '.join(NAMES)}",
                               write="--helmfile FILE")  # fmt: skip
        given = found[0]
    if not given.is_file():
        raise CannotAnswer(f"there is no helmfile {path}", write="--helmfile FILE, or the folder it is in")
    helmfile = Helmfile(given, environment, namespace, run)
    if environment not in ("", "default", *helmfile.environments) and not helmfile.has_bases:
        raise unknown("environment", environment, helmfile.environments, where=helmfile.name)
    return helmfile


def read(helmfile: Helmfile, say: Say) -> Read:
    """What helmfile makes of it. A failure of helmfile's is a finding of `unreadable`."""
    binaries = tools.ensure(["helm", "helmfile"], say)
    with passing() as folder, ThreadPoolExecutor(2) as pool:
        call = _Call(helmfile, binaries, folder)
        try:
            listed = json.loads(call("list", "--output", "json", "--skip-charts") or "[]")
            call.stand_in(listed)
            template = str(call.folder / "values" / "{{ .Release.Namespace }}--{{ .Release.Name }}.yaml")
            writing = pool.submit(call, "write-values", "--skip-deps", "--output-file-template", template)
            state: dict[str, Any] = next((part for part in yaml.load_all(call("build"), LOADER) if part), {})
            try:
                writing.result()
            except failure.Failed as failed:
                return Read(Subject((), unreadable=_broken(helmfile, state) or (failed.finding,)))
        except failure.Failed as failed:
            return Read(Subject((), unreadable=(failed.finding,)))
        return _read(helmfile, state, call.folder / "values")


@dataclass(frozen=True)
class _Call:
    """helmfile with an environment of its own. Raises Failed when it fails."""

    helmfile: Helmfile
    binaries: Mapping[str, Path]
    folder: Path

    def __call__(self, *words: str) -> str:
        about = [word for flag, word in (("--environment", self.helmfile.environment),
                                         ("--namespace", self.helmfile.namespace)) if word
                 for word in (flag, word)]  # fmt: skip
        argv: list[str | Path] = [
            self.binaries["helmfile"], "--file", self.helmfile.file.absolute(), "--helm-binary", self.binaries["helm"],
            "--no-color", "--quiet", *about, *words,
        ]  # fmt: skip
        done = self.helmfile.run(argv, env=self._environment(), timeout=SECONDS)
        if not done.ok:
            raise failure.Failed(self.helmfile.outline, done.err)
        return done.out

    def _environment(self) -> dict[str, str]:
        """The person's variables, which templates may read; not those that change what helm and helmfile do."""
        own = {name: value for name, value in os.environ.items() if not re.match(r"HELM|KUBE", name)}
        nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:1")
        off = {"HELMFILE_DISABLE_INSECURE_FEATURES": "true"} if self._starts_programs else {}
        kept = {"HELMFILE_CACHE_HOME": str(self.folder / "cache")}
        return own | nowhere | charts.environment() | off | kept

    @property
    def _starts_programs(self) -> bool:
        """Whether its templates start programs: nobody's are started, and helmfile then says so."""
        return re.search(r"\{\{[^}]*\b(?:exec|envExec)\b", self.helmfile.outline.text) is not None

    def stand_in(self, listed: list[Mapping[str, Any]]) -> None:
        """Empty charts, where helmfile keeps those that it has fetched from a registry."""
        for release in listed:
            chart, version = str(release["chart"]), str(release["version"])
            if chart.startswith("oci://"):
                kept = re.sub(r"//|[:.]", "_", chart)
                folder = self.folder / "cache" / kept / version / chart.rpartition("/")[2]
                folder.mkdir(parents=True, exist_ok=True)
                about = {"apiVersion": "v2", "name": folder.name, "version": version or "0.0.0"}
                (folder / "Chart.yaml").write_text(json.dumps(about))


def _read(helmfile: Helmfile, state: Mapping[str, Any], values: Path) -> Read:
    releases: list[Release] = []
    files = [Source(helmfile.name, helmfile.outline.text, None, {})]
    notes: list[Check | Finding] = list(variables.judge(helmfile.outline, os.environ))
    of_environment = ((state.get("environments") or {}).get(helmfile.environment or "default") or {}).get("values")
    for one in state.get("releases") or ():
        if one.get("installed") is False or one.get("condition") is False:
            continue
        name, namespace = str(one["name"]), str(one.get("namespace") or helmfile.namespace)
        chart, version, reason = _chart(one, helmfile.file.parent)
        if reason:
            notes.append(Check("WL500", f"{name} ({one.get('chart')})", "skip", reason))
            continue
        written = values / f"{namespace}--{name}.yaml"
        data = yaml.load(written.read_text(encoding="utf-8"), LOADER) if written.exists() else {}
        layers = Layers(helmfile.outline, helmfile.file.parent, one, of_environment or ())
        notes += layers.broken
        files += layers.files
        own = layers.set_over(data or {})
        first = next(iter(layers.files), None)
        releases.append(
            Release(name, chart, version, own, layers.at, layers.also, namespace=namespace, source=first)
        )  # fmt: skip
    if not releases:
        notes.append(Check("WL500", helmfile.name, "unknown", "no release of it is of a chart that wellit knows: "
                           + ", ".join(CHARTS)))  # fmt: skip
    beside = tuple(_beside(helmfile))
    return Read(Subject(tuple(releases), beside or None, rendered=True, files=tuple(files)), tuple(notes))


def _broken(helmfile: Helmfile, state: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The values files that are not YAML, or have a key twice: helmfile names a copy of its own."""
    found = [Layers(helmfile.outline, helmfile.file.parent, one, ()).broken for one in state.get("releases") or ()]
    return tuple(dict.fromkeys(finding for broken in found for finding in broken if finding.at.line))


def _chart(release: Mapping[str, Any], folder: Path) -> tuple[str, str, str]:
    """Name and version of a release's chart, or why it is not judged."""
    said = str(release.get("chart") or "")
    name, version = said.rstrip("/").rpartition("/")[2], str(release.get("version") or "")
    local = folder / said / "Chart.yaml"
    if not said.startswith("oci://") and local.is_file():
        about = source.load(local).data or {}
        name, version = str(about.get("name")), str(about.get("version"))
    if name not in CHARTS:
        return "", "", f"{name} is no chart that wellit knows"
    # A chart in its own repository has no version yet; the folder it was checked out into often says it.
    for word in (version, *(found for part in said.split("/") for found in _VERSION.findall(part))):
        try:
            return (*chart_version(f"{name}@{word}"), "")
        except CannotAnswer as problem:
            reason = problem.message if word else f"nothing says which version of {name} it is"
    return "", "", reason


def _beside(helmfile: Helmfile) -> Iterator[Manifest]:
    """The routes that lie beside it and are applied by hand; of several the one for this environment."""
    environment = helmfile.environment or "default"
    found = sorted(helmfile.file.parent.glob("httproute*.yaml"))
    own = [file for file in found if _for(file) and re.match(rf"{re.escape(_for(file))}(\b|_)", environment)]
    for file in own or [file for file in found if not _for(file)]:
        yield from manifests.objects(manifests.load(file), file.name)


def _for(file: Path) -> str:
    return file.name.removeprefix("httproute").removesuffix(".yaml").strip(".-_")
