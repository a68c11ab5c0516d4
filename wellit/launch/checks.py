"""Whether this machine has what a plan needs: asked before anything is started. Pure: plan and machine are data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wellit.findings import Check
from wellit.launch.facts import facts
from wellit.launch.machine import Interpreter, Machine
from wellit.launch.planned import BOOTSTRAP, EVENTS, HTTP, SYSTEM, Plan

BUSY = 0.1  # of a GPU's memory
SETTINGS = {
    HTTP: "local.port", SYSTEM: "local.systemPort", BOOTSTRAP: "disaggregation.bootstrapPort", EVENTS: "kvEvents.port",
}  # fmt: skip
AWAY = 100  # how much further the port is that is proposed
MOCK = "--mock runs Dynamo's own mock engine instead, on a CPU"


def checks(plan: Plan, machine: Machine) -> Iterator[Check]:
    """WL850 to WL856. `fail` is what keeps it from being started."""
    yield from _fits(plan)
    if plan.unfit:
        return
    yield from _ports(plan, machine)
    if plan.gpus:
        yield from _gpus(plan, machine)
    yield from _beside(plan, machine)
    yield from _programs(plan, machine)
    yield from _traces(plan, machine)


def pool(plan: Plan, machine: Machine) -> list[str] | None:
    """The GPUs to hand out: those of local.devices, or of CUDA_VISIBLE_DEVICES, or all. None when not known."""
    if plan.local.devices is not None:
        return list(plan.local.devices)
    if machine.visible is not None:
        return list(machine.visible)
    return None if machine.gpus is None else [gpu.index for gpu in machine.gpus]


def _fits(plan: Plan) -> Iterator[Check]:
    title = "all of it can run on one machine"
    if not plan.unfit:
        yield Check("WL856", title, "pass", ", ".join(process.name for process in plan.processes))
    for one in plan.unfit:
        yield Check("WL856", title, "fail", one.why, one.write)


def _ports(plan: Plan, machine: Machine) -> Iterator[Check]:
    title = "the ports are free"
    if machine.foreign:
        detail = f"none can be had: {machine.foreign} is no address of this machine"
        yield Check("WL850", title, "fail", detail, "--set local.host=127.0.0.1, or 0.0.0.0 for all that it has")
        return
    wanted = [(port, process.name, what) for process in plan.processes for what, port in process.ports.items()]
    for port, name, what in wanted:
        if port in machine.taken:
            whose = machine.taken[port] or "a process that may not be seen"
            proposed = f"--set {SETTINGS[what]}={port + AWAY if port + AWAY <= 65535 else port - AWAY}"
            yield Check("WL850", title, "fail", f"{port} ({what} of {name}) is taken by {whose}", proposed)
    if not machine.taken:
        yield Check("WL850", title, "pass", ", ".join(str(port) for port, *_ in wanted))


def _gpus(plan: Plan, machine: Machine) -> Iterator[Check]:
    title, there = "there is a GPU for each that a worker takes", pool(plan, machine)
    takes = ", ".join(f"{process.name} {process.gpus}" for process in plan.processes if process.gpus)
    if there is None:
        fix = f"{MOCK}; or --set local.devices=[0] names those that there are"
        yield Check("WL851", title, "unknown", f"needed: {plan.gpus} ({takes}); {machine.gpus_why}", fix)
        return
    named = _named(plan, machine)
    unknown = [index for index in there if machine.gpus and index.isdecimal() and int(index) >= len(machine.gpus)]
    if unknown:
        have = ", ".join(gpu.index for gpu in machine.gpus or ())
        yield Check("WL851", title, "fail", f"{named} {', '.join(there)}; this machine has {have}", MOCK)
    elif len(set(there)) < len(there):
        yield Check("WL851", title, "fail", f"{named} one twice: {', '.join(there)}", "each once")
    elif len(there) < plan.gpus:
        fix = f"fewer replicas, or a smaller tensorParallel; {MOCK}"
        yield Check("WL851", title, "fail", f"needed: {plan.gpus} ({takes}); {named} {len(there)}", fix)
    else:
        placed = ", ".join(f"{one.name} on {','.join(one.devices)}" for one in plan.on(there).processes if one.gpus)
        yield Check("WL851", title, "pass", placed)
        yield from _busy(machine, there[: plan.gpus])


def _named(plan: Plan, machine: Machine) -> str:
    """Where the number of GPUs comes from."""
    if plan.local.devices is not None:
        return "local.devices has"
    return f"{facts()['devices']} has" if machine.visible is not None else "this machine has"


def _busy(machine: Machine, used: Sequence[str]) -> Iterator[Check]:
    for gpu in machine.gpus or ():
        if gpu.index in used and gpu.memory and gpu.used > BUSY * gpu.memory:
            detail = f"GPU {gpu.index} ({gpu.name}): {gpu.used} of {gpu.memory} MiB are in use by others"
            fix = "--set local.devices=[N] names another; or a smaller decode.memoryFraction"
            yield Check("WL857", "the memory of the GPUs is free", "warn", detail, fix)


def _beside(plan: Plan, machine: Machine) -> Iterator[Check]:
    for name, address in plan.beside.items():
        title = f"{name} answers"
        if machine.answering.get(address):
            yield Check("WL852", title, "pass", address)
            continue
        variable = facts()["beside"][name]["variable"]
        fix = f"start it, or say where it is: export {variable}=...; or {facts()['beside'][name]['without']}"
        yield Check("WL852", title, "fail", f"nothing takes connections at {address}", fix)


def _programs(plan: Plan, machine: Machine) -> Iterator[Check]:
    install = facts()["install"].format(framework=plan.framework, version=plan.version)
    for word, python in machine.programs.items():
        title = f"{word} has what is started"
        lacks = [module for module, there in python.modules.items() if not there]
        if not python.path:
            yield Check("WL853", title, "fail", python.why, f"{install}; {MOCK}")
        elif python.why:
            yield Check("WL853", title, "unknown", python.why, install)
        elif lacks:
            detail = f"{python.path} has no module {', '.join(lacks)}"
            yield Check("WL853", title, "fail", detail, f"{install}; then the same again there; {MOCK}")
        else:
            yield Check("WL853", title, "pass", f"{python.path}, {', '.join(python.modules)}")
            yield from _version(plan, python)


def _version(plan: Plan, python: Interpreter) -> Iterator[Check]:
    package = facts()["package"]
    found = python.versions.get(package)
    if found and found.partition(".post")[0] != plan.version:
        detail = f"{package} {found} is installed, and the files are written for {plan.version}"
        fix = facts()["install"].format(framework=plan.framework, version=plan.version)
        yield Check("WL854", "the installed release is the one that the files are written for", "warn", detail, fix)


def _traces(plan: Plan, machine: Machine) -> Iterator[Check]:
    if not plan.traces:
        return
    title = "a collector takes the traces"
    if machine.answering.get(plan.traces):
        yield Check("WL855", title, "pass", plan.traces)
    else:
        fix = f"start one, or say where it is: export {facts()['traces']['variable']}=http://HOST:4317"
        yield Check("WL855", title, "warn", f"nothing takes connections at {plan.traces}: traces are lost", fix)
