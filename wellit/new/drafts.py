"""What an environment of one's own says: what a person said, and what follows from the model for room and parallelism.

All of it is composed and judged before anything is written, so that a mistake is shown where the person made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wellit import compose, overrides, source, validate, weights
from wellit.compose import Choice, Stack
from wellit.errors import CannotAnswer
from wellit.findings import Check, Finding
from wellit.overrides import Layer
from wellit.quantities import milli
from wellit.seen.fit import Fit, fits
from wellit.source import Keys, Source
from wellit.validate import subjects

# What stands in overrides beside settings: the file says it in its own way.
NO_SETTINGS = ("components", "size")
MODEL, ROOM = ("model", "name"), ("model", "size")
_AT_MOST = 4  # rounds: what is mended for one room may be asked for again by another


@dataclass
class Draft:
    """An environment that is not written yet. `notes` stand behind settings; `stack` is it in its first size.

    `judged` is what is wrong with it, in the words of the person.
    """

    guide: Source
    start: Source
    stack: Stack
    settings: dict[str, Any] = field(default_factory=dict)
    notes: dict[Keys, str] = field(default_factory=dict)
    judged: list[Finding | Check] = field(default_factory=list)


def draft(guide: Source, choice: Choice, model: str) -> Draft:
    """What to write for `choice` and `model`. Raises as compose.compose() does, and for a secret in a file."""
    said = [overrides.from_flag("--model", MODEL, model)] if model else []
    stacks = _stacks(guide, choice, said)
    made = Draft(guide, stacks[0].file, stacks[0])
    _no_secret(stacks[0].overrides, ())
    if any(validate.form_of(stack) for stack in stacks):
        made.judged = _judged(stacks)
        return made
    own = {key: value for key, value in stacks[0].overrides.items() if key not in NO_SETTINGS}
    below = made.start.data.get("settings") or {}
    if stacks[0].overrides.get("size"):
        below = compose.merge(guide.data["sizes"][stacks[0].size] or {}, below)
    mended: dict[Keys, Any] = {}
    for _ in range(_AT_MOST):
        more = [_layer(keys, value) for keys, value in mended.items()]
        stacks = _stacks(guide, choice, [*said, *more])
        asked = {keys: value for keys, value in _mends(guide, stacks, bool(model)).items() if not _has(own, keys)}
        if asked.items() <= mended.items():
            break
        mended |= asked
    made.stack = stacks[0]
    made.judged = _judged(stacks)
    for keys, value in mended.items():
        own = compose.merge(own, _layer(keys, value).data)
    made.settings = compose.merge(below, own)
    made.notes = _notes(made, mended)
    return made


def _stacks(guide: Source, choice: Choice, more: list[Layer]) -> list[Stack]:
    """The stack in every size of the guide, its default first; in one size when a person said which."""
    first = compose.compose(choice, *more)
    if first.overrides.get("size"):
        return [first]
    others = [size for size in guide.data["sizes"] if size != first.size]
    return [first, *(compose.compose(replace(choice, size=size), *more) for size in others)]


def _judged(stacks: list[Stack]) -> list[Finding | Check]:
    """What is wrong in the first size where anything is."""
    judged = [validate.judge_settings(stack) for stack in stacks]
    return next((said for said in judged if any(_wrong(item) for item in said)), judged[0])


def _wrong(item: Finding | Check) -> bool:
    return isinstance(item, Finding) and item.severity == "error"


def _mends(guide: Source, stacks: list[Stack], named: bool) -> dict[Keys, Any]:
    """Settings under which the weights find room in every size, as far as there are any.

    With a model of the person's own its volume is always said: a size of the guide has it for another model.
    """
    wanted: dict[Keys, list[Any]] = {}
    for stack in stacks:
        for fit in fits(subjects.settings_of(stack)):
            if isinstance(fit, Fit) and fit.mend and (fit.too_large or fit.tight):
                wanted.setdefault(fit.mend[0], []).append(fit.mend[1])
            if named and _room(guide):
                wanted.setdefault(ROOM, [])
    found = {}
    for keys, values in wanted.items():
        there = [_get(stack.values, keys) for stack in stacks]
        if keys == ROOM:
            there += [_get(size or {}, keys) for size in (guide.data["settings"], *guide.data["sizes"].values())]
        found[keys] = max([*values, *(value for value in there if value is not None)], key=milli)
    return found


def _room(guide: Source) -> bool:
    """Whether the guide's stacks have a volume for the weights."""
    return ROOM[1] in guide.data["settings"][ROOM[0]]


def _notes(made: Draft, mended: Mapping[Keys, Any]) -> dict[Keys, str]:
    """Why the mended settings are what they are."""
    values = made.stack.values
    told = values["model"].get("weights")
    known = weights.given(float(told)) if told else weights.estimate(str(values["model"]["name"]))
    settings = made.guide.data["settings"]
    guides = compose.merge(settings, made.guide.data["sizes"][made.stack.size] or {})
    notes = {}
    for keys, value in mended.items():
        was = _get(guides, keys)
        enough = was is None or milli(was) >= milli(value)
        if known.gib is None:
            notes[keys] = f"{known.how}: set weights (GiB), and validate tells whether it fits"
        elif keys == ROOM:
            how = known.how if told else f"an estimate: {known.how}"
            notes[keys] = f"room for about {known.gib:g} GiB of weights ({how})" + _instead(enough, was)
        else:
            fits_in = "every size of the guide has room for the weights with it" if enough else "the weights need it"
            notes[keys] = fits_in + _instead(enough, was)
    return notes


def _instead(enough: bool, was: Any) -> str:
    return "" if enough else f"; the guide has {was}"


def _has(data: Mapping[str, Any], keys: Keys) -> bool:
    return _get(data, keys) is not None


def _get(data: Mapping[str, Any], keys: Keys) -> Any:
    try:
        return source.lookup(data, keys)
    except KeyError:
        return None


def _layer(keys: Keys, value: Any) -> Layer:
    return overrides.from_word(f"{source.dotted(keys)}={value}")


def _no_secret(value: Any, keys: Keys) -> None:
    """An environment is kept with the checkout: a secret of a settings file does not go into it."""
    if isinstance(value, Mapping):
        named = {"name", "value"} <= value.keys()
        pairs = [(str(value["name"]), value["value"])] if named else []
        for name, inner in [*pairs, *((str(k), v) for k, v in value.items())]:
            if isinstance(inner, str) and name != "secret" and overrides.looks_secret(name, inner):
                raise CannotAnswer(
                    f"{source.dotted((*keys, name))} looks like a secret; it is not written",
                    why="an environment is a file of the checkout, and git keeps it",
                    write="put it into a Kubernetes Secret and name that: --set model.secret=NAME",
                )
            _no_secret(inner, (*keys, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _no_secret({str(number): inner} if isinstance(inner, str) else inner, keys)
