"""smoke of a launched stack: its processes as Dynamo's frontend and workers, asked on this machine."""

from __future__ import annotations

import shlex

from wellit.findings import Report
from wellit.launch.state import Launched, Process
from wellit.say import Say
from wellit.seen.graph import FRONTEND
from wellit.seen.graphflags import router
from wellit.smoke import SECONDS, frontend
from wellit.smoke.figures import Road
from wellit.smoke.frontend.parts import PREFILL, Commands, Target, Worker

MOCK = "Dynamo's mocker stands in for the engine: how requests go is shown, nothing of a model or a GPU"


def smoke(launched: Launched, say: Say, seconds: float = SECONDS) -> Report:
    """Ask what runs for all that it promises."""
    say(f"asking {launched.guide} -e {launched.environment} at {launched.url}, within {seconds:.0f} s")
    found = frontend.ask(target(launched), seconds)
    what = {"guide": launched.guide, "environment": launched.environment, "launched": launched.name}
    report = Report("smoke", summary={**what, "mock": launched.mock})
    report.add(found.checks)
    told = {"asked": found.asked, "seconds": round(found.seconds, 2), "through": found.through}
    note = f" ({MOCK})" if launched.mock else ""
    result = f"{launched.name} at {launched.url}: {found.asked} requests in {found.seconds:.1f} s{note}"
    report.summary |= {"smoke": told, "result": result}
    return report


def target(launched: Launched) -> Target:
    """What is asked of a launch."""
    workers = tuple(_worker(one) for one in launched.processes if one.role != FRONTEND)
    fronts = [one for one in launched.processes if one.role == FRONTEND]
    commands = Commands(
        _log(fronts[0]) if fronts else "",
        f"invoke doctor --launched={launched.name}",
        f"invoke launch -g {launched.guide} -e {launched.environment}",
    )
    split = any(one.role == PREFILL for one in workers)
    router = next((found for one in fronts if (found := _router(one))), "")
    road = Road(launched.url, f"at {launched.url}")
    return Target(road, launched.model, workers, commands, split, router, MOCK if launched.mock else "")


def _worker(process: Process) -> Worker:
    why = "" if process.system else "it has no system port: DYN_SYSTEM_PORT was not given to it"
    return Worker(process.name, process.role, Road(process.system, process.system, why), _log(process))


def _log(process: Process) -> str:
    return f"tail -n 50 {shlex.quote(process.log)}"


def _router(process: Process) -> str:
    """How a frontend chooses a worker; "" when it is not told."""
    variables = [{"name": name, "value": value} for name, value in process.environment.items()]
    return router({"command": list(process.argv), "env": variables})
