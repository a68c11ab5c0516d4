"""The report for people: findings with their source lines, checks with a glyph, one counting sentence at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wellit.findings import SEVERITIES, Check, Finding, Report, Severity
from wellit.report import changes, endpoint, history, hops, left, snippet, stacks, table
from wellit.report.snippet import Mark
from wellit.report.style import Style, block, counted, one_line

COLOUR: dict[str, str] = {"error": "red", "warning": "yellow", "info": "cyan"}
# Of one mistake made in many places so many are shown with their source line; the others are named.
MOST_PLACES = 4


@dataclass
class _Group:
    """Findings that are told together: the same sentence about several places, or one rule on one line."""

    number: int
    findings: list[Finding] = field(default_factory=list)
    sentences: set[Hashable] = field(default_factory=set)
    lines: set[Hashable] = field(default_factory=set)

    def takes(self, sentence: Hashable, line: Hashable) -> bool:
        return self.sentences == {sentence} or self.lines == {line}

    def add(self, finding: Finding, sentence: Hashable, line: Hashable) -> None:
        self.findings.append(finding)
        self.sentences.add(sentence)
        self.lines.add(line)


def render(report: Report, style: Style) -> str:
    """The whole report, ending in a line break."""
    parts = ["\n".join(finding_lines(group.findings, style)) for group in _groups(report.told)]
    for told in (hops.lines(report.summary, style), changes.lines(report.summary, style)):
        parts += ["\n".join(told)] if told else []
    if report.checks:
        parts.append("\n".join(line for check in left.folded(report.checks) for line in check_lines(check, style)))
    tables = (
        table.lines(report.summary, style),
        stacks.lines(report.summary, style),
        endpoint.notes(report.summary, style),
        history.lines(report.summary, style),
    )
    for lines in (*tables, endpoint.lines(report.summary, style)):
        if lines:
            parts.append("\n".join(lines))
    parts.append("\n".join(style.paint(line, _tone(report), "bold") for line in style.wrap(sentence(report))))
    if (commands := report.summary.get("next")) and isinstance(commands, Sequence):
        parts.append("\n".join(["next:", *(f"  {command}" for command in commands)]))
    return "\n\n".join(parts) + "\n"


def _groups(findings: Iterable[Finding]) -> list[_Group]:
    """Each finding with the first group that takes it; there may be thousands."""
    groups: list[_Group] = []
    known: dict[Hashable, _Group] = {}  # by what is said, and by line, as long as all of a group have that alone
    for finding in sorted(findings, key=lambda f: SEVERITIES.index(f.severity)):
        kind = (finding.id, finding.severity, finding.also)
        sentence = (kind, finding.message, finding.write, finding.why)
        line = (kind, finding.at.file, finding.at.line or object())
        alike = [known[key] for key in (sentence, line) if key in known and known[key].takes(sentence, line)]
        if not alike:
            groups.append(_Group(len(groups)))
        group = min(alike or groups[-1:], key=lambda group: group.number)
        group.add(finding, sentence, line)
        known |= {key: group for key, all_of in ((sentence, group.sentences), (line, group.lines)) if len(all_of) == 1}
    return groups


def finding_lines(findings: Sequence[Finding], style: Style) -> list[str]:
    """The lines of findings that are told together (often one)."""
    colour = COLOUR[findings[0].severity]
    lines: list[str] = []
    for finding in _distinct(findings):
        lines += _header(finding, style)
    shown, hidden = findings[:MOST_PLACES], findings[MOST_PLACES:]
    marks = [Mark(f.at, snippet.advice(f.write), colour) for f in shown]
    notes = [Mark(at, note, "blue", "-") for note, at in findings[0].also]
    indent = snippet.gutter([*marks, *notes])
    below = _below(marks + notes, indent, style)
    for i, place in enumerate(snippet.places(marks) + snippet.places(notes)):
        lines += snippet.render(place, indent, style, first=i == 0)
    lines += below
    if hidden:
        lines += remark("also", ", ".join(str(f.at) for f in hidden), indent, style)
    for why in dict.fromkeys(f.why for f in findings if f.why):
        lines += remark("why", why, indent, style)
    return lines + remark("see", f"invoke explain {findings[0].id}", indent, style)


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    return list({f.message: f for f in findings}.values())


def _header(finding: Finding, style: Style) -> list[str]:
    name = f"{finding.severity}[{finding.id} {finding.slug}]"
    first, *rest = style.wrap(one_line(finding.message), f"{name}: ", "  ")
    painted = style.paint(name, COLOUR[finding.severity], "bold") + style.paint(first[len(name) :], "bold")
    return [painted, *(style.paint(line, "bold") for line in rest)]


def _below(marks: Iterable[Mark], indent: int, style: Style) -> list[str]:
    """Moves the labels that have no room beside their caret into lines of their own."""
    moved: dict[str, list[str]] = {}
    for mark in marks:
        if mark.label and not snippet.fits(mark, indent, style):
            label, mark.label = mark.label, ""
            is_note = mark.caret == "-"
            moved[label] = remark("note", label, indent, style) if is_note else hint(label, indent, style)
    return [line for lines in moved.values() for line in lines]


def hint(label: str, indent: int, style: Style) -> list[str]:
    """What to write or to do, in lines of its own: a block to copy when it has several lines."""
    text = label.removeprefix("write ")
    if "\n" in text.strip():
        return [*remark("write", "", indent, style), *block(text, " " * (indent + 4))]
    if text != label:
        return remark("write", text, indent, style)
    return remark("", label, indent, style)


def remark(name: str, text: str, indent: int, style: Style) -> list[str]:
    """``= why: ...``, wrapped on a terminal."""
    start = " " * (indent + 1) + "= "
    label = f"{name}: " if name else ""
    first, *rest = style.wrap(one_line(text), start + label, " " * len(start + label))
    said = first[len(start + label) :]
    return [style.paint(start, "blue") + style.paint(label if said else label.strip(), "bold") + said, *rest]


def check_lines(check: Check, style: Style) -> list[str]:
    """One check: its glyph and title, what was found, what to do about it."""
    glyph = hops.GLYPHS[check.status][style.ascii]
    width = 3 if style.ascii else 2
    mark = style.paint(f"{glyph:<{width}}", hops.COLOURS[check.status])
    told = one_line(check.title) + _detail(check)
    first, *rest = style.wrap(told, " " * width, " " * (width + 2))
    lines = [mark + first[width:], *rest]
    if check.status != "pass" and check.evidence:
        lines += [style.paint(line, "dim") for line in block(check.evidence, " " * (width + 2) + "| ")]
    if check.fix:
        lines += _fix(check.fix, " " * (width + 2), style)
    return lines


def _detail(check: Check) -> str:
    detail = one_line(check.detail)
    if check.status in ("skip", "unknown"):
        return f": not checked: {detail or 'no reason was given'}"
    return f": {detail}" if detail else ""


def _fix(fix: str, indent: str, style: Style) -> list[str]:
    label = style.paint("fix:", "bold")
    if "\n" in fix.strip():
        return [indent + label, *block(fix, indent + "  ")]
    return [f"{indent}{label} {one_line(fix)}"]


def sentence(report: Report) -> str:
    """The counts, in one line."""
    parts = [*_findings_part(report), *_not_shown(report), *_checks_part(report.checks), *_not_checked(report.checks)]
    return "; ".join(parts) or "nothing was checked"


def _findings_part(report: Report) -> list[str]:
    if not report.findings:
        return _good(report.summary)
    found = Counter(f.severity for f in report.findings)
    good = _good(report.summary) if set(found) == {"info"} else []
    names: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
    numbers = ", ".join(counted(found[severity], name) for severity, name in names.items() if found[severity])
    files = len({f.at.file for f in report.findings if not f.at.typed})
    places = [f"in {counted(files, 'file')}"] if files else []
    places += ["on the command line"] if any(f.at.typed for f in report.findings) else []
    return [*good, f"{numbers} {' and '.join(places)}"]


def _not_shown(report: Report) -> list[str]:
    hidden = len(set(report.findings)) - len(report.told)
    said = [f"{hidden} of them not shown (--severity {report.shown})"] if hidden else []
    return said + ([f"{len(report.ignored)} ignored"] if report.ignored else [])


def _good(summary: Mapping[str, object]) -> list[str]:
    """What a report without a mistake says: its result, or what was looked at."""
    if "result" in summary:
        return [str(summary["result"])]
    return [f"no mistake found in {about}"] if (about := _about(summary)) else []


def _about(summary: Mapping[str, object]) -> str:
    """What was looked at: what the command says of it, or the files, the stacks or the one stack of its summary."""
    if "about" in summary:
        return str(summary["about"])
    for name in ("file", "stack"):
        listed = summary.get(f"{name}s")
        if isinstance(listed, Sequence) and listed:
            return str(listed[0]) if len(listed) == 1 else f"{len(listed)} {name}s"
    if "guide" in summary and "environment" in summary:
        return f"{summary['guide']} -e {summary['environment']}"
    return ""


def _checks_part(checks: Sequence[Check]) -> list[str]:
    found = Counter(c.status for c in checks)
    asked = found["pass"] + found["fail"] + found["warn"]
    if not asked:
        return []
    if found["pass"] == asked:
        return [f"all {asked} checks passed" if asked > 1 else "the check passed"]
    parts = [f"{found['fail']} of {counted(asked, 'check')} failed"] if found["fail"] else []
    return parts + ([counted(found["warn"], "check") + " to look at"] if found["warn"] else [])


def _not_checked(checks: Sequence[Check]) -> list[str]:
    titles = list(dict.fromkeys(one_line(c.title) for c in checks if c.status in ("skip", "unknown")))
    return [f"{counted(len(titles), 'thing')} not checked{left.names(titles)}"] if titles else []


def _tone(report: Report) -> str:
    if report.verdict == "no":
        return "red"
    troubled = report.verdict == "unknown" or any(c.status in ("warn", "skip") for c in report.checks)
    return "yellow" if troubled or report.findings else "green"
