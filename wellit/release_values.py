"""The chart values of a stack's releases, as helmfile works them out: for one stack, or for many in few calls.

Starting helmfile takes longer than the values of a stack. So many stacks of one environment are one helmfile that lists
theirs; each gets a folder of its own, with links to the files of its guide, because that is how helmfile tells them
apart.
"""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wellit import charts, paths, process, remembered
from wellit.compose import Stack
from wellit.errors import CannotAnswer
from wellit.source.build import documents
from wellit.tools.room import passing

KIND = "render"  # the folder of the cache
AT_ONCE = 24  # stacks in one call of helmfile
# Programs of Go that end within a second: collecting their garbage would take a quarter of it.
QUICK = {"GOGC": "off", "GOMEMLIMIT": "512MiB"}
_FILE = "{{ .Release.Labels.part }}--{{ .Release.Labels.engine }}--{{ .Release.Name }}.yaml"
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
class Asked:
    """A stack whose values are wanted; `overrides` are the person's, with the charts that were found."""

    stack: Stack
    overrides: Mapping[str, Any]
    binaries: Mapping[str, Path] = field(repr=False)

    @functools.cached_property
    def key(self) -> str:
        """The name of the answer in the cache: a hash of everything that goes in."""
        stack, programs = self.stack, remembered.states(self.binaries.values())
        said = [stack.name, stack.environment, stack.namespace, stack.components, self.overrides, stack.values]
        return "v" + remembered.key(json.dumps(said, sort_keys=True, default=str), programs, _templates(stack))

    def chart(self, release: Release) -> Path:
        """The chart of a release; a part whose chart nobody chooses has the one of its name in charts/."""
        part = release.part
        said = (self.overrides.get("charts") or {}).get(part) or self.stack.values["charts"].get(part)
        return self.stack.folder / said if said else paths.CHARTS / part


def of(asked: Asked, run: process.Runner, meanwhile: Callable[[], object] = tuple) -> tuple[Release, ...]:
    """The releases of one stack, without manifests. Raises CannotAnswer when helmfile refuses.

    `meanwhile` is done while helmfile works; whether that succeeds is the matter of whoever needs it.
    """
    if (kept := _kept(asked)) is not None:
        return kept
    with passing() as folder, ThreadPoolExecutor(1) as pool:
        pool.submit(meanwhile)
        (folder / "overrides.json").write_text(json.dumps(asked.overrides))
        words = arguments(asked.stack, asked.binaries, folder / "overrides.json")
        done = run([*words, *_write(folder / "values" / _FILE)], env=charts.environment() | QUICK, timeout=300)
        if not done.ok:
            raise refused(done.err, asked.stack)
        return _keep(asked, folder / "values")


def prepare(wanted: Iterable[Asked], run: process.Runner) -> None:
    """Have the values of many stacks in the cache. What helmfile refuses among them is left for `of` to tell."""
    fresh = {one.key: one for one in wanted if _kept(one) is None}
    groups: dict[tuple[str, str], list[Asked]] = {}
    for one in fresh.values():
        own = one.stack.namespace == one.stack.guide.data["namespace"]
        groups.setdefault((one.stack.environment, "" if own else one.stack.namespace), []).append(one)
    calls = [
        (environment, namespace, group[start : start + AT_ONCE])
        for (environment, namespace), group in groups.items()
        for start in range(0, len(group), AT_ONCE)
        if len(group) > 1
    ]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(lambda call: _together(call[0], call[1], call[2], run), calls))


def arguments(stack: Stack, binaries: Mapping[str, Path], overrides_file: Path) -> list[str | Path]:
    """The words of every helmfile call for this stack, before the subcommand."""
    return [
        binaries["helmfile"], "--file", stack.folder / "helmfile.yaml.gotmpl", "--environment", stack.environment,
        "--namespace", stack.namespace, "--helm-binary", binaries["helm"],
        "--state-values-file", overrides_file, "--no-color",
    ]  # fmt: skip


def refused(stderr: str, stack: Stack) -> CannotAnswer:
    """What helm or helmfile said against a stack, without the noise."""
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


def _write(template: Path) -> list[str]:
    return ["write-values", "--skip-deps", "--output-file-template", str(template)]


def _together(environment: str, namespace: str, wanted: Sequence[Asked], run: process.Runner) -> None:
    with passing() as folder:
        for shared in (paths.ENVIRONMENTS, paths.SCHEMAS, paths.CHARTS):
            (folder / shared.name).symlink_to(shared)
        (folder / paths.GUIDES.name).mkdir()
        for entry in paths.GUIDES.iterdir():
            if not (entry / "guide.yaml").exists():
                (folder / paths.GUIDES.name / entry.name).symlink_to(entry)
        listed = []
        for number, one in enumerate(wanted):
            own = folder / paths.GUIDES.name / f"stack-{number}"
            own.mkdir()
            for entry in one.stack.folder.iterdir():
                (own / entry.name).symlink_to(entry)
            (own / "helmfile.yaml.gotmpl").rename(own / f"stack-{number}.yaml.gotmpl")
            listed.append({"path": str(own / f"stack-{number}.yaml.gotmpl"), "values": [one.overrides]})
        parent = folder / "all.yaml"
        known = json.dumps({environment: {}})
        parent.write_text(f"environments: {known}\n---\nhelmfiles: {json.dumps(listed)}\n")
        binaries = wanted[0].binaries
        words: list[str | Path] = [binaries["helmfile"], "--file", parent, "--environment", environment, "--no-color"]
        words += ["--helm-binary", binaries["helm"], *(["--namespace", namespace] if namespace else [])]
        out = folder / "values" / "{{ .State.BaseName }}" / _FILE
        done = run([*words, *_write(out)], env=charts.environment() | QUICK, timeout=300)
        for number, one in enumerate(wanted):
            written = folder / "values" / f"stack-{number}.yaml"
            if done.ok and written.is_dir():
                _keep(one, written)


def _keep(asked: Asked, folder: Path) -> tuple[Release, ...]:
    found = list(_read(asked.stack, folder))
    remembered.keep(KIND, asked.key, [_plain(release) for release in found])
    return tuple(found)


def _read(stack: Stack, folder: Path) -> Iterator[Release]:
    versions = stack.values["versions"]["charts"]
    for file in sorted(folder.glob("*.yaml")):
        part, engine, name = file.stem.split("--", 2)
        about = versions.get(part, {"name": part, "version": ""})
        values = _values(file.read_text("utf-8"))
        yield Release(name, stack.namespace, part, about["name"], about["version"], values, engine=engine)


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    return next((data for data, _ in documents(text)), None)


def _values(text: str) -> dict[str, Any]:
    return _parsed(text) or {}


def _plain(release: Release) -> dict[str, Any]:
    return {name: value for name, value in vars(release).items() if name != "manifests"}


def _kept(asked: Asked) -> tuple[Release, ...] | None:
    kept = remembered.recall(KIND, asked.key)
    try:
        return None if kept is None else tuple(Release(**each) for each in kept)
    except TypeError:
        return None


def _templates(stack: Stack) -> list[tuple[str, str]]:
    """The files that helmfile reads for a stack besides those that its merged values are made from."""
    shared = [entry for entry in paths.GUIDES.iterdir() if not (entry / "guide.yaml").exists()]
    files = [file for file in shared if file.is_file()]
    folders = [stack.folder, paths.CAPABILITIES, *(folder for folder in shared if folder.is_dir())]
    base = paths.ENVIRONMENTS / "helmfile.yaml.gotmpl"
    return remembered.contents([base, *sorted(files), *remembered.below(*folders)])
