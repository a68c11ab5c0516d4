"""The two words of a comparison: an environment, values files with their charts, or a live namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wellit import capabilities, catalogue, compose, made, subject, validate
from wellit.access import Access
from wellit.compare import describe, live, values
from wellit.compare.description import Description, Fact, Part
from wellit.compare.objects import Objects
from wellit.compose import Choice
from wellit.errors import CannotAnswer, WellitError
from wellit.say import Say
from wellit.source import BadSource

LIVE = "live:"
FORMS = "an ENVIRONMENT, GUIDE/ENVIRONMENT, FILE@CHART@VERSION (several joined with +), or live:NAMESPACE"


@dataclass(frozen=True)
class Asked:
    """What is common to both sides: the choice that environments start from, and how a cluster is reached."""

    choice: Choice
    access: Callable[[], Access]
    say: Say
    fetch: bool = False


def read(word: str, asked: Asked) -> Description:
    """The side that a word names. Raises CannotAnswer when there is no such thing, or it cannot be read."""
    if word.startswith(LIVE) or f"{word}:" == LIVE:
        return _live(word, asked)
    if "@" in word:
        return _values(word)
    _no_chart(word)
    return _environment(word, asked)


def _live(word: str, asked: Asked) -> Description:
    guide = catalogue.guide_source(asked.choice.guide)
    named = word.partition(":")[2] or asked.choice.namespace or str(guide.data["namespace"])
    namespace = compose.checked_namespace(named)
    access = asked.access()
    found = live.objects(access, namespace)
    kinds = {"Gateway": "gateway", "HTTPRoute": "route", "InferencePool": "pool"}
    unsaid = {role: found.unread[kind] for kind, role in kinds.items() if kind in found.unread}
    return Description(f"{LIVE}{namespace}", "live", access.label, describe.parts(found), unsaid)


def _values(word: str) -> Description:
    pairs = [_pair(piece) for piece in word.split("+")]
    judged = subject.from_values(pairs)
    if judged.unreadable:
        raise BadSource(judged.unreadable[0])
    parts = [
        part for part in describe.parts(Objects(values.objects(judged))) if part.role not in ("charts", "monitoring")
    ]
    told = {chart: Fact(version) for chart, version in values.charts(judged).items()}
    because = "the values do not say which version of it is there"
    parts.append(Part("charts", "", told, {"*": because}))
    unsaid = values.unsaid(judged) | {"monitoring": "values are read for what serves, not for what watches"}
    about = ", ".join(f"{chart} {version}" for chart, version in values.charts(judged).items())
    return Description(word, "values", f"values of {about}", tuple(parts), unsaid)


def _pair(piece: str) -> tuple[str, str]:
    """FILE@CHART@VERSION as a file and the word that --chart takes elsewhere."""
    file, _, chart = piece.partition("@")
    if not file:
        raise CannotAnswer(f'"{piece}" names no file', write=f"values.yaml@{chart}")
    return file, chart


def _no_chart(word: str) -> None:
    """Refuse a file without a chart: what values mean depends on it."""
    if not (word.endswith((".yaml", ".yml")) or Path(word).is_file()):
        return
    newest = capabilities.versions(subject.MODELSERVICE)[-1]
    raise CannotAnswer(
        f"{word} does not say which chart's values it has",
        why="what a value means depends on the chart and its version; helm list shows which one is installed",
        write=f"{word}@{subject.MODELSERVICE}@{newest}",
    )


def again(word: str, asked: Asked, axes: Mapping[str, str]) -> Description | None:
    """An environment with other components; None when that is no stack that renders."""
    components = {**asked.choice.components, **axes}
    try:
        return read(word, replace(asked, choice=replace(asked.choice, components=components), say=lambda _: None))
    except WellitError:
        return None


def _environment(word: str, asked: Asked) -> Description:
    guide, slash, name = word.rpartition("/")
    choice = replace(asked.choice, guide=guide if slash else asked.choice.guide, environment=name)
    try:
        result = validate.stack(choice, asked.say, fetch=asked.fetch, command="compare")
    except WellitError as problem:
        if problem.message.startswith("unknown environment"):
            problem.why = f"a side is {FORMS}" + (f"; {problem.why}" if problem.why else "")
        raise
    stack, rendered = result.stack, result.rendered
    wrong: Sequence[object] = [finding for finding in result.report.findings if finding.severity == "error"]
    if stack is None or rendered is None:
        raise BadSource(result.report.findings[0])
    if rendered.unrendered:
        write = "--charts offline, or --fetch" if stack.components["charts"] == "upstream" else ""
        raise rendered.refused or CannotAnswer(
            f"{word} has no manifests to compare", why=rendered.unrendered, write=write
        )
    if wrong:
        asked.say(f"{word}: validate finds {len(wrong)} mistakes in it; it is compared as it is")
    found = Objects([*rendered.manifests, *made.of_stack(stack, rendered.manifests)])
    chosen = ", ".join(f"{axis} {stack.components[folder]}" for axis, folder in catalogue.AXES.items())
    about = f"{stack.name} -e {name}: {chosen}, size {stack.size}"
    return Description(word, "environment", about, describe.parts(found), stack=stack)
