"""Which guide, environment and settings an installed stack would be of: the ones whose render is nearest to it.

What helm has applied and what a guide would apply are described alike (compare), by meaning. Of all guides and
environments the one with the fewest differences is taken, and then the settings that undo what is left.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wellit import capabilities, catalogue, compose, made, render
from wellit.adopt import names
from wellit.compare import align, describe, difference
from wellit.compare.description import Description
from wellit.compare.difference import Comparison
from wellit.compare.objects import Objects
from wellit.compose import Choice, Stack
from wellit.errors import WellitError
from wellit.installed import Installed
from wellit.render import Rendered
from wellit.say import Say
from wellit.source import Source
from wellit.ways import Way

ROUNDS = 3  # of settings that undo differences: one may bring another to light


@dataclass(frozen=True)
class Match:
    """A choice, what it has of the installed releases and what not, and where it differs from what is installed.

    `lacking` are releases that it renders and nobody has installed. `others` are postfixes that fit other releases.
    `unlike` are objects that are not, word for word, what it renders.
    """

    choice: Choice
    stack: Stack
    releases: tuple[Installed, ...]
    left: tuple[Installed, ...]
    lacking: tuple[str, ...]
    found: Comparison
    others: tuple[str, ...] = ()
    unlike: int = 0

    @property
    def postfix(self) -> str:
        return str(self.stack.values["postfix"])

    @property
    def distance(self) -> tuple[int, int, int, bool]:
        """The less the better: releases that do not fit, differences, and those of no meaning; then a foreign name."""
        own = self.stack.guide.data["settings"]["postfix"]
        return len(self.left) + len(self.lacking), len(self.found.different), self.unlike, self.postfix != own


def matches(installed: Sequence[Installed], asked: Choice, say: Say) -> list[Match]:
    """Every guide and environment that may have made the releases, nearest first; `asked` says what is known of it."""
    seen = _described(installed, None)
    found = [one for choice in _choices(installed, seen, asked) for one in _match(installed, choice, say)]
    return sorted(found, key=lambda one: one.distance)


def settled(match: Match, installed: Sequence[Installed], asked: Choice, say: Say) -> Match:
    """The match with the settings that undo its differences, but for what a person has `asked` for in words."""
    said = {word.partition("=")[0] for word in asked.sets}
    match = _of_nearest_train(match, installed, asked, say)
    for _ in range(ROUNDS):
        words = [word for word in align.aligned(match.found, _again(match, say)).aligns[1] if word]
        choice = _with(match.choice, words, said, asked.components)
        better = next(iter(_match(installed, choice, say)), None) if choice != match.choice else None
        if better is None or better.distance >= match.distance:
            return match
        match = replace(better, others=match.others)
    return match


def _of_nearest_train(match: Match, installed: Sequence[Installed], asked: Choice, say: Say) -> Match:
    """The match with the train that is nearest, of those whose charts fit alike: upstream's operators make the rest."""
    if "versions" in asked.components:
        return match
    others = set(_trains(installed, match.stack.way)) - {match.stack.components["versions"]}
    asks = [_with(match.choice, [f"--versions {name}"], set(), {}) for name in sorted(others)]
    found = [match, *(one for choice in asks for one in _match(installed, choice, say))]
    return replace(min(found, key=lambda one: one.distance), others=match.others)


def _choices(installed: Sequence[Installed], seen: Description, asked: Choice) -> Iterator[Choice]:
    """Guides, environments and sizes that could be it, with the components that what is installed names."""
    running = {part.engine for part in seen.engines() if part.engine}
    for name in [asked.guide] if asked.guide else _guides(installed):
        guide = catalogue.guide_source(name)
        if asked.environment and not asked.guide and asked.environment not in catalogue.environments_of(guide):
            continue
        components = {**_components(seen, installed, guide), **asked.components, "charts": "offline"}
        for environment in [asked.environment] if asked.environment else catalogue.environments_of(guide):
            listed = catalogue.environment_of(environment, guide).data["components"]
            engines = {one.partition("/")[2] for one in listed if one.startswith("engines/")}
            if running and engines != running and not (asked.environment or "engine" in asked.components):
                continue
            for size in [asked.size] if asked.size else guide.data["sizes"]:
                yield replace(asked, guide=name, environment=environment, components=components, size=size)


def _guides(installed: Sequence[Installed]) -> list[str]:
    """The guides of the way whose charts most of the releases are of."""
    kinds = {names.part_of(one) for one in installed}
    fits = {}
    for name in catalogue.guide_names():
        way = catalogue.way_of(catalogue.guide_source(name))
        fits[name] = max(
            len(kinds & set(catalogue.component_data("versions", t)["charts"])) for t in catalogue.trains(way)
        )
    return [name for name, count in fits.items() if count and count == max(fits.values())]


def _components(seen: Description, installed: Sequence[Installed], guide: Source) -> dict[str, str]:
    """Train, gateway and accelerator, where what is installed names them."""
    way = catalogue.way_of(guide)
    trains, found = _trains(installed, way), {}
    if len(trains) < len(catalogue.trains(way)):
        found["versions"] = trains[-1]
    gateways = {part.says("class") for part in seen.of("gateway")}
    for name in catalogue.gateways(way):
        data = catalogue.component_data("gateway", name)
        if (data["className"] in gateways) if data["create"] else not gateways:
            found.setdefault("gateway", name)
    devices = {part.says("devices").partition(" ")[2] for part in seen.engines()} - {""}
    for name in catalogue.component_names("accelerator"):
        if len(devices) == 1 and _resource(catalogue.component_data("accelerator", name)) in devices:
            found.setdefault("accelerator", name)
    return found


