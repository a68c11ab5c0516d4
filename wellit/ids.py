"""Every id that a screen can name, with its documentation: findings of schemas, choices, comments and rules; checks."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
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
    from wellit import checks, choices, rules, schema

    found = [Known(key, "", title, text) for key, (title, text) in checks.CHECKS.items()]
    for loaded in rules.rules():
        rule = loaded.rule
        doc = inspect.cleandoc(loaded.doc)
        found.append(Known(rule.id, rule.slug, loaded.title, doc, rule.severity, rule.evidence))
    found += [_finding(key, slug, doc) for key, (slug, doc) in schema.KINDS.items()]
    found.append(_finding(choices.ID, choices.SLUG, choices.DOC))
    found.append(_finding(choices.NOTE_ID, choices.NOTE_SLUG, choices.NOTE_DOC, "info"))
    return {one.id: one for one in sorted(found, key=lambda one: one.id)}


def _finding(key: str, slug: str, text: str, severity: Severity = "error") -> Known:
    doc = inspect.cleandoc(text)
    return Known(key, slug, doc.splitlines()[0].rstrip("."), doc, severity)
