"""What `invoke tools` prints."""

from __future__ import annotations

import os
from collections.abc import Callable

from wellit.paths import cache, shown
from wellit.tools.get import ensure
from wellit.tools.shown import Shown, cache_size, clean, installed

USER_TOOLS = ("helm", "helmfile", "kubectl")


def text() -> str:
    """Every program, with its version, where it comes from and its size."""
    rows = [("program", "version", "from", "size"), *(_row(tool) for tool in installed())]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    notes = [f"{tool.name}: {tool.note}" for tool in installed() if tool.note]
    return "\n".join([*lines, "", f"The cache {shown(cache())} takes {_size(cache_size())}.", *notes])


def cleaned() -> str:
    """Remove what was built, and say how much room that made."""
    return f"{_size(clean())} set free in {shown(cache())}"


def search_path(say: Callable[[str], None]) -> str:
    """A PATH on which helm, helmfile and kubectl are found, built when they are missing."""
    programs = ensure(USER_TOOLS, say).values()
    # The cache's folders first, they hold one program each: a folder of PATH may hold a copy that will not do.
    cached_first = sorted(programs, key=lambda program: cache() not in program.parents)
    folders = dict.fromkeys(str(program.parent) for program in cached_first)
    return os.pathsep.join([*folders, os.environ.get("PATH", "")])


def _row(tool: Shown) -> tuple[str, str, str, str]:
    return (tool.name, tool.version, tool.origin, _size(tool.size))


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
