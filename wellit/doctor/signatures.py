"""What programs are known to say when something is wrong (signatures.yaml)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wellit import refusals, remembered
from wellit.doctor.sight import STAMP, Heard
from wellit.refusals import Refusal

FILE = Path(__file__).with_name("signatures.yaml")
TRACE = re.compile(r',"stacktrace":"(?:[^"\\]|\\.)*"')
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LINE = 300  # characters of a log line that are shown


@dataclass(frozen=True)
class Said:
    """A line of a log that is known. `check` is "" when it is about the program's own staying up.

    `graph` is the check of a stack of Dynamo that it belongs to, "" when it is none's.
    """

    line: str
    means: str
    write: str
    check: str = ""
    slow: bool = False
    late: bool = False
    graph: str = ""


@functools.cache
def data() -> Mapping[str, Any]:
    read: Mapping[str, Any] = remembered.data(FILE)
    return read


def known(log: str, of: str, engine: str = "") -> list[Said]:
    """What is known of a log, each thing once: what ends a program before the rest, then as the file has it."""
    lines = plain(log)
    found = [said for one in data()["logs"] if _is_of(one, of, engine) and (said := _last(one, lines))]
    return sorted(found, key=lambda said: (said.slow, said.late))


def of_graph(log: str, engine: str = "") -> list[Said]:
    """What is known of the log of a process of Dynamo's, its engine's words among them: what ends it first."""
    own = known(log, "dynamo")
    told = {one.line for one in own}  # of those it knows better
    found = [*own, *(one for one in known(log, "engine", engine) if one.line not in told)]
    return sorted((one for one in dict.fromkeys(found) if one.graph), key=lambda one: (one.late, one.slow))


def meaning(lines: Sequence[str], engine: str = "") -> tuple[str, str]:
    """(what it means, what mends it) of the last lines of a process that ended; two empty words when not known."""
    log = "\n".join(lines)
    ends = [said for said in known(log, "engine", engine) if not said.slow and not said.check]
    found = [said for said in (*of_graph(log, engine), *ends) if not said.slow and not said.late]
    return (found[0].means, found[0].write) if found else ("", "")


def plain(log: str) -> list[str]:
    """The lines of a log without colours, stamps of the container runtime, and where in a program they were said."""
    return [line for line in COLOUR.sub("", TRACE.sub("", STAMP.sub("", log))).splitlines() if line.strip()]


def tail(log: str, count: int = 5) -> str:
    """The last lines, cut to a readable width."""
    return "\n".join(line[:LINE] for line in plain(log)[-count:])


def exit_words(code: int) -> str:
    """What a number means that a program ended with."""
    words: str = data()["exits"].get(code, f"it ended with {code}")
    return words if str(code) in words else f"{words} ({code})"


def conditions() -> Mapping[str, list[str]]:
    """The conditions of an LLMInferenceService that may be False, and the checks that explain each."""
    known_conditions: Mapping[str, list[str]] = data()["conditions"]
    return known_conditions


def rule_checks() -> Mapping[str, str]:
    """The check of doctor that a rule's finding belongs to."""
    known_rules: Mapping[str, str] = data()["rules"]
    return known_rules


def answer(heard: Heard) -> Refusal:
    """What is known of an answer that is none."""
    return refusals.of(heard.status, heard.text) or Refusal("", "", "")


def _is_of(one: Mapping[str, Any], of: str, engine: str) -> bool:
    whose = [one["of"]] if isinstance(one["of"], str) else one["of"]
    return bool({of, "any"} & {*whose}) and (not engine or engine in one.get("names", [engine]))


def _last(one: Mapping[str, Any], lines: Sequence[str]) -> Said | None:
    pattern = re.compile(one["says"])
    for line in reversed(lines):
        if found := pattern.search(line):
            groups = ["", *(group or "" for group in found.groups())]
            means, write = (_filled(one[key], groups) for key in ("means", "write"))
            kind = {"slow": bool(one.get("slow")), "late": bool(one.get("late"))}
            return Said(line[:LINE], means, write, one.get("check", ""), graph=one.get("graph", ""), **kind)
    return None


def _filled(text: str, groups: Iterable[str]) -> str:
    return " ".join(
        text.format(*[group.strip().rstrip(",.") if len(group) < LINE else group[:LINE] for group in groups]).split()
    )
