"""What the formats for machines share: a file below the repository's root, and a finding in a few lines."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from wellit.findings import Check, Finding, Location
from wellit.report.snippet import advice
from wellit.report.style import clean, one_line

_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def root() -> Path:
    """The root of the repository that one is in; the current folder when it is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def path(file: str, below: Path) -> str:
    """`file`, as a person types it, from the folder `below`, with forward slashes; whole when it is elsewhere."""
    whole = Path(os.path.normpath(Path.cwd() / Path(file).expanduser()))
    return whole.relative_to(below).as_posix() if whole.is_relative_to(below) else whole.as_posix()


def place(finding: Finding) -> Location | None:
    """Where to show a finding: its place, or the first further one in a file when that is in none."""
    return next((at for at in (finding.at, *(at for _, at in finding.also)) if at.in_file), None)


def lines(finding: Finding) -> list[str]:
    """What is wrong, what to write and why it matters, cleaned."""
    told = finding.message if finding.at.in_file else f"{finding.message} ({finding.at})"
    why = [f"why: {finding.why}"] if finding.why else []
    write = [clean(line) for line in advice(finding.write).split("\n")] if finding.write else []
    return [one_line(told), *write, *map(one_line, why)]


def check_line(check: Check) -> str:
    """A check in one line; one that was not made says so."""
    unmade = check.status in ("skip", "unknown")
    said = f"not checked: {check.detail or 'no reason was given'}" if unmade else check.detail
    return one_line(check.title + (f": {said}" if said else ""))


def dumps(document: Any) -> str:
    """JSON in which nothing can steer a terminal."""
    text = json.dumps(document, indent=2, ensure_ascii=False, default=str)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
