"""Who publishes an API that a stack needs beyond Kubernetes' own (schemas/apis.yaml), and the commands that bring it.

preflight prints these commands and prerequisites runs them, so the two cannot name different versions.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from wellit import capabilities, catalogue, paths, remembered, source
from wellit.source import lookup

Settings = Mapping[str, Any]


def wants(group: str, values: Settings) -> str:
    """Which release of whose the stack's version train wants: ``llm-d-0.6 wants Gateway API v1.4.0``; or nothing."""
    about = _of(group)
    if not about.get("version"):
        return ""
    return f"{values['versions']['name']} wants {about['title']} {release(about, values)}"


def fix(group: str, values: Settings, flags: str) -> str:
    """The command that brings an API's definitions, and the setting that does without. `flags` are kubectl's."""
    about = _of(group)
    command = _command(group, about, values, flags)
    if about.get("kinds"):
        return prerequisites(values)
    if about:
        return ", or: ".join(said for said in (about.get("setting"), command) if said)
    gateway = values["gateway"]
    if not command and any(name.endswith(f".{group}") for name in gateway["crds"]):
        return f"invoke prerequisites, with the same flags, shows what {gateway['title']} needs; or --gateway none"
    return f"--gateway none, or: {command}" if command else ""


def prerequisites(values: Settings) -> str:
    """What shows, and brings, all that a stack's way needs of a cluster."""
    train = values["versions"]["name"]
    return f"invoke prerequisites, with the same flags, shows what {train} needs; with --apply it installs that"


def title(group: str) -> str:
    """Who publishes an API; the group itself where that is not known."""
    return str(_of(group).get("title", group))


def trains(group: str, values: Settings, versions: Collection[str]) -> str:
    """What to write for a train of the same way whose objects are of one of these versions; "" for none."""
    path = str(_of(group).get("version", "")).split(".")  # versions.charts.NAME.version
    fitting = []
    for name in catalogue.component_names("versions"):
        train = source.load(paths.ENVIRONMENTS / "versions" / f"{name}.yaml").data
        if train["versions"].get("way") == values["versions"].get("way") and len(path) == 4:
            facts = capabilities.contract(path[2], str(lookup(train, path)))
            fitting += [name] if facts.get("api") in versions else []
    return f"--versions {fitting[-1]}" if fitting else ""


def about(api: str) -> Settings:
    """What schemas/apis.yaml says of one API. Raises KeyError for one that is not in it."""
    return _all()[api]


def published(group: str) -> Settings | None:
    """What is said of the API that publishes a group, when its definitions say of which release they are."""
    about = _of(group)
    return about if about.get("bundle") else None


def switch(kind: str) -> Settings:
    """What a gateway's controller must be told before it looks at a kind. Raises StopIteration for another kind."""
    return next(about["switch"] for about in _all().values() if about.get("switch", {}).get("for") == kind)


def release(about: Settings, values: Settings) -> str:
    """The release of an API, or of a provider's chart, that the train pins; "" when it pins none."""
    return str(lookup(values, about["version"].split(".")) or "")


def apply_words(manifest: str) -> list[str]:
    """What kubectl is told to bring definitions into a cluster."""
    return ["apply", "--server-side", "-f", manifest]


def apply_command(about: Settings, version: str, flags: str) -> str:
    """The same as a person types it; `flags` are kubectl's."""
    return f"kubectl {flags} {shlex.join(apply_words(about['manifest'].format(version=version)))}"


def source_words(chart: Settings, version: str) -> list[str]:
    """How helm is told which chart: ``istiod --repo https://... --version 1.29.1``, or the chart's own address."""
    where = chart["from"]
    if "{version}" in where:
        return [where.format(name=chart["name"], version=version)]
    found = [f"{where}/{chart['name']}"] if where.startswith("oci:") else [chart["name"], "--repo", where]
    return [*found, "--version", version]


def kept_as(about: Settings, version: str) -> str:
    """The file name of an API's definitions, or of a packaged chart, where they are kept or carried."""
    return (
        f"{about['module'].replace('/', '-')}-{version}.json" if "module" in about else f"{about['name']}-{version}.tgz"
    )


def upgrade_words(chart: Settings, source: list[str], *, there: bool) -> list[str]:
    """What helm is told to install a provider's chart; values of a release that is `there` stay as they are."""
    kept = ["--reset-then-reuse-values"] if there else []
    where = ["--namespace", chart["namespace"], "--create-namespace", "--wait"]
    where += ["--take-ownership", "--force-conflicts"] if chart.get("adopts") else []
    return ["upgrade", "--install", chart["release"], *source, *where, *kept, *_sets(chart["values"])]


def upgrade_command(chart: Settings, version: str, flags: str, *, there: bool = False) -> str:
    """The same as a person types it; `flags` are kubectl's."""
    words = upgrade_words(chart, source_words(chart, version), there=there)
    return f"helm {helm_flags(flags)} {shlex.join(words)}"


def helm_flags(flags: str) -> str:
    """kubectl's flags as helm calls them."""
    return flags.replace("--context", "--kube-context")


def leaves(values: Settings, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a chart's values that is no map, with its keys."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*above, key))
        else:
            yield (*above, key), value


def _sets(values: Settings) -> list[str]:
    """Values as flags of helm's. A string stays a string: ``--set a=true`` would make a truth value of "true"."""
    words = []
    for keys, value in leaves(values):
        flag = "--set-string" if isinstance(value, str) else "--set"
        said = str(value if isinstance(value, str) else json.dumps(value)).replace(",", "\\,")
        path = ".".join(key.replace(".", "\\.") for key in keys)
        words += [flag, f"{path}={said}"]
    return words


def _command(group: str, about: Settings, values: Settings, flags: str) -> str:
    if about.get("manifest"):
        return apply_command(about, release(about, values), flags)
    for step in values["gateway"]["prerequisites"]:
        chart = step.get("chart", {})
        if group in chart.get("brings", ()) and (version := release(chart, values)):
            return upgrade_command(chart, version, flags)
    return str(about.get("install", "")).format(helm_flags=helm_flags(flags))


def _of(group: str) -> Settings:
    return next((about for about in _all().values() if group in about["groups"]), {})


@cache
def _all() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = remembered.data(paths.SCHEMAS / "apis.yaml")
    return loaded
