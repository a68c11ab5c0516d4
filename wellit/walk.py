"""A README that is a walk: what a person reads is what is run.

In a fence marked ``console`` the lines that begin with ``$ `` are run from the checkout's folder, and the lines under
each are what must come back; ``...`` stands for anything, alone on a line for any number of lines. A fence may say
``console sandbox`` or ``console cluster`` when it needs one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wellit import paths, process

_FENCE = re.compile(r"^```console(?: (?P<where>\w+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
STEP_SECONDS = 3600.0
SANDBOX = "walked"


@dataclass(frozen=True)
class Step:
    """One command of a README, the output that it promises, and where it stands."""

    command: str
    promised: str
    where: str  # "" anywhere, or sandbox, or cluster
    file: str
    line: int


@dataclass(frozen=True)
class Walked:
    """A step that was taken. `ok` when it ended well and what came back is what was promised."""

    step: Step
    ok: bool
    output: str


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


def take(
    step: Step, say: Callable[[str], None], *, run: process.Runner = process.run, env: dict[str, str] | None = None
) -> Walked:
    """Run one step and hold what came back against what was promised."""
    say(f"$ {step.command}")
    done = run(["sh", "-c", f"{step.command} 2>&1"], cwd=paths.ROOT, env=env, timeout=STEP_SECONDS)
    output = _COLOUR.sub("", done.out)
    expected_to_fail = step.command.rstrip().endswith("|| true")
    return Walked(step, (done.ok or expected_to_fail) and matches(step.promised, output), output)


def matches(promised: str, output: str) -> bool:
    """Whether `output` is what was promised; trailing blanks do not count."""
    if not promised.strip():
        return True
    pattern = "".join(_line_pattern(line.rstrip()) for line in promised.splitlines())
    given = "".join(line.rstrip() + "\n" for line in output.splitlines())
    return re.fullmatch(pattern, given) is not None


def _line_pattern(line: str) -> str:
    if line == "...":
        return r"(?:.*\n)*?"
    return ".*?".join(re.escape(part) for part in line.split("...")) + "\n"


def guide(name: str, say: Callable[[str], None], *, stays: bool = False) -> int:
    """Take every step of a guide's README that needs no cluster, in a sandbox of its own. Returns the exit code.

    With `stays` the sandbox is left up for the next walk. It also stays when a step fails, to be looked at.
    """
    for step in steps(paths.GUIDES / name / "README.md"):
        if stays and step.command.endswith("sandbox.down"):
            say(f"{step.file}:{step.line}: not run, the sandbox stays for the next walk: {step.command}")
            continue
        if step.where == "cluster":
            say(f"{step.file}:{step.line}: not run, it needs a cluster: {step.command}")
            continue
        walked = take(step, say, env={"WELLIT_SANDBOX": SANDBOX, "WELLIT_CACHE": str(paths.cache())})
        say(walked.output.rstrip())
        if not walked.ok:
            say(f"{step.file}:{step.line}: this is not what the README promises; promised was:\n{step.promised}")
            say(
                f"the sandbox stays, to be looked at: --sandbox={SANDBOX}; invoke sandbox.down --name {SANDBOX} ends it"
            )
            return 1
    return 0
