"""What translate prints. The JSON is an interface: schemas/translation.schema.json, version 1."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TextIO

import yaml

from wellit import report
from wellit.errors import unknown
from wellit.report.style import Style, cells, one_line
from wellit.translate.result import Fate, Item, Translation, joined, nested

VERSION = 1
NOT_CHECKED = "not checked, read in documentation only"
FATES: tuple[Fate, ...] = ("translated", "added", "kept", "differs", "none", "unknown")
_COLOUR = {"differs": "yellow", "none": "red", "unknown": "red"}
Render = Callable[[Sequence[Translation], Style], str]


def show(made: Sequence[Translation], name: str, out: TextIO | None = None) -> int:
    """Print translations to `out` (stdout); the exit code: 0 everything could be said, 1 something could not."""
    out = out or sys.stdout
    report.write(known(name)(made, Style.of(out)), out)
    return 0 if all(one.complete for one in made) else 1


def known(name: str) -> Render:
    """The format called `name`. Raises CannotAnswer when there is none."""
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    return FORMATS[name]


def text(made: Sequence[Translation], style: Style) -> str:
    """For people: the command, ready to paste, then what became of every word."""
    return "\n".join("\n".join(_one(each, style)) + "\n" for each in made)


def _one(made: Translation, style: Style) -> list[str]:
    title = f"{made.source.title} -> {made.target.title}" + (f", {made.place}" if made.place else "")
    lines = [style.paint(title, "bold"), "", *_command(made)]
    if made.options:
        lines += ["", style.paint(f"FILE.yaml, given with {made.file_flag}:", "bold")]
        written = yaml.safe_dump(nested(made.options), sort_keys=False, default_flow_style=False)
        lines += [f"  {line}" for line in written.splitlines()]
    for fate, heading in _headings(made).items():
        if items := made.of(fate):
            lines += ["", style.paint(f"{heading}:", "bold", *([_COLOUR[fate]] if fate in _COLOUR else []))]
            lines += _rows(items, style) if fate in ("translated", "added", "kept") else _told(items, style)
    tone = "green" if made.complete else "red"
    return [*lines, "", *(style.paint(line, tone, "bold") for line in style.wrap(_sentence(made)))]


def _command(made: Translation) -> list[str]:
    """As a shell takes it, or as a values file does when it came from one."""
    if not made.place:
        return [f"  {line}" if n == 0 else f"    {line}" for n, line in enumerate(made.lines)]
    spoken = [yaml.safe_dump(word, default_flow_style=True, width=10**6).splitlines()[0] for word in _words(made)]
    lines = ["  modelCommand: custom", f"  command: [{', '.join(made.target.command)}]", "  args:"]
    lines += [f"  - {word}" for word in spoken]
    if not made.variables:
        return lines
    env = yaml.safe_dump({"env": [{"name": name, "value": value} for name, value in made.variables]}, sort_keys=False)
    return lines + [f"  {line}" for line in env.splitlines()]


def _words(made: Translation) -> list[str]:
    return [word for group in made.words for word in group]


def _headings(made: Translation) -> dict[Fate, str]:
    source, target = made.source.title, made.target.title
    return {
        "translated": "translated",
        "added": f"added, because {source} does it unasked or {target} wants it said",
        "kept": "kept as it is",
        "differs": "not the same meaning, left out",
        "none": f"no equivalent in {target}, left out",
        "unknown": f"not understood by {source}, left out",
    }


def _rows(items: Sequence[Item], style: Style) -> list[str]:
    """What is written now, what it was, and a remark."""
    width = max((cells(one_line(item.now)) for item in items if cells(item.now) <= 48), default=0)
    rows = []
    for item in items:
        now = one_line(item.now) or "-"
        was = f"was {one_line(item.was)}" if item.was and item.was != item.now else ""
        remark = "; ".join(filter(None, [was, one_line(item.why), "" if item.checked else NOT_CHECKED]))
        start = f"  {now}{' ' * max(0, width - cells(now))}  "
        rows += style.wrap(remark, start, " " * 6) if remark else [start.rstrip()]
    return rows


def _told(items: Sequence[Item], style: Style) -> list[str]:
    """What is left out, and why, in a line below it."""
    rows = []
    for item in items:
        rows.append(f"  {one_line(item.was)}")
        why = "; ".join(filter(None, [one_line(item.why), "" if item.checked else NOT_CHECKED]))
        rows += style.wrap(why, "      ", "      ")
    return rows


def _sentence(made: Translation) -> str:
    found = Counter(item.fate for item in made.items)
    said: dict[Fate, str] = {
        "translated": "translated",
        "added": "added",
        "kept": "kept",
        "differs": "with another meaning",
        "none": "without an equivalent",
        "unknown": "not understood",
    }
    return ", ".join(f"{found[fate]} {words}" for fate, words in said.items() if found[fate]) or "nothing was said"


def document(made: Sequence[Translation], _: Style) -> str:
    """For programs."""
    found = Counter(item.fate for one in made for item in one.items)
    whole = {
        "version": VERSION,
        "command": "translate",
        "verdict": "ok" if all(one.complete for one in made) else "no",
        "translations": [_document(one) for one in made],
        "summary": {fate: found[fate] for fate in FATES},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _document(made: Translation) -> dict[str, Any]:
    names = ("fate", "was", "now", "why", "checked")
    return {
        "from": made.source.name,
        "to": made.target.name,
        "place": made.place,
        "environment": made.environment,
        "words": made.command,
        "shell": " ".join([*made.environment, joined(made.command)]),
        "fileFlag": made.file_flag,
        "file": nested(made.options),
        "arguments": [{name: getattr(item, name) for name in names} for item in made.items],
    }


FORMATS: dict[str, Render] = {"text": text, "json": document}
