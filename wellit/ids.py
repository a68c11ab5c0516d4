"""Every id that a screen can name, with its documentation: findings of schemas, choices, comments and rules; checks."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection
from dataclasses import astuple, dataclass
from typing import Literal

from wellit.findings import Severity


@dataclass(frozen=True)
class Known:
    """One id. `severity` is None for a check; `evidence` says how the fact behind a rule is known."""

    id: str
    slug: str
    title: str
    doc: str
    severity: Severity | None = None
    evidence: Literal["", "asked", "read"] = ""

    @property
    def head(self) -> str:
        """``WL104 engine-metric-mismatch (error)``."""
        return f"{self.id} {self.slug or self.title} ({self.severity or 'check'})"

    @property
    def text(self) -> str:
        """What and why: the documentation between the title and the examples."""
        below = self.doc.partition("\n")[2] if self.severity else self.doc
        return re.split(r"^(?:Bad|Good):", below, maxsplit=1, flags=re.MULTILINE)[0].strip()

    @property
    def markdown(self) -> str:
        """The documentation with its examples, as Markdown."""
        shown = re.sub(r"^(Bad|Good)::$", r"**\1**", self.doc, flags=re.MULTILINE)
        return re.sub(r"^(Bad|Good): +(.*(?:\n +.*)*)", r"**\1**\n\n    \2\n", shown, flags=re.MULTILINE).strip()


def known() -> dict[str, Known]:
    """All of them, sorted."""
    from wellit import bundlekinds, checks, choices, ignore, rules, schema
    from wellit.configfile import kinds
    from wellit.inputs import failure, variables

    found = [Known(key, "", title, text) for key, (title, text) in checks.CHECKS.items()]
    for loaded in rules.rules():
        rule = loaded.rule
        doc = inspect.cleandoc(loaded.doc)
        found.append(Known(rule.id, rule.slug, loaded.title, doc, rule.severity, rule.evidence))
    found += [_finding(key, slug, doc, schema.severity(key)) for key, (slug, doc) in schema.KINDS.items()]
    found.append(_finding(choices.ID, choices.SLUG, choices.DOC))
    found.append(_finding(choices.NOTE_ID, choices.NOTE_SLUG, choices.NOTE_DOC, "info"))
    found += [_finding(key, slug, doc, severity) for key, (slug, severity, doc) in ignore.KINDS.items()]
    for table in (kinds.KINDS, bundlekinds.KINDS):
        found += [_finding(key, slug, doc, severity) for key, (slug, severity, doc) in table.items()]
    found.append(_finding(failure.ID, failure.SLUG, failure.DOC))
    found.append(_finding(variables.ID, variables.SLUG, variables.DOC, "warning"))
    return {one.id: one for one in sorted(found, key=lambda one: one.id)}


def in_use() -> dict[str, bool]:
    """Every id that there is or was, with whether it is in use."""
    from wellit import rules

    return dict.fromkeys(rules.RETIRED, False) | dict.fromkeys(known(), True)


def asked(charts: Collection[str] = (), *, settings: bool = False, manifests: bool = False) -> set[str]:
    """The ids of findings that were looked for, where these charts' values were judged, or a stack's settings.

    A rule that reads several charts looks fully only where it has them all.
    """
    from wellit import choices, rules
    from wellit.schema.kinds import SETTINGS, VALUES
    from wellit.subject import OBJECTS
    from wellit.subject import SETTINGS as OF_STACK

    found = {*astuple(SETTINGS), choices.ID, choices.NOTE_ID} if settings else set()
    found |= set(astuple(VALUES)) if charts else set()
    have = {*charts, OF_STACK} if settings else {*charts}
    have |= {OBJECTS} if manifests else set()
    of_rules = {loaded.rule.id for loaded in rules.rules() if set(loaded.rule.charts) <= have}
    return found | {key for key in of_rules if manifests or not key.startswith("WL5")}


def _finding(key: str, slug: str, text: str, severity: Severity = "error") -> Known:
    doc = inspect.cleandoc(text)
    return Known(key, slug, doc.splitlines()[0].rstrip("."), doc, severity)
