"""The steps of a README, and what each promises.

In a fence marked ``console`` the lines that begin with ``$ `` are run from the checkout's folder, and the lines under
each are what must come back; ``...`` stands for anything, alone on a line for any number of lines. A fence may say
``console sandbox`` or ``console cluster`` when it needs one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wellit import paths

_FENCE = re.compile(r"^```console(?: (?P<where>\w+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """One command of a README, the output that it promises, and where it stands."""

    command: str
    promised: str
    where: str  # "" anywhere, or sandbox, or cluster
    file: str
    line: int

    @property
    def stays(self) -> bool:
        """Whether it runs in the background, until the walk ends."""
        return self.command.rstrip().endswith("&")

    @property
    def may_fail(self) -> bool:
        return self.command.rstrip().endswith("|| true")

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def steps(readme: Path) -> list[Step]:
    """The steps of one README, in order."""
    text = readme.read_text(encoding="utf-8")
    return [step for fence in _FENCE.finditer(text) for step in _steps(fence, text, paths.shown(readme))]


def _steps(fence: re.Match[str], text: str, name: str) -> Iterator[Step]:
    first = text[: fence.start("body")].count("\n") + 1
    lines = fence["body"].splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        promised = "\n".join(lines[start + 1 : end]).strip("\n")
        yield Step(lines[start][2:], promised, fence["where"] or "", name, first + start)
