"""What a sandbox has only when it is asked for: brought in by name, kept up with it, gone with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from wellit.errors import unknown
from wellit.sandbox import kserve
from wellit.sandbox.model import Sandbox
from wellit.say import Say


class Part(Protocol):
    """One of them."""

    @property
    def PROGRAMS(self) -> tuple[str, ...]: ...
    def title(self) -> str: ...
    def fetch(self, say: Say) -> None: ...
    def put(self, sandbox: Sandbox, have: Mapping[str, Path], say: Say) -> Sandbox: ...
    def problem(self, sandbox: Sandbox) -> str: ...
    def words(self, sandbox: Sandbox) -> str: ...


PARTS: Mapping[str, Part] = {"kserve": kserve}


def check(names: Iterable[str]) -> tuple[str, ...]:
    """The names, when each is a part. Raises CannotAnswer."""
    for name in names:
        if name not in PARTS:
            raise unknown("part of a sandbox", name, PARTS)
    return tuple(dict.fromkeys(names))


def programs(names: Iterable[str]) -> list[str]:
    """The programs that they need."""
    return [program for name in names for program in PARTS[name].PROGRAMS]


def fetch(names: Iterable[str], say: Say) -> None:
    """Download what they consist of, the first time."""
    for name in names:
        PARTS[name].fetch(say)


def put(sandbox: Sandbox, names: Iterable[str], have: Mapping[str, Path], say: Say) -> Sandbox:
    """Bring them into a running sandbox that the caller has locked. What is there already stays as it is."""
    for name in names:
        sandbox = PARTS[name].put(sandbox, have, say)
    return sandbox


def problem(sandbox: Sandbox) -> str:
    """What is wrong with the parts that it has; empty for nothing."""
    return "; ".join(filter(None, (PARTS[name].problem(sandbox) for name in sandbox.parts)))
