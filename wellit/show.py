"""show: a stack as a picture, with the state of a cluster on it where one was named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wellit import demand, live, made, picture, validate
from wellit import report as formats
from wellit.access import Access
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.live import Live, Part
from wellit.picture import Node, Picture, State, svg
from wellit.picture import tree as trees
from wellit.report.style import Style
from wellit.say import Say

ARROWS = ("WL502", "Every arrow of the picture leads somewhere")
MADE = "made of"  # a fact of what a project's own controller makes
# What a cluster says of each kind when all is well with it.
WELL = {"Gateway": "programmed", "HTTPRoute": "accepted", "InferencePool": "accepted"}


def stack(
    choice: Choice, say: Say, *, fetch: bool = False, access: Callable[[], Access] | None = None
) -> tuple[Report, Picture | None]:
    """The picture of a stack, and the report of it; no picture when its settings are wrong.

    `access` opens the cluster whose state is wanted. Raises CannotAnswer when there are no manifests to draw, or the
    cluster does not answer.
    """
    result = validate.stack(choice, say, fetch=fetch, command="show")
    if result.stack is None or result.rendered is None:
        return result.report, None
    if result.rendered.unrendered:
        raise result.rendered.refused or CannotAnswer(
            "there is nothing to draw: the stack was not rendered",
            why=result.rendered.unrendered,
            write="--charts offline draws it with the charts of this checkout, --fetch downloads upstream's",
        )
    namespace = result.stack.namespace
    about = {"guide": result.stack.name, "environment": result.stack.environment, "namespace": namespace}
    theirs = made.of_stack(result.stack, result.rendered.manifests)
    drawn = by_controllers(picture.read([*result.rendered.manifests, *theirs], namespace, about), theirs)
    if access:
        there = access()
        objects = [*demand.read(result.rendered, namespace).objects, *map(_object, theirs)]
        drawn = with_state(drawn, live.look(there, namespace, objects), there.label)
    broken = drawn.troubles
    result.report.add([Check(*ARROWS, "fail" if broken else "pass", "; ".join(broken))])
    result.report.summary["picture"] = drawn.data()
    return result.report, drawn


def by_controllers(drawn: Picture, theirs: Sequence[Mapping[str, Any]]) -> Picture:
    """The picture with what a project's own controller makes of its object marked as such."""
    owners = {(one["kind"], one["metadata"]["name"]): one["metadata"]["ownerReferences"][0] for one in theirs}

    def marked(node: Node) -> Node:
        owner = owners.get((node.object[1], node.live or node.name)) if node.object else None
        return replace(node, facts={**node.facts, MADE: f"{owner['kind']} {owner['name']}"}) if owner else node

    return replace(drawn, nodes=tuple(map(marked, drawn.nodes)))


def _object(manifest: Mapping[str, Any]) -> demand.Object:
    return demand.Object(demand.Kind(manifest["apiVersion"], manifest["kind"]), manifest["metadata"]["name"])


def with_state(drawn: Picture, seen: Live, label: str) -> Picture:
    """The picture with the state of each node in the cluster that `label` names."""
    parts = {(part.object.of.kind, part.object.name): part for part in seen.parts}
    nodes = tuple(_with(node, parts, seen.addresses) for node in drawn.nodes)
    own = [part for part in seen.parts if part.object.of.carried and part.object.of.carried.makes]
    notes = [*drawn.notes, *(f"{part.object}: {part.words if part.there else 'not there'}" for part in own)]
    if seen.simulated:
        notes.append("readiness here is simulated by the sandbox: nothing answers")
    return replace(drawn, nodes=nodes, notes=tuple(notes), about={**drawn.about, "on": label})


def tell(report: Report, drawn: Picture, say: Say, *, tree: bool) -> int:
    """Print the picture as a tree (when it is not in a file), and say what is wrong. Returns the exit code."""
    if tree:
        formats.write(trees.render(drawn, Style.of(sys.stdout)), sys.stdout)
    for words in [] if tree else drawn.troubles:
        say(f"broken: {words}")
    for finding in report.findings:
        say(f"{finding.severity}[{finding.id} {finding.slug}]: {finding.message}")
    if report.findings:
        say("invoke validate, with the same flags, says where and what to write")
    return report.exit_code


def write(drawn: Picture, file: str) -> Path:
    """Write the picture as an SVG. Raises CannotAnswer for another kind of file, or where none can be written."""
    path = known_output(file)
    try:
        path.write_text(svg.render(drawn), encoding="utf-8")
    except OSError as problem:
        raise CannotAnswer(f"{file} cannot be written", why=problem.strerror or "", write="-o stack.svg") from problem
    return path


def known_output(file: str) -> Path:
    """The path of a drawing; asked before the work, not after it. Raises CannotAnswer when it is no SVG's."""
    path = Path(file).expanduser()
    if path.suffix.lower() != ".svg":
        raise CannotAnswer(
            f"a drawing is written as SVG, which {file} is not named like", write=f"-o {path.with_suffix('.svg')}"
        )
    return path


def _with(node: Node, parts: Mapping[tuple[str, str], Part], addresses: Mapping[str, str]) -> Node:
    """The node with its state; without one where nothing is to be looked up."""
    if node.object is None:
        return node
    kind, name = node.object[1], node.live or node.name
    part = parts.get((kind, name))
    if part is None:
        why = (
            "nothing accepts a pool that no route leads to" if kind == "InferencePool" else f"a {kind} is not looked at"
        )
        return replace(node, state=State(f"unknown: {why}"))
    if part.object.of.carried and part.there and not part.unread:
        return replace(node, state=_of_part(part, node))
    state = _state(part, int(node.facts.get("pods", part.of)))
    if state.good is not None and kind == "Gateway" and part.there:
        address = addresses.get(name, "")
        state = replace(state, words=f"{state.words}, {f'address {address}' if address else 'no address yet'}")
    return replace(node, state=state)


def _of_part(part: Part, node: Node) -> State:
    """One part of what a controller carries out: by the pods that were made for it."""
    known, pods = part.object.of.carried, int(node.facts.get("pods", 0))
    if part.idle or not known:
        return State(f"kept, and nothing runs: {part.idle}")
    own = [one for one in part.pods if known.part_of(one.labels) == node.name.partition("/")[2]]
    ready = sum(one.ready for one in own)
    waiting = sorted((one for one in own if not one.ready), key=lambda one: not one.reason)
    words = "; ".join([f"{ready} of {pods} pods ready", *(one.words for one in waiting[:1])])
    return State(words, ready >= pods, any(one.state == "simulated" for one in own))


def _state(part: Part, pods: int) -> State:
    """A part in a few words: what is not there, unknown, ready or what it waits for."""
    kind = part.object.of.kind
    if part.unread:
        return State(f"unknown: you may not {part.unread}")
    if not part.there:
        return State("not there", good=False)
    if kind in WELL:
        return State(WELL[kind] if part.ready else "; ".join(part.missing), part.ready, part.simulated)
    words = f"{part.words}" + (f"; the files ask for {pods}" if part.of != pods else "")
    return State(words, part.ready, part.simulated)
