"""The catalogue of rules: what every rule must have."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from tests.support import settings
from tests.support.marked import read
from wellit import rules, source
from wellit.errors import CannotAnswer
from wellit.findings import Finding
from wellit.inputs import manifests, readback
from wellit.node import Owner
from wellit.rules.rule import Loaded
from wellit.source import Keys
from wellit.subject import CHARTS, OBJECTS, SETTINGS, Subject, chart_version, from_source

EVERY = rules.rules()


def of(loaded: Loaded) -> str:
    return loaded.rule.id


@pytest.mark.parametrize("loaded", EVERY, ids=of)
def test_a_rule_says_what_it_is(loaded: Loaded) -> None:
    assert re.fullmatch(r"WL\d{3}", loaded.rule.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", loaded.rule.slug)
    assert loaded.rule.severity in ("error", "warning", "info") and loaded.rule.evidence in ("asked", "read")
    assert set(loaded.rule.charts) <= {*CHARTS, SETTINGS, OBJECTS}
    assert loaded.title and not loaded.title.endswith(".") and len(loaded.title) < 100
    assert len(loaded.text) > 100


def test_ids_slugs_and_titles_are_unique_and_in_order() -> None:
    ids = [loaded.rule.id for loaded in EVERY]
    assert ids == sorted(set(ids))
    assert len({loaded.rule.slug for loaded in EVERY}) == len({loaded.title for loaded in EVERY}) == len(ids)
    assert not set(ids) & set(rules.RETIRED)


@pytest.mark.parametrize("loaded", EVERY, ids=of)
def test_a_module_is_named_after_its_rule(loaded: Loaded) -> None:
    named = f"{loaded.rule.id.lower()}_{loaded.rule.slug.replace('-', '_')}"
    assert named in rules.MODULES


@pytest.mark.parametrize("loaded", EVERY, ids=of)
@pytest.mark.parametrize("kind", ["Bad", "Good"])
def test_the_snippets_of_the_documentation_are_true(loaded: Loaded, kind: Literal["Bad", "Good"]) -> None:
    found = [item for item in rules.judge(loaded, snippet(loaded, kind)) if isinstance(item, Finding)]
    assert bool(found) == (kind == "Bad")


@pytest.mark.parametrize("loaded", EVERY, ids=of)
def test_a_rule_reads_only_the_charts_it_names(loaded: Loaded) -> None:
    subject = snippet(loaded, "Bad")
    list(rules.judge(loaded, subject))
    assert {release.chart for release in subject.releases if release.read} <= set(loaded.rule.charts)


@pytest.mark.parametrize("loaded", EVERY, ids=of)
def test_what_a_rule_reads_is_what_it_says_it_reads(loaded: Loaded) -> None:
    """Over all fixtures: one that is read and not said is a mistake in RULE, one that is not read wants a fixture."""
    found: set[str] = set()
    for case in sorted((Path(__file__).parent / "rules").glob("*/*/*")):
        subject = unread(case)
        list(rules.judge(loaded, subject))
        found |= {setting(keys) for owner in owners(subject) for keys in owner.read}
    assert found == set(loaded.rule.reads.split()) or (loaded.rule.reads == "*" and "" in found)


def unread(case: Path) -> Subject:
    """A case as if no rule had looked at it yet; its files are read once for all rules."""
    subject = once(case)
    subject._kept.clear()
    for owner in owners(subject):
        owner.read.clear()
    return subject


once = functools.cache(read)


def owners(subject: Subject) -> list[Owner]:
    return [*subject.releases, *([subject.settings] if subject.settings else [])]


def setting(keys: Keys) -> str:
    """The first two keys of a path, members of a list left away; one of several engines, or components, is as the only
    one."""
    if keys[:1] == ("components",) and len(keys) > 1:
        keys = ("component", *keys[2:]) if len(keys) > 2 else keys[:1]
    if keys[:1] == ("engines",) and len(keys) > 1:
        keys = ("engine", *keys[2:])
    if keys[:1] == ("perEngine",):
        keys = keys[2:]
    keys = tuple(key for key in keys if not isinstance(key, int))
    first = ["role" if key in ("decode", "prefill") else str(key) for key in keys[:1]]
    return ".".join([*first, *(str(key) for key in keys[1:2])])


def snippet(loaded: Loaded, kind: Literal["Bad", "Good"]) -> Subject:
    releases = []
    if settings.is_settings(loaded.snippet(kind)):
        return settings.of_text(loaded.snippet(kind))
    if loaded.snippet(kind).startswith("# objects"):
        found = list(manifests.objects(source.parse_all(loaded.snippet(kind), kind), kind))
        return Subject(readback.releases(found), tuple(found))
    for number, text in enumerate(loaded.snippet(kind).split("---\n")):
        word, _, name = text.splitlines()[0].removeprefix("# ").partition(" release ")
        releases.append(from_source(source.parse(text, f"{kind}-{number}"), *chart_version(word), name))
    return Subject(tuple(releases))


@pytest.mark.parametrize("word", ["WL101", "wl101", "model-command", "Model-Command"])
def test_a_rule_is_found_by_id_and_by_slug(word: str) -> None:
    assert rules.find(word).rule.id == "WL101"


def test_a_rule_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(CannotAnswer) as caught:
        rules.find("model-comand")
    assert caught.value.message == 'unknown rule "model-comand"'
    assert 'did you mean "model-command"?' in caught.value.write


def test_no_rule_is_imported_before_it_is_needed() -> None:
    code = "import sys, wellit.rules; print([m for m in sys.modules if m.startswith('wellit.rules.')])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
