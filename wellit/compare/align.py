"""The wellit setting that would make one side as the other, where there is one."""

from __future__ import annotations

import contextlib
import functools
import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit import capabilities, catalogue, engines
from wellit.compare import difference
from wellit.compare.description import ENGINES, Description, Fact
from wellit.compare.difference import Comparison, Line
from wellit.compose import Stack

# Fact -> setting, of the roles that run an engine; ROLE is decode or prefill.
ENGINE_SETTINGS = {
    "replicas": "ROLE.replicas", "tensorParallel": "ROLE.tensorParallel", "dataParallel": "ROLE.dataParallel",
    "expertParallel": "ROLE.expertParallel", "memoryFraction": "ROLE.memoryFraction", "pageSize": "ROLE.pageSize",
    "image": "engine.image", "tag": "engine.tag", "model": "model.name", "servedName": "model.servedName",
    "contextLength": "model.contextLength", "trustRemoteCode": "model.trustRemoteCode", "modelSize": "model.size",
    "secret": "model.secret", "port": "ports.pool", "proxy port": "ports.pool", "proxy asks port": "ports.engine",
    "connector": "proxy.connector", "proxy image": "versions.proxy.image", "proxy tag": "versions.proxy.tag",
    "cpu request": "ROLE.resources.cpu", "cpu limit": "ROLE.resources.cpu",
    "memory request": "ROLE.resources.memory", "memory limit": "ROLE.resources.memory",
    "nodes": "ROLE.nodes", "disaggregationTransfer": "disaggregation.backend",
    "transferPort": "disaggregation.bootstrapPort", "skipTokenizer": "skipTokenizer",
    "tolerations": "tolerations", "affinity": "affinity", "priority class": "priorityClass",
}  # fmt: skip
SETTINGS = {
    ("pool", "ports"): "ports.pool",
    ("picker", "tag"): "versions.picker.tag",
    ("picker", "--v"): "picker.verbosity",
    ("frontend", "replicas"): "frontend.replicas",
    ("frontend", "env DYN_ROUTER_MODE"): "frontend.router",
}
PROBES = {"startup": "startup", "readiness": "readiness", "liveness": "liveness"}
SWITCHES = {"yes": "true", "no": "false"}

Again = Callable[[Mapping[str, str]], Description | None]


def aligned(found: Comparison, again: Again | None) -> Comparison:
    """The comparison with the words that would undo each difference: in B where that is a stack of ours, else in A.

    `again` reads that side with other components. What comes out right by a component needs no setting of its own.
    """
    of, stack = ("B", found.b.stack) if found.b.stack else ("A", found.a.stack)
    apart = len({bool(side.of("frontend")) for side in (found.a, found.b)}) > 1  # no setting makes a frontend
    if stack is None or not found.different or apart:
        return found
    axes = dict(each for line in found.different for each in _axes(line, _wanted(line, of), stack))
    closer = again(axes) if again and axes else None
    words = " ".join(f"--{axis} {name}" for axis, name in axes.items()) if closer else ""
    left = _still(found, closer, of)
    lines = []
    for line in found.lines:
        if line.same:
            lines.append(line)
            continue
        if any(text.startswith(f"{'A' if of == 'B' else 'B'}: ") for text in line.matters):
            lines.append(line)  # what is broken over there is nothing to align with
            continue
        told = (words,) if closer and line not in left else tuple(_words(stack, line, of, left))
        lines.append(replace(line, of=of, aligns=told) if told else line)
    return replace(found, lines=tuple(lines))


def _still(found: Comparison, closer: Description | None, of: str) -> list[Line]:
    """The differences that are left when the components have been changed."""
    if closer is None:
        return found.different
    changed = difference.compare(closer, found.b) if of == "A" else difference.compare(found.a, closer)
    left = {(line.role, line.what) for line in changed.different}
    return [line for line in found.different if (line.role, line.what) in left]


def _now(line: Line, of: str) -> Fact | None:
    return line.b if of == "B" else line.a


def _wanted(line: Line, of: str) -> Fact | None:
    return line.a if of == "B" else line.b


def _words(stack: Stack, line: Line, of: str, lines: list[Line]) -> Iterator[str]:
    now, wanted = _now(line, of), _wanted(line, of)
    if line.role in ENGINES and now is None and wanted and (wanted.words or line.what.startswith("env ")):
        yield from _listed(stack, line, [one for one in lines if (one.role, one.part) == (line.role, line.part)], of)
    elif (line.role, line.what) == ("decode", "proxy"):
        yield from _set_own(stack, "proxy.enabled", "true" if wanted else "false")
    elif line.role == "monitoring" and line.what in ("picker", *ENGINES) and not (now and wanted):
        yield from _set_own(stack, "monitoring.enabled", "true" if wanted else "false")
    elif (line.role, line.what) == ("picker", "image") and wanted:
        hub, _, name = wanted.value.rpartition("/")
        for key, value in (("hub", hub), ("name", name)):
            yield from _set_own(stack, f"versions.picker.{key}", value)
    elif wanted and now and line.what == f"label {_guide_label(stack)}" and not _several(stack):
        yield _set("postfix", wanted.value)
    elif line.what == "secret" and wanted is None:
        yield _set("model.secret", "")
    elif line.what == "servedName" and wanted and _by_model(stack, wanted, lines, of):
        return
    elif wanted and (path := _own(stack, line, _path(line))):
        yield _set(path, _value(line.what, wanted.value))


