"""What a command prints: the result on stdout in the format that was asked for, errors on stderr.

A format is one line in FORMATS; ``--format`` takes those names and no other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TextIO

from wellit.errors import WellitError, unknown
from wellit.findings import Report
from wellit.report.style import Style

DEFAULT = "text"


def _text(report: Report, style: Style) -> str:
    from wellit.report import text

    return text.render(report, style)


def _module(name: str) -> Format:
    """A format for programs, whose module is read when it is asked for."""

    def render(report: Report, _: Style) -> str:
        made: str = import_module(f"{__name__}.{name}").render(report)
        return made

    def error(problem: WellitError, command: str) -> str:
        made: str = import_module(f"{__name__}.{name}").render_error(problem, command)
        return made

    return Format(render, error)


@dataclass(frozen=True)
class Format:
    """How a report is rendered. `error` renders a failure for stdout, where a program waits for a document."""

    render: Callable[[Report, Style], str]
    error: Callable[[WellitError, str], str] | None = None


FORMATS = {
    "text": Format(_text),
    **{name: _module(name) for name in ("json", "sarif", "junit", "github")},
}


def known(name: str) -> Format:
    """The format called `name`. Raises CannotAnswer when there is none; ask before the work, not after it."""
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    return FORMATS[name]


def render(report: Report, name: str = DEFAULT, style: Style | None = None) -> str:
    """The report in one format; the plain style unless told otherwise."""
    return known(name).render(report, style or Style())


def show(report: Report, name: str = DEFAULT, out: TextIO | None = None) -> int:
    """Print the report to `out` (stdout) and return the exit code, which does not depend on the format."""
    out = out or sys.stdout
    write(render(report, name, Style.of(out)), out)
    return report.exit_code


def write(text: str, stream: TextIO) -> None:
    """Write and flush; a character that the stream cannot encode becomes a question mark."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()
