"""The picker's command line: what the values give it, what the chart adds, and what its release makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from wellit import flags
from wellit.capabilities import Contract, Unknown
from wellit.flags import Answer, Problem
from wellit.node import Node, spoken
from wellit.seen.inferencepool import Pool


@dataclass(frozen=True)
class Said:
    """One problem of a flag that the values give: its name without dashes, and the place of its value."""

    problem: Problem
    name: str
    node: Node


def ask(picker: Contract, words: list[str]) -> Answer | Unknown:
    """What the picker's release makes of words; llm-d's releases say which one of upstream they are built on."""
    return flags.ask("picker" if "gaie" in picker else "picker-gaie", picker.version, words)


def given(pool: Pool, picker: Contract) -> list[Said] | Unknown:
    """What is wrong with the flags that the values give, each asked alone: after some, no more are read."""
    found: list[Said] = []
    for name, node in pool.flags.items():
        answer = ask(picker, [f"--{name}", word(node)])
        if isinstance(answer, Unknown):
            return answer
        found += [Said(problem, name, node) for problem in answer.problems]
    return found


def added(pool: Pool, picker: Contract) -> list[str]:
    """The flags that the chart always passes, and the release does not know."""
    unknown = []
    for name in pool.facts.get("pickerFlags", ()):
        answer = ask(picker, [f"--{name}=$(VALUE)"])
        if not isinstance(answer, Unknown) and any(problem.kind == "unknown" for problem in answer.problems):
            unknown.append(name)
    return unknown


def unknown_flag(picker: Contract, name: str) -> str:
    """What a release says to a flag that it does not know."""
    answer = ask(picker, [])
    old = not isinstance(answer, Unknown) and answer.line.style["parser"] == "goflag"
    said = f"flag provided but not defined: -{name}" if old else f"unknown flag: --{name}"
    return f"the picker exits, again and again: {said}"


def word(node: Node) -> str:
    """A value as the chart writes it on the command line."""
    return "" if node.value is None else spoken(node.value)
