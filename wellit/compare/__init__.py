"""invoke compare: the difference of two stacks by meaning, not by text.

    sides        what the two words name, read into objects: rendered, live, or what a chart would make of values
    describe     objects -> facts under neutral names, by role (Description)
    difference   two descriptions -> lines (pure), with what matters (matters) and the setting that aligns (align)
    text, json   the answer

A and B go through the same reader, so that what helm, a chart or the API server adds by itself is on both sides.
"""

from __future__ import annotations

import sys

from wellit.compare import align, json, sides, text
from wellit.compare.difference import Comparison, compare
from wellit.compare.sides import Asked
from wellit.report import write
from wellit.report.style import Style

__all__ = ["Asked", "Comparison", "show", "stacks"]


def stacks(a: str, b: str, asked: Asked) -> Comparison:
    """Read both sides and compare them. Raises CannotAnswer when one of them cannot be read."""
    found = compare(sides.read(a, asked), sides.read(b, asked))
    ours = b if found.b.stack else a
    return align.aligned(found, lambda axes: sides.again(ours, asked, axes))


def show(found: Comparison, fmt: str, *, everything: bool) -> int:
    """Print the comparison on stdout. Returns its exit code."""
    style = Style.of(sys.stdout)
    write(json.render(found) if fmt == "json" else text.render(found, style, everything=everything), sys.stdout)
    return found.exit_code
