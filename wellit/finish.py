"""What the flags of validate do with its report: --fix mends files, --fail-on and --severity lay limits on it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wellit import errors, fix
from wellit.cli import asker
from wellit.findings import SEVERITIES, Report
from wellit.report import write
from wellit.report.style import Style


def finishing(given: dict[str, Any], fmt: str) -> Callable[[Callable[[], Report]], Report]:
    """Takes what judges to the report that is shown, as the flags say. Raises CannotAnswer for a word they do not know.

    Asked before the work, not after it.
    """
    for flag in ("fail_on", "severity"):
        if given[flag] not in SEVERITIES:
            raise errors.unknown(f"--{flag.replace('_', '-')}", given[flag], SEVERITIES)

    def shown(judge: Callable[[], Report]) -> Report:
        report = _mended(given, judge, fmt) if given["fix"] else judge()
        return replace(report, fail_on=given["fail_on"], shown=given["severity"])

    return shown


def _mended(given: dict[str, Any], judge: Callable[[], Report], fmt: str) -> Report:
    """What is left after the edits of the findings were shown, asked about and written."""
    out = sys.stdout if fmt == "text" else sys.stderr
    style = Style.of(out)
    return fix.mend(judge, given["file"], lambda text: write(text + "\n\n", out), style, asker(given["yes"]))
