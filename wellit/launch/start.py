"""Launch: a stack of the cluster's own values, as processes of this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from wellit import catalogue, configfile, validate
from wellit.compose import Choice, Stack
from wellit.configfile import Asked as ConfigFile
from wellit.errors import CannotAnswer
from wellit.findings import Check, Report
from wellit.launch import checks, given, machine, model, show, state, surroundings
from wellit.launch.facts import Local, facts
from wellit.launch.machine import Machine
from wellit.launch.mock import ready
from wellit.launch.mocked import Mocked
from wellit.launch.plan import plan
from wellit.launch.planned import Options, Plan, Programs, Real
from wellit.launch.run import Known, Run, nothing_known, run
from wellit.launch.state import Launched
from wellit.report import text
from wellit.report.style import Style
from wellit.say import Say
from wellit.seen import neutral
from wellit.seen.graph import Graph, graphs
from wellit.subject import Subject
from wellit.validate import subjects
from wellit.weights import Estimate, estimate

COMMAND = "launch"
COULD_NOT_START = 2


@dataclass(frozen=True)
class Asked:
    """What is asked for beside the stack.

    `words` are more words for the workers, `timeout` is how many seconds a first answer is waited for. `smoke` asks
    what runs for all that it promises, and all is stopped when it has. `known` tells what last lines mean, and `line`
    is whether stdout gets the line with which to ask it.
    """

    words: tuple[str, ...] = ()
    config: ConfigFile | None = None
    mock: bool = False
    traces: bool = False
    timeout: float = 1800.0
    smoke: Callable[[Launched], Report] | None = None
    known: Known = nothing_known
    line: bool = True


@dataclass(frozen=True)
class Outcome:
    """What is to be shown, and the exit code: 2 where it could not be started."""

    report: Report
    code: int


def launch(choice: Choice, asked: Asked, say: Say) -> Outcome:
    """Validate, look at this machine, start, and stay until it ends.

    Raises what validate and run raise, and CannotAnswer for a stack that is no graph or that runs already.
    """
    _only_graphs(choice.guide)
    validated = validate.stack(choice, say, command=COMMAND)
    report, stack, rendered = validated.report, validated.stack, validated.rendered
    if report.exit_code == 1 or stack is None or rendered is None:
        return Outcome(report, report.exit_code or COULD_NOT_START)
    subject = _with_more(subjects.subject_of(stack, rendered), asked, report)
    graph = next(graphs(subject), None) if subject else None
    if graph is None and not report.exit_code:
        why = "what was rendered has no graph of Dynamo"
        return _not_started(report, stack, [Check("WL856", "all of it can run on one machine", "fail", why)])
    if report.exit_code == 1 or graph is None:
        return Outcome(report, report.exit_code)
    with state.hold(f"{graph.name}-{stack.environment}") as folder:
        return _Launch(stack, graph, folder, asked, report, say).all()


def _not_started(report: Report, stack: Stack, checks: Iterable[Check] = ()) -> Outcome:
    report.add(checks)
    report.summary["result"] = f"{stack.name} -e {stack.environment} was not started"
    return Outcome(report, COULD_NOT_START)


def guides() -> list[str]:
    """The guides whose stacks one machine can run without Kubernetes."""
    return [name for name in catalogue.guide_names() if catalogue.way_of(catalogue.guide_source(name)).processes]


def _only_graphs(guide: str) -> None:
    """Raises CannotAnswer for a guide whose stacks are more than processes."""
    able = guides()
    if guide in catalogue.guide_names() and guide not in able:
        way = catalogue.way_of(catalogue.guide_source(guide))
        raise CannotAnswer(
            f"{guide} cannot be launched: it is made in the way {way.name}, of parts that need Kubernetes",
            why="launch starts what one machine can run without it: a frontend and workers",
            write=" or ".join(f"invoke launch -g {name}" for name in able),
        )


def _with_more(subject: Subject, asked: Asked, report: Report) -> Subject | None:
    """The subject with the config file's words and those after ``--``; what is to be said of them is reported.

    None when the file cannot be laid under them.
    """
    whole = subject
    if asked.config:
        laid = configfile.laid_over(subject, asked.config)
        report.add([*laid.findings, *laid.checks])
        if laid.stops:
            return None
        whole = laid.subject
    whole = given.with_words(whole, asked.words)
    if whole is not subject:
        known = {*report.findings}
        report.add(one for one in validate.judge(whole) if one not in known and not isinstance(one, Check))
    return whole


@dataclass(frozen=True)
class _Launch:
    stack: Stack
    graph: Graph
    folder: Path
    asked: Asked
    report: Report
    say: Say

    def all(self) -> Outcome:
        environment = surroundings.passed_on(os.environ)
        programs: Programs = Mocked() if self.asked.mock else Real()
        local = Local.of(self.stack.values["local"])
        options = Options(self.folder, _collector(environment) if self.asked.traces else "")
        planned = plan(self.folder.name, self.graph, local, options, programs, environment)
        if self.asked.mock and not planned.unfit:
            ready.ensure(self.say)
        found = machine.look(planned, environment)
        self.report.add([*checks.checks(planned, found), *self.of_model(environment)])
        pool = checks.pool(planned, found) if planned.gpus else []
        if pool is None or any(check.status == "fail" for check in self.report.checks):
            return _not_started(self.report, self.stack)
        placed = planned.on(pool)
        self.tell(programs, show.lines(placed, environment, self.folder))
        running = Run(
            placed, self.launched(placed, found), self.folder, environment, self.asked.timeout, self.asked.smoke,
            self.asked.known, self.asked.line,
        )  # fmt: skip
        told = run(running) or self.report
        return Outcome(told, told.exit_code)

    def of_model(self, environment: dict[str, str]) -> list[Check]:
        """What is to be said of the model, before an engine looks for it."""
        name = next((said.value for one in self.graph.workers if (said := neutral.told(one, "model"))), "")
        if self.asked.mock:
            return []
        size = self.stack.values["model"].get("weights")
        return model.checks(name, environment, size=Estimate(size, "model.weights says so") if size else estimate(name))

    def tell(self, programs: Programs, lines: Iterable[str]) -> None:
        """What will be started, and what is to be known before."""
        for finding in self.report.told:
            for line in text.finding_lines([finding], Style.of(sys.stderr)):
                self.say(line)
        for line in lines:
            self.say(line)
        if isinstance(programs, Mocked):
            for line in programs.told(self.graph):
                self.say(line)
        named = {"warn": "warning", "unknown": "not checked"}
        for check in self.report.checks:
            if check.status in named:
                self.say(
                    f"{named[check.status]}[{check.id}]: {check.detail}"
                    + (f"\n  = write: {check.fix}" if check.fix else "")
                )

    def launched(self, placed: Plan, found: Machine) -> Launched:
        installed = {name: said for one in found.programs.values() for name, said in one.versions.items() if said}
        return Launched(
            placed.name, self.stack.name, self.stack.environment, placed.model, placed.url, os.getpid(),
            mock=self.asked.mock, versions={"dynamo": placed.version, **installed},
        )  # fmt: skip


def _collector(environment: dict[str, str]) -> str:
    known = facts()["traces"]
    return environment.get(known["variable"]) or str(known["default"])
