"""What the cluster must have before a stack: as much of it as can be had by reference, and the rest by name."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wellit import charts, demand, paths, prerequisites, process, publishers, tools
from wellit.compose import Stack
from wellit.errors import CannotAnswer
from wellit.prerequisites import Charted, Definitions, Step
from wellit.say import Say
from wellit.source import LOADER
from wellit.source.build import documents

FOLDER = "prerequisites/"


@dataclass
class Extras:
    """`listed` is what the manifest says of each step, `content` the files, `images` those of its charts."""

    listed: list[dict[str, str]] = field(default_factory=list)
    content: dict[str, bytes | Path] = field(default_factory=dict)
    images: set[str] = field(default_factory=set)


def gather(stack: Stack, say: Say, run: process.Runner = process.run) -> Extras:
    """The prerequisites of a stack. What cannot be had is no failure: it is listed with the reason."""
    made = Extras()
    try:
        steps = prerequisites.steps(stack)
    except CannotAnswer as problem:
        made.listed.append({"what": problem.message, "version": "", "file": "", "lacks": problem.why})
        return made
    for step in steps:
        name, body, lacks = _have(step, say, run)
        title = step.about.get("title") or step.about.get("release") or step.about["what"]
        version = "" if not isinstance(step, (Definitions, Charted)) else step.version
        made.listed.append({"what": str(title), "version": version, "file": name, "lacks": lacks})
        if name and body is not None:
            made.content[name] = body
        if isinstance(step, Charted) and isinstance(body, Path):
            made.images |= _images(step, body, say, run)
    return made


def steps(stack: Stack) -> list[Charted]:
    """The charts among the prerequisites of a stack; none where it is not known what they are."""
    try:
        return [step for step in prerequisites.steps(stack) if isinstance(step, Charted)]
    except CannotAnswer:
        return []


def _have(step: Step, say: Say, run: process.Runner) -> tuple[str, bytes | Path | None, str]:
    """(name in the bundle, content, why it is not there)."""
    if isinstance(step, Definitions):
        if not tools.publishes(step.about["module"], step.version):
            return "", None, f"wellit does not know its files one by one: {step.about['manifest']}"
        try:
            found = tools.module_files(step.about["module"], say, version=step.version)
        except CannotAnswer as problem:
            return "", None, f"{problem.message}: {problem.why}"
        return FOLDER + publishers.kept_as(step.about, step.version), _definitions(found), ""
    if not isinstance(step, Charted):
        return "", None, "the cloud turns it on"
    kept = paths.cache() / "charts" / publishers.kept_as(step.about, step.version)
    if not kept.exists():
        say(f"fetching the chart {step.about['name']} {step.version}")
        if why := charts.pull(publishers.source_words(step.about, step.version), kept, say, run):
            say(f"  {why}")
            return "", None, f"it is published at {step.about['from']}, which could not be reached"
    if step.digest and charts.digest(kept) != step.digest:
        return "", None, f"its digest is {charts.digest(kept)}, the version train has {step.digest}"
    return FOLDER + publishers.kept_as(step.about, step.version), kept, ""


def _definitions(files: list[Path]) -> bytes:
    items: list[Any] = []
    for file in files:
        items += [item for item in yaml.load_all(file.read_text(), Loader=LOADER) if item]
    items.sort(key=lambda item: str(item["metadata"]["name"]))
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, sort_keys=True).encode()


def _images(step: Charted, chart: Path, say: Say, run: process.Runner) -> set[str]:
    """The images of a chart as it would be installed; none where helm does not render it."""
    with tempfile.NamedTemporaryFile("w", prefix="wellit-", suffix=".json") as file:
        file.write(json.dumps(step.about["values"]))
        file.flush()
        words: list[str | Path] = [
            tools.path("helm", say),
            "template",
            step.release,
            chart,
            "--namespace",
            step.namespace,
        ]
        done = run([*words, "--values", file.name], env=charts.environment(), timeout=300)
    if not done.ok:
        say(f"the images of {step.release} are not listed: helm does not render it by itself")
        return set()
    made = [("", one) for one, _ in documents(done.out) if isinstance(one, dict) and one.get("kind")]
    return set(demand.of(made, step.namespace).images)
