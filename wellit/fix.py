"""validate --fix: writes the edits that findings carry, after showing them, and judges again until nothing is left.

Only a person's own files are written: what they named, and what is not this checkout's. All but the edited words
stays as it is, comments and line ends included.
"""

from __future__ import annotations

import codecs
import contextlib
import difflib
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from wellit import catalogue, paths, source
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Check, Edit, Finding, Report
from wellit.report.style import Style, clean

ID = "WL035"
ROUNDS = 5  # one edit may uncover or make room for another
_OURS = ("charts", "environments", "guides", "schemas")


class NotWritten(Exception):
    """Why an edit is not made."""


@dataclass(frozen=True)
class Change:
    """What a file is to become. `name` is what a person typed for it, `file` what is written: a link's target."""

    name: str
    file: Path
    old: bytes
    new: bytes

    def diff(self) -> list[str]:
        """The difference, as a patch has it."""
        old, new = (_text(data).splitlines() for data in (self.old, self.new))
        return list(difflib.unified_diff(old, new, self.name, self.name, n=2, lineterm=""))


@dataclass
class Plan:
    """What would be written, and of each finding whose edit is not made the reason."""

    changes: list[Change] = field(default_factory=list)
    left: list[tuple[Finding, str]] = field(default_factory=list)


def mend(
    judge: Callable[[], Report], named: Collection[str], show: Callable[[str], None], style: Style,
    ask: Callable[[str], None],
) -> Report:  # fmt: skip
    """Show what can be mended, ask, write it, judge again. Returns the last report.

    `named` are the files that a person named. Raises CannotAnswer when there is nobody to ask or a file cannot be
    written, Refused when the first answer is no.
    """
    report = judge()
    looked_at = report.summary.get("files")
    named = {*named, *(looked_at if isinstance(looked_at, list) else [])}
    for number in range(ROUNDS):
        made = plan(report, named)
        if not made.changes:
            break
        for change in made.changes:
            show("\n".join(_painted(change.diff(), style)))
        try:
            ask(_question(made.changes))
        except Refused:
            if number:
                break
            raise
        for change in made.changes:
            write(change)
        report = judge()
    report.add(_left(plan(report, named).left))
    return report


def plan(report: Report, named: Collection[str]) -> Plan:
    """What the findings' edits would make of the files."""
    made, by_file = Plan(), dict[str, list[Finding]]()
    for finding in report.findings:
        if finding.by_hand or (finding.fix and not finding.fix.at.in_file):
            made.left.append((finding, finding.by_hand or "it stands in no file"))
        elif finding.fix:
            by_file.setdefault(finding.fix.at.file, []).append(finding)
    for name, findings in by_file.items():
        try:
            _may_write(name, named)
            file = _target(name)
            old = _read(file)
            if not file.stat().st_mode & 0o222:
                raise NotWritten(f"{name} is read-only")
            new = _edited(_text(old), [f.fix for f in findings if f.fix], name)
            start = codecs.BOM_UTF8 if old.startswith(codecs.BOM_UTF8) else b""
            made.changes.append(Change(name, file, old, start + new.encode("utf-8")))
        except NotWritten as reason:
            made.left += [(finding, str(reason)) for finding in findings]
    return made


def _may_write(name: str, named: Collection[str]) -> None:
    if name.endswith(".gotmpl"):
        raise NotWritten("it stands in a template")
    if name in named:
        return
    whole = Path(name).expanduser().absolute()
    ours = any(whole.is_relative_to(paths.ROOT / folder) for folder in _OURS)
    if ours and name not in _own_environments():
        raise NotWritten(f"{name} is the project's own: lay a setting over it with -f")


def _own_environments() -> Iterator[str]:
    for name in catalogue.environment_names():
        with contextlib.suppress(CannotAnswer):
            read = catalogue.environment_source(name)
            if catalogue.is_own(read):
                yield read.name


def _target(name: str) -> Path:
    """The file to write: of a link what it leads to, when that is not out of the link's folder or the current one."""
    file = Path(name).expanduser()
    if not file.is_symlink():
        return file
    target = file.resolve()
    if not any(target.is_relative_to(folder.resolve()) for folder in (Path.cwd(), file.parent)):
        raise NotWritten(f"{name} is a link that leads to {target}")
    return target


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise NotWritten(f"it cannot be read: {problem.strerror}") from problem


def _text(data: bytes) -> str:
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")


def _edited(text: str, edits: Iterable[Edit], name: str) -> str:
    """`text` with the edits made; of two that overlap the first: the other may come back in the next round."""
    lines = text.splitlines(keepends=True)
    of_line: dict[int, list[Edit]] = {}
    for edit in edits:
        of_line.setdefault(edit.at.line, []).append(edit)
    for number, here in of_line.items():
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        body = line.splitlines()[0] if line else ""
        if any(edit.at.text != body for edit in here):
            raise NotWritten(f"line {number} is not what it was")
        end = line[len(body) :]
        new = _mended(body, here).replace("\n", end or "\n")
        lines[number - 1] = "" if body.strip() and not new.strip() else new + end
    new = "".join(lines)
    try:
        source.parse_all(new, name)
    except CannotAnswer as problem:
        raise NotWritten(f"the result would be no YAML: {problem.message}") from problem
    return new


def _mended(line: str, edits: Iterable[Edit]) -> str:
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.at.column, -edit.at.length)):
        if not kept or edit.at.column >= kept[-1].at.column + kept[-1].at.length:
            kept.append(edit)
    for edit in reversed(kept):
        start = edit.at.column - 1
        line = line[:start] + edit.text + line[start + edit.at.length :]
    return line if line.strip() else ""


def write(change: Change) -> None:
    """Put the new file in the place of the old one, at once. Raises CannotAnswer when that cannot be done."""
    made = ""
    try:
        if change.file.read_bytes() != change.old:
            raise CannotAnswer(f"{change.name} was changed by somebody else; it was not written", write="run it again")
        mode = change.file.stat()
        number, made = tempfile.mkstemp(prefix=f".{change.file.name}.", dir=change.file.parent)
        with os.fdopen(number, "wb") as file:
            file.write(change.new)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(made, mode.st_mode & 0o7777)  # noqa: PTH101
        with contextlib.suppress(PermissionError):
            os.chown(made, mode.st_uid, mode.st_gid)
        Path(made).replace(change.file)
    except OSError as problem:
        if made:
            Path(made).unlink(missing_ok=True)
        raise CannotAnswer(
            f"cannot write {change.name}: {problem.strerror}", write="check who may write there"
        ) from None


def _question(changes: Collection[Change]) -> str:
    names = ", ".join(change.name for change in changes)
    return f"Write this to {names if len(changes) < 4 else f'{len(changes)} files'}?"


def _painted(lines: Iterable[str], style: Style) -> Iterator[str]:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines:
        colour = "bold" if line.startswith(("+++", "---")) else colours.get(line[:1])
        yield style.paint(clean(line), colour) if colour else clean(line)


def _left(left: Iterable[tuple[Finding, str]]) -> Iterator[Check]:
    for finding, reason in dict.fromkeys(left):
        yield Check(ID, f"{finding.id} at {finding.at} is mended", "warn", f"by hand only: {reason}")
