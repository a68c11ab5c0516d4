"""Launch: a stack of the cluster's own values, as processes of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wellit import validate
from wellit.compose import Choice, Stack
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.launch import checks, machine, show, state, surroundings
from wellit.launch.facts import Local, facts
from wellit.launch.plan import plan
from wellit.launch.planned import Options, Plan, Process, Programs
from wellit.launch.run import Run, run
from wellit.launch.state import Launched
from wellit.render import Rendered
from wellit.say import Say
from wellit.seen.graph import Graph, graphs

COMMAND = "launch"
COULD_NOT_START = 2


@dataclass(frozen=True)
class Asked:
    """What is asked for beside the stack: more words for the workers, traces, and for how many seconds to wait.

    `smoke` asks what runs for all that it promises, and all is stopped when it has. `programs` are others than those
    that the stack names.
    """

    words: tuple[str, ...] = ()
    traces: bool = False
    timeout: float = 1800.0
    smoke: Callable[[Launched], Report] | None = None
    programs: Programs | None = None
    known: Callable[[Process, Sequence[str]], str] = lambda _process, _lines: ""


@dataclass(frozen=True)
class Outcome:
    """What is to be shown, and the exit code: 2 where it could not be started."""

    report: Report
    code: int


def launch(choice: Choice, asked: Asked, say: Say) -> Outcome:
    """Validate, look at this machine, start, and stay until it ends.

    Raises what validate and run raise, and CannotAnswer for a stack that is no graph or that runs already.
    """
    validated = validate.stack(choice, say, command=COMMAND)
    report, stack, rendered = validated.report, validated.stack, validated.rendered
    if report.exit_code or stack is None or rendered is None:
        return Outcome(report, report.exit_code or COULD_NOT_START)
    graph = _graph(stack, rendered)
    with state.hold(f"{graph.name}-{stack.environment}") as folder:
        return _launch(stack, graph, folder, asked, report, say)


def _launch(stack: Stack, graph: Graph, folder: Path, asked: Asked, report: Report, say: Say) -> Outcome:
    environment = surroundings.passed_on(os.environ)
    traces = environment.get(facts()["traces"]["variable"]) or facts()["traces"]["default"]
    options = Options(folder, after=asked.words, traces=traces if asked.traces else "")
    planned = plan(folder.name, graph, Local.of(stack.values["local"]), options, asked.programs, environment)
    found = machine.look(planned, environment)
    report.add(checks.checks(planned, found))
    if report.exit_code:
        return Outcome(report, COULD_NOT_START)
    placed = planned.on(checks.pool(planned, found) or ())
    for line in show.lines(placed, environment):
        say(line)
    for check in report.checks:
        if check.status == "warn":
            say(f"warning[{check.id}]: {check.detail}\n  = write: {check.fix}")
    launched = _launched(stack, placed, found)
    told = run(Run(placed, launched, folder, environment, asked.timeout, asked.smoke, asked.known))
    return Outcome(told or report, (told or report).exit_code)


def _launched(stack: Stack, planned: Plan, found: machine.Machine) -> Launched:
    installed = {name: version for one in found.programs.values() for name, version in one.versions.items() if version}
    return Launched(
        planned.name, stack.name, stack.environment, planned.model, planned.url, os.getpid(),
        versions={"dynamo": planned.version, **installed},
    )  # fmt: skip


def _graph(stack: Stack, rendered: Rendered) -> Graph:
    found = next(graphs(validate.subject_of(stack, rendered)), None)
    if found is None:
        raise CannotAnswer(
            f"{stack.name} is not run as processes: it has parts that work on Kubernetes alone",
            why="launch starts what a DynamoGraphDeployment has: a frontend and workers",
            write="invoke launch -g dynamo-sglang -e agg",
        )
    return found
