"""The words with which each kind of parser refuses."""

from __future__ import annotations

from wellit.flags.data import Line
from wellit.flags.reading import Problem

_CLICK = {
    "unknown": "No such option: {about}",
    "no-value": "Option '{about}' requires an argument.",
    "not-a-switch": "Option '{flag}' does not take a value.",
    "type": "Invalid value for '{flag}': '{about}' is not a valid {kind}.",
    "choice": "Invalid value for '{flag}': '{about}' is not one of its choices.",
    "surplus": "Got unexpected extra argument ({about})",
    "joined": "No such option: {about}",
}
_ARGPARSE = {
    "unknown": "unrecognized arguments: {about}",
    "ambiguous": "ambiguous option: {about} could match {several}",
    "no-value": "argument {flag}: expected {count} argument",
    "not-a-switch": "argument {flag}: ignored explicit argument '{about}'",
    "type": "argument {flag}: invalid {kind} value: '{about}'",
    "choice": "argument {flag}: invalid choice: '{about}'",
    "surplus": "unrecognized arguments: {about}",
    "joined": "unrecognized arguments: {about}",
}
_PFLAG = {
    "unknown": "unknown flag: {about}",
    "no-value": "flag needs an argument: {flag}",
    "type": 'invalid argument "{about}" for "{flag}" flag',
    "joined": "unknown flag: {about}",
}
_GOFLAG = {
    "unknown": "flag provided but not defined: -{bare}",
    "no-value": "flag needs an argument: -{bare}",
    "type": 'invalid value "{about}" for flag -{bare}',
}
_WORDS = {"argparse": _ARGPARSE, "click": _CLICK, "pflag": _PFLAG, "goflag": _GOFLAG}


def says(line: Line, problem: Problem) -> str:
    """What the program says when it ends, as a clause: ends with 2: unrecognized arguments: --x."""
    if problem.kind == "unknown" and "unknown" in line.style:
        return str(line.style["unknown"])
    told = message(line, problem)
    return f"it ends with 2: {told}" if told else "it ends at once"


def message(line: Line, problem: Problem) -> str:
    """The program's own words; "" when they are not known."""
    words = _WORDS[line.style["parser"]].get(problem.kind, "")
    flag = problem.flag.name if problem.flag else problem.about
    kind = problem.flag.kind if problem.flag else ""
    count = "at least one" if problem.flag and problem.flag.data.get("nargs") == "+" else "one"
    return words.format(about=problem.about, flag=flag, kind=kind, several=", ".join(problem.several), count=count,
                        bare=flag.lstrip("-"))  # fmt: skip