def _trains(installed: Sequence[Installed], way: Way) -> list[str]:
    """The release trains of a way of whose charts most are installed; this checkout's own charts are of every train."""
    charts = {one.chart: one.stands_for for one in installed}
    fits = {name: _fitting(catalogue.component_data("versions", name), way, charts) for name in catalogue.trains(way)}
    return [name for name, count in fits.items() if count == max(fits.values())]


def _fitting(train: Mapping[str, Any], way: Way, charts: Mapping[str, str]) -> int:
    upstreams = [train["charts"][part] for part in way.charts]
    return sum(charts.get(chart["name"]) == chart["version"] for chart in upstreams)


def _resource(accelerator: Mapping[str, Any]) -> str:
    """The resource by which pods ask for an accelerator, as the newest chart of model servers has it."""
    chart = "llm-d-modelservice"
    known = capabilities.contract(chart, capabilities.versions(chart)[-1])["accelerators"]
    return str(known.get(accelerator["type"], ""))


def _match(installed: Sequence[Installed], choice: Choice, say: Say) -> Iterator[Match]:
    """The match of a choice under the name that fits most releases; none where it is no stack, or nothing fits."""
    try:
        stack = compose.compose(choice)
        rendered = render.render(stack, say)
        fitting = names.postfixes(installed, rendered, str(stack.values["postfix"]))
        said = [word for word in choice.sets if word.startswith("postfix=")]
        if rendered.unrendered or not fitting:
            return
        named = said[0].partition("=")[2] if said else _most(fitting, stack)
        if named not in fitting:
            return
        if named != stack.values["postfix"]:
            choice = replace(choice, sets=(*choice.sets, f"postfix={named}"))
            stack = compose.compose(choice)
            rendered = render.render(stack, say)
    except WellitError:
        return
    yield _held(installed, choice, stack, rendered, tuple(sorted(set(fitting) - {named})))


def _most(fitting: Mapping[str, int], stack: Stack) -> str:
    """The postfix that most releases have; the guide's own among equals."""
    return max(sorted(fitting), key=lambda name: (fitting[name], name == stack.values["postfix"]))


def _held(
    installed: Sequence[Installed], choice: Choice, stack: Stack, rendered: Rendered, others: tuple[str, ...]
) -> Match:
    made = {release.name: release.part for release in rendered.releases}
    by_name = {one.name: one for one in installed}
    ours = tuple(
        by_name[name] for name, part in made.items() if name in by_name and names.part_of(by_name[name]) == part
    )
    left = tuple(one for one in installed if one not in ours and names.part_of(one))
    lacking = tuple(name for name in made if name not in {one.name for one in ours})
    theirs = Description(
        f"{stack.name}/{stack.environment}", "environment", "", _parts(rendered.manifests, stack), stack=stack
    )
    found = difference.compare(_described(ours, stack), theirs)
    unlike = sum(item not in rendered.manifests for one in ours for item in one.objects())
    return Match(choice, stack, ours, left, lacking, found, others, unlike)


def _described(installed: Iterable[Installed], stack: Stack | None) -> Description:
    objects = [item for one in installed for item in one.objects()]
    return Description("installed", "live", "what helm has applied", _parts(objects, stack))


def _parts(objects: list[dict[str, Any]], stack: Stack | None) -> tuple[Any, ...]:
    more = made.of_stack(stack, objects) if stack else []
    return describe.parts(Objects([*objects, *more]))


def _again(match: Match, say: Say) -> align.Again:
    """Reads the match's stack with other components."""

    def again(axes: Mapping[str, str]) -> Description | None:
        choice = replace(match.choice, components={**match.choice.components, **axes})
        try:
            stack = compose.compose(choice)
            rendered = render.render(stack, say)
        except WellitError:
            return None
        return Description("", "environment", "", _parts(rendered.manifests, stack), stack=stack)

    return again


def _with(choice: Choice, words: Iterable[str], said: set[str], components: Mapping[str, str]) -> Choice:
    """The choice with the words of an alignment: components and settings that no person has said otherwise."""
    sets = {word.partition("=")[0]: word for word in choice.sets}
    chosen = dict(choice.components)
    for phrase in words:
        pieces = shlex.split(phrase)
        for flag, value in zip(pieces[::2], pieces[1::2], strict=False):
            axis, path = flag.removeprefix("--"), value.partition("=")[0]
            if axis == "set" and path not in said:
                sets[path] = value
            elif axis in catalogue.AXES and axis not in components:
                chosen[axis] = value
    return replace(choice, components=chosen, sets=tuple(sets.values()))


def chosen(match: Match, asked: Choice) -> Choice:
    """The choice as it is installed again: what the environment has by itself is not said."""
    choice = match.choice
    guide = catalogue.guide_source(choice.guide)
    listed = catalogue.environment_of(choice.environment, guide).data["components"]
    own = {axis: "+".join(one.partition("/")[2] for one in listed if one.startswith(f"{folder}/"))
           for axis, folder in catalogue.AXES.items()}  # fmt: skip
    charts = "offline" if any(one.offline for one in match.releases) else own["charts"]
    components = {**choice.components, "charts": asked.components.get("charts") or charts}
    said = {axis: name for axis, name in components.items() if name != own[axis] or axis in asked.components}
    return replace(choice, components=said, size=None if choice.size == "default" else choice.size)
