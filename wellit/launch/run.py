"""Runs a plan: starts its processes, says when a chat is answered, and ends all of them when one ends or is told to.

Which process ended, and how, is told, with what it said last. Nothing is left of any.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from wellit.errors import Interrupted, Refused
from wellit.findings import Report
from wellit.launch import ready, show, state, surroundings
from wellit.launch.ending import Ending
from wellit.launch.facts import facts
from wellit.launch.logs import Logs
from wellit.launch.planned import Plan, Process
from wellit.launch.state import Launched
from wellit.overrides import masked_words
from wellit.paths import shown
from wellit.process.together import Kept, Together

DEAF = "did not heed TERM, and was killed"
TOLD = 15  # last lines of a process that ended
SECRET = ("TOKEN", "SECRET", "PASSWORD", "KEY")
T = TypeVar("T")
# What the last lines of an engine's process mean, and what mends it; "" for what is not known.
Known = Callable[[Sequence[str], str], tuple[str, str]]


def nothing_known(_lines: Sequence[str], _engine: str) -> tuple[str, str]:
    return "", ""


@dataclass(frozen=True)
class Run:
    """What is run and how: for how many seconds a first answer is waited for, what is done when it is there.

    `smoke` asks what runs for all that it promises, and all is stopped when it has. `known` says what is known of the
    last lines of a process of an engine. `line` is whether stdout gets the line with which to ask it.
    """

    plan: Plan
    launched: Launched
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    timeout: float
    smoke: Callable[[Launched], Report] | None = None
    known: Known = nothing_known
    line: bool = True


def run(asked: Run) -> Report | None:
    """Run it in the foreground. Returns what its smoke found; without one it never ends by itself.

    Raises Refused when a process ends, or when nothing is answered in time, Interrupted on Ctrl-C and TERM,
    CannotAnswer when a process cannot be started.
    """
    discovery = asked.folder / "kv"
    shutil.rmtree(discovery, ignore_errors=True)
    try:
        discovery.mkdir(parents=True)
    except OSError as problem:
        raise state.unwritten(discovery, problem) from problem
    try:
        return asyncio.run(_run(asked))
    finally:
        shutil.rmtree(discovery, ignore_errors=True)


async def _run(asked: Run) -> Report | None:
    together = Together(asked.plan.local.grace)
    names = [process.name for process in asked.plan.processes]
    with Ending(together.kill) as ending:
        logs = Logs(asked.folder, names, sys.stderr, lambda: ending.ask("nobody reading on"), facts()["unshown"])
        if asked.smoke:
            logs.hush()
        try:
            async with together:
                try:
                    return await _watched(asked, together, ending, logs)
                finally:
                    logs.hush()  # what they say while they are stopped would hide why
        except _Died as died:
            raise _told(died, asked, logs) from None
        finally:
            for child in together.killed:
                logs.show(f"{child.name} was killed, as asked" if ending.hurried else f"{child.name} {DEAF}")
            logs.close()


async def _watched(asked: Run, together: Together, ending: Ending, logs: Logs) -> Report | None:
    watch = _Watch(together, ending, logs)
    launched = await _started(asked, together, ending, logs)
    try:
        answered = await watch.until(ready.wait(asked.plan, logs.show), asked.timeout)
    except _Died as died:
        raise _Died(died.name, died.code, "before a chat was answered") from None
    if answered is None:
        raise await _late(asked, logs)
    launched = replace(launched, ready=True)
    state.write(launched)
    show.ready(answered, logs.show)
    if asked.smoke:
        report = await watch.until(asyncio.to_thread(asked.smoke, launched))
        if report and not report.exit_code:
            state.write(launched.ended_by("its smoke, which found nothing wrong"))
        return report
    show.to_ask(asked.plan, logs.show, line=asked.line)
    try:
        await watch.until(asyncio.Event().wait())
    except Interrupted:
        state.write(launched.ended_by(ending.asked.result()))
        raise
    return None


async def _started(asked: Run, together: Together, ending: Ending, logs: Logs) -> Launched:
    """Start all of it, and write down what runs. Raises CannotAnswer."""
    passed_on = surroundings.passed_on(asked.environment)
    running = []
    for process in asked.plan.processes:
        if ending.asked.done():
            break
        child = await together.start(
            process.argv, env={**passed_on, **process.environment}, name=process.name, on_line=logs.of(process.name)
        )
        running.append(_state(asked.plan, process, child, logs))
    launched = replace(asked.launched, processes=tuple(running))
    state.write(launched)
    return launched


def _state(plan: Plan, process: Process, child: Kept, logs: Logs) -> state.Process:
    said = {name: value for name, value in process.environment.items() if not any(word in name for word in SECRET)}
    return state.Process(
        process.name, process.role, child.pid, str(logs.files[process.name]), plan.system_url(process), process.ports,
        ",".join(process.devices), tuple(masked_words(process.argv)), said,
    )  # fmt: skip


class _Died(Exception):
    """A process ended by itself. `code` is negative for a signal."""

    def __init__(self, name: str, code: int, when: str = "after a chat had been answered") -> None:
        super().__init__(name)
        self.name, self.code, self.when = name, code, when


class _Watch:
    """Waits for something while the processes run."""

    def __init__(self, together: Together, ending: Ending, logs: Logs) -> None:
        self._together, self._ending, self._logs = together, ending, logs

    async def until(self, work: Awaitable[T], timeout: float | None = None) -> T | None:
        """What `work` gives; None when it has not after `timeout` seconds.

        Raises _Died when a process ends before, Interrupted when it is asked to end.
        """
        doing = asyncio.ensure_future(work)
        first = asyncio.ensure_future(self._together.first())
        waited: set[asyncio.Future[Any]] = {doing, first, self._ending.asked}
        try:
            await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if self._ending.asked.done():
                self._logs.show("stopping all of them; a second Ctrl-C kills them at once")
                raise Interrupted(f"ended by {self._ending.asked.result()}; none of its processes is left")
            if first.done():
                child, code = first.result()
                raise _Died(child.name, code)
            return doing.result() if doing.done() else None
        finally:
            doing.cancel()
            first.cancel()


def _told(died: _Died, asked: Run, logs: Logs) -> Refused:
    """What is to be said of a process that ended, when the others have been stopped."""
    process = next(one for one in asked.plan.processes if one.name == died.name)
    last = logs.last(died.name)
    logs.show_last(died.name, TOLD)
    engine = process.component.engine
    means, mends = asked.known(last, engine.name if engine else "")
    all_of_it = f"all that it said is in {shown(logs.files[died.name])}"
    return Refused(
        f"{died.name} ended by itself {died.when}: {ended(died.code)}; the others were stopped",
        why=means, write=f"{mends}; {all_of_it}" if mends else all_of_it,
    )  # fmt: skip


def ended(code: int) -> str:
    """How a process ended, by its own exit code or by the signal that ended it."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-code).name} ({-code})"
    return f"signal {-code}"


async def _late(asked: Run, logs: Logs) -> Refused:
    missing = await ready.missing(asked.plan)
    if asked.smoke:  # the screen has nothing of it, and where CI runs it the files are soon gone
        for process in asked.plan.processes:
            logs.show_last(process.name, TOLD)
    return Refused(
        f"no chat was answered within {asked.timeout:.0f} s: {missing}",
        why="all of it was stopped",
        write=f"--timeout SECONDS waits longer; what each process said is in {shown(asked.folder)}",
    )