def _by_model(stack: Stack, wanted: Fact, lines: list[Line], of: str) -> bool:
    """Whether the model's own name is what it is called by, as it is where nobody says another."""
    models = {one.value for line in lines if line.what == "model" and (one := _wanted(line, of))}
    return not stack.get("model.servedName") and wanted.value.partition(" ")[0] in models


def _set(path: str, value: str) -> str:
    return f"--set {shlex.quote(f'{path}={value}')}"


def _set_own(stack: Stack, path: str, value: str) -> Iterator[str]:
    """The words of a setting that not every way has; none where this stack's has it not."""
    with contextlib.suppress(KeyError):
        stack.get(path)
        yield _set(path, value)


def _axes(line: Line, wanted: Fact | None, stack: Stack) -> Iterator[tuple[str, str]]:
    """Another component, where one is what the other side has."""
    if wanted is None:
        if (line.role, line.what) == ("gateway", ""):
            yield "gateway", "none"
        return
    if (line.role, line.what) == ("decode", "engine"):
        yield from (("engine", one.name) for one in engines.engines() if one.title == wanted.value)
    if (line.role, line.what) == ("gateway", "class"):
        yield from _component(stack, "gateway", lambda data: data["className"] == wanted.value)
    if line.role == "charts":
        fits = functools.partial(_has_chart, chart=line.what, version=wanted.value)
        yield from _component(stack, "versions", fits)


def _component(stack: Stack, axis: str, fits: Callable[[Any], bool]) -> Iterator[tuple[str, str]]:
    """The first component of an axis that fits, when it is not the one that is there."""
    names = [name for name in catalogue.component_names(axis) if fits(catalogue.component_data(axis, name))]
    if names and stack.components[catalogue.AXES[axis]] not in names:
        yield axis, names[0]


def _has_chart(train: dict[str, Any], chart: str, version: str) -> bool:
    return any(one["name"] == chart and one["version"] == version for one in train["charts"].values())


def _path(line: Line) -> str:
    if line.role not in ENGINES:
        return SETTINGS.get((line.role, line.what), "")
    kind, _, rest = line.what.partition(" probe")
    if kind in PROBES:
        return f"engine.probes.{kind}.{rest.strip() or 'path'}" if rest != " port" else ""
    return ENGINE_SETTINGS.get(line.what, "").replace("ROLE", line.role)


def _guide_label(stack: Stack) -> str:
    """The label that tells the guide, under the name that the chart of its train gives it."""
    try:
        chart = stack.get("versions.charts.modelservice")
    except KeyError:
        return ""
    return str(capabilities.contract(chart["name"], chart["version"])["labels"]["guide"])


def _value(what: str, value: str) -> str:
    """A fact as a setting has it."""
    if what.endswith("probe"):
        return value.removeprefix("GET ")
    if what == "modelSize":
        return value.partition(", ")[2] or "null"
    if what == "servedName":
        return value.partition(" ")[0]  # further names are a preset's
    return SWITCHES.get(value, "null" if value.startswith("the engine's default") else value)


def _several(stack: Stack) -> bool:
    """Whether several engines serve side by side."""
    return "engines" in stack.values


def _own(stack: Stack, line: Line, path: str) -> str:
    """The setting, or the one of its own that the line's engine has among several; "" when the stack has none."""
    if path.startswith("engine.") and _several(stack):
        path = f"engines.{line.part}.{path.removeprefix('engine.')}"
    if path.startswith("engine.") and stack.way.engine:
        path = f"engine.{stack.way.engine}.{path.removeprefix('engine.')}"
    try:
        stack.get(path)
    except KeyError:
        return ""
    if _several(stack) and line.role in ENGINES and path.startswith(("model.", "decode.", "proxy.")):
        return f"perEngine.{line.part}.{path}" if line.part in stack.get("engines") else ""
    return path


def _listed(stack: Stack, line: Line, lines: list[Line], of: str) -> Iterator[str]:
    """All arguments, or all variables, that only the other side has: as the one list that the setting takes."""
    setting = f"{line.role}.{'env' if line.what.startswith('env ') else 'args'}"
    own = _own(stack, line, setting)
    if any(one.what == "engine" for one in lines) or not own:
        return
    listed = list(stack.get(setting))
    for one in lines:
        wanted = None if _now(one, of) else _wanted(one, of)
        if wanted is None or wanted.value.startswith("hidden, "):
            continue
        if setting.endswith("args"):
            listed += wanted.words
        elif setting.endswith("env") and one.what.startswith("env ") and wanted.plain:
            listed.append({"name": one.what.removeprefix("env "), "value": wanted.value})
    if listed != stack.get(setting):
        yield _set(own, json.dumps(listed))
