"""The rules: meaning, across settings and releases, without any tool.

    run(subject)      findings and checks of every rule; one that fails is said not to have been asked
    rules()           the rules themselves, in order
    find("WL104")     one rule, by id or slug

To add one: a module here, a good and a bad fixture in tests/rules/ID-slug.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from wellit import remembered
from wellit.errors import unknown
from wellit.findings import Check, Edit, Finding, Location
from wellit.node import spoken
from wellit.source import dotted

if TYPE_CHECKING:
    from wellit.rules.rule import Fix, Hit, Loaded, NotChecked, Rule
    from wellit.subject import Subject

MODULES = tuple(sorted(file.stem for file in Path(__file__).parent.iterdir() if file.name.startswith("wl")))
# Ids of rules that are gone; an id is never used again.
RETIRED: tuple[str, ...] = ("WL628",)


@functools.cache
def rules() -> tuple[Loaded, ...]:
    """Every rule, in the order of MODULES; imported when first asked for."""
    return tuple(map(_loaded, MODULES))


@functools.cache
def _loaded(name: str) -> Loaded:
    from wellit.rules.rule import Loaded

    return Loaded.of(import_module(f"{__name__}.{name}"))


@functools.cache
def _charts() -> dict[str, list[str]]:
    """The charts of each rule, by module; kept, so that one that is not asked need not be imported."""
    name = remembered.key(MODULES, remembered.states(remembered.below(Path(__file__).parent)))
    if (kept := remembered.recall("data", name)) is None:
        kept = {module: list(_loaded(module).rule.charts) for module in MODULES}
        remembered.keep("data", name, kept)
    charts: dict[str, list[str]] = kept
    return charts


def find(name: str) -> Loaded:
    """The rule of an id (WL104) or slug. Raises CannotAnswer for one that does not exist."""
    for loaded in rules():
        if name.upper() == loaded.rule.id or name.lower() == loaded.rule.slug:
            return loaded
    known = [word for loaded in rules() for word in (loaded.rule.id, loaded.rule.slug)]
    retired = "it was retired, and its id is not used again" if name.upper() in RETIRED else ""
    raise unknown("rule", name, known, why=retired)


def of_objects(key: str) -> bool:
    """Whether a finding is of a rule over rendered objects themselves."""
    return key in _of_objects()


@cache
def _of_objects() -> frozenset[str]:
    from wellit.subject import OBJECTS

    return frozenset(loaded.rule.id for loaded in rules() if loaded.rule.charts == (OBJECTS,))


def run(subject: Subject) -> Iterator[Finding | Check]:
    """What every rule says about `subject`. A question that a rule could not answer is a check with status skip.

    A rule that fails is a mistake of ours: an unknown check, and the others go on. With $WELLIT_RAISE, as in our tests,
    it is raised.
    """
    for loaded in _about(subject):
        try:
            yield from judge(loaded, subject)
        except Exception as problem:
            if os.environ.get("WELLIT_RAISE"):
                raise
            yield _failed(loaded.rule, problem)


def _failed(rule: Rule, problem: Exception) -> Check:
    import traceback

    where = traceback.extract_tb(problem.__traceback__)[-1]
    at = f"{PurePath(where.filename).name}:{where.lineno}"
    detail = f"the rule failed, which is a mistake of wellit: {type(problem).__name__} in {at}: {str(problem)[:200]}"
    return Check(rule.id, rule.slug, "unknown", detail, "report it, with the values if they may be seen")


def _about(subject: Subject) -> Iterator[Loaded]:
    """The rules for what `subject` is: settings, or the values of these charts; with rendered objects it may be all."""
    from wellit.subject import CHARTS, OBJECTS, SETTINGS

    is_about = {SETTINGS} if subject.settings else {release.chart for release in subject.releases}
    if subject.manifests is not None:
        is_about |= {*CHARTS, OBJECTS}
    charts = _charts()
    return (_loaded(name) for name in MODULES if not is_about.isdisjoint(charts[name]))


def judge(loaded: Loaded, subject: Subject) -> Iterator[Finding | Check]:
    """What one rule says, each thing once."""
    said: set[Finding | Check] = set()
    for item in loaded.check(subject):
        told = _told(loaded, item)
        if told not in said:
            said.add(told)
            yield told


def _told(loaded: Loaded, item: Hit | NotChecked) -> Finding | Check:
    from wellit.rules.rule import NotChecked

    rule = loaded.rule
    if isinstance(item, NotChecked):
        return Check(rule.id, rule.slug, "skip", item.reason)
    owner = item.at.owner
    also = (*owner.also(item.at.keys), *((note, node.owner.locate(node.keys)) for note, node in item.also))
    at = owner.locate(item.at.keys)
    at = at.of_key(str(item.at.keys[-1])) if item.key else at
    return Finding(
        rule.id, rule.slug, rule.severity, item.message, at,
        path=dotted(owner.path(item.at.keys)), write=_as_typed(at, item.write), why=item.why, also=also,
        **_edit(item.fix),
    )  # fmt: skip


def _edit(fix: Fix | None) -> dict[str, Any]:
    """Where a fix is written, or why it cannot be: other words stand there than it is for."""
    if not fix or not fix.node.written:
        return {}
    at = fix.node.owner.locate(fix.node.keys)
    if fix.key:
        at = at.of_key(str(fix.node.keys[-1]))
    if not at.in_file:
        return {"by_hand": "it stands on the command line" if at.typed else "it stands in no file"}
    meant = fix.node.keys[-1] if fix.key else fix.node.value
    if at.words.strip("\"'") == spoken(meant):
        return {"fix": Edit(at, fix.text)}
    return {"by_hand": "a template, an alias or several lines make this value"}


def _as_typed(at: Location, write: str) -> str:
    """What to write on the command line, where that is what said it: ``--set proxy.connector=sglang``."""
    setting = at.text.partition("=")[0]
    given = re.fullmatch(r"(\w+): (\S+)", write)
    return f"{setting}={given[2]}" if at.typed and given and setting.endswith(f".{given[1]}") else write
