"""What every stage hands to the report: findings (in files) and checks (put to a cluster or an endpoint)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Severity = Literal["error", "warning", "info"]
Status = Literal["pass", "fail", "warn", "skip", "unknown"]
Verdict = Literal["ok", "no", "unknown"]
Use = Literal["used", "unused", "open"]
# From the worst on.
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class Location:
    """A place in a file. Lines and columns count from 1; 0 means that only the file is known.

    `text` is the source line itself, `length` how many of its characters the caret underlines.
    `file` is what a person typed or would type: a path, or ``--set`` for a value from the command line.
    """

    file: str
    line: int = 0
    column: int = 0
    length: int = 1
    text: str = ""

    @property
    def typed(self) -> bool:
        """Whether it is a word of the command line, not a file."""
        return self.file.startswith("--")

    @property
    def in_file(self) -> bool:
        """Whether it is in a file: not on the command line, in a stream, a cluster or a rendered object."""
        return self.file not in ("", "stdin") and not self.file.startswith(("--", "rendered ", "live "))

    def __str__(self) -> str:
        if self.typed:
            return self.file
        return ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])

    @property
    def words(self) -> str:
        """The underlined words."""
        return self.text[self.column - 1 : self.column - 1 + self.length].strip() if self.column else ""

    def of_key(self, name: str) -> Location:
        """The place of the key `name` whose value is here, when both are on one line; else this place."""
        if self.words == name:
            return self
        found = self.text.rfind(name, 0, max(0, self.column - 1))
        return replace(self, column=found + 1, length=len(name)) if found >= 0 else self


@dataclass(frozen=True)
class Edit:
    """What mends a finding without anybody's judgement: `text` in the place of the words at `at`."""

    at: Location
    text: str


@dataclass(frozen=True)
class Finding:
    """One thing wrong in files.

    `message` says what is wrong, `write` what to write instead (the caret's label), `why` why it matters.
    `path` is the dotted path of the value, `at` its place; `also` are further places with a note each.
    `fix` is there when one right answer is known and safe to write; `by_hand` when it is known and cannot be written.
    """

    id: str
    slug: str
    severity: Severity
    message: str
    at: Location
    path: str = ""
    write: str = ""
    why: str = ""
    also: tuple[tuple[str, Location], ...] = ()
    fix: Edit | None = None
    by_hand: str = ""


@dataclass(frozen=True)
class Check:
    """One question put to a cluster, a tool or an endpoint, titled as the good state.

    `unknown` means that it could not be looked at (`detail` says which permission or program was missing),
    `skip` that it was not asked (`detail` says why). `fix` is a command or a setting that mends it.
    """

    id: str
    title: str
    status: Status
    detail: str = ""
    fix: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Ignore:
    """One id that a comment of a file ignores: on `line`, in all of the file when that is 0.

    `at` is the id's place, `comment` that of the whole comment.
    """

    id: str
    line: int
    reason: str
    at: Location
    comment: Location


@dataclass
class Report:
    """The result of one command; the exit code and the verdict come from here, never from an output format.

    `fail_on` is the mildest severity that makes it a no, `shown` the mildest that people are shown. `ignored` are the
    findings that comments took away; `ignores` says of each comment whether it is used, unused, or open: not all that
    could have its finding was looked at.
    """

    command: str
    findings: list[Finding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    summary: dict[str, object] = field(default_factory=dict)
    fail_on: Severity = "error"
    shown: Severity = "info"
    ignored: list[Finding] = field(default_factory=list)
    ignores: dict[Ignore, Use] = field(default_factory=dict)

    def add(self, items: Iterable[Finding | Check]) -> None:
        for item in items:
            if isinstance(item, Finding):
                self.findings.append(item)
            else:
                self.checks.append(item)

    @property
    def verdict(self) -> Verdict:
        failing = {"fail"} if self.fail_on == "error" else {"fail", "warn"}
        if any(self.fails(f) for f in self.findings) or any(c.status in failing for c in self.checks):
            return "no"
        return "unknown" if any(c.status == "unknown" for c in self.checks) else "ok"

    def fails(self, finding: Finding) -> bool:
        """Whether this finding makes it a no."""
        return SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.fail_on)

    @property
    def told(self) -> list[Finding]:
        """The findings that people are shown, each once, by file and line."""
        kept = SEVERITIES[: SEVERITIES.index(self.shown) + 1]
        found = {f for f in self.findings if f.severity in kept}
        return sorted(found, key=lambda f: (f.at.file, f.at.line, f.at.column, f.id, f.message))

    @property
    def exit_code(self) -> int:
        """0 yes, 1 the answer is no, 2 could not answer."""
        return {"ok": 0, "no": 1, "unknown": 2}[self.verdict]
