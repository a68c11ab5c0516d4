"""One look at this machine before anything is started: GPUs, ports, programs, and what must run beside.

None is what could not be looked at.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wellit import process
from wellit.launch import occupant, state
from wellit.launch.facts import facts
from wellit.launch.planned import Plan

SECONDS = 60.0
CONNECT_SECONDS = 2.0
# Prints which modules there are and which versions the packages have.
LOOK = """
import importlib.metadata, importlib.util, json, sys
modules, packages = json.loads(sys.argv[1])
def there(module):
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False
def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
print(json.dumps([sys.executable, {m: there(m) for m in modules}, {p: version(p) for p in packages}]))
"""


@dataclass(frozen=True)
class Gpu:
    """One GPU: its number, and its memory in MiB."""

    index: str
    name: str
    memory: int
    used: int


@dataclass(frozen=True)
class Interpreter:
    """A Python of this machine. `path` is "" when there is none; `modules` says which of those asked for it has."""

    path: str = ""
    modules: Mapping[str, bool] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Machine:
    """`visible` are the GPUs that the person's CUDA_VISIBLE_DEVICES names, None where it is not set.

    `taken` are the wanted ports that cannot be had, each with whose they are; `answering` says of each address whether
    anything listens there.
    """

    gpus: tuple[Gpu, ...] | None = None
    gpus_why: str = ""
    visible: tuple[str, ...] | None = None
    taken: Mapping[int, str] = field(default_factory=dict)
    answering: Mapping[str, bool] = field(default_factory=dict)
    programs: Mapping[str, Interpreter] = field(default_factory=dict)
    foreign: str = ""  # the address to listen at, where this machine has no such address


def look(plan: Plan, environment: Mapping[str, str], run: process.Runner = process.run) -> Machine:
    """What is to be known of this machine for a plan, whose processes get `environment`."""
    gpus, why = _gpus(environment, run) if plan.gpus else ((), "")
    visible = environment.get(facts()["devices"])
    ports = {port for each in plan.processes for port in each.ports.values()}
    addresses = [*plan.beside.values(), *([plan.traces] if plan.traces else ())]
    wanted: dict[str, set[str]] = {}
    for each in plan.processes:
        wanted.setdefault(each.argv[0], set()).update(each.modules)
    host = plan.local.host
    foreign = "" if _has(host) else host
    return Machine(
        gpus,
        why,
        None if visible is None else tuple(one.strip() for one in visible.split(",") if one.strip()),
        {} if foreign else {port: said for port in sorted(ports) if (said := _taken(host, port)) is not None},
        {address: listens(address) for address in addresses},
        {python: _interpreter(python, modules, environment, run) for python, modules in wanted.items()},
        foreign,
    )


def _gpus(environment: Mapping[str, str], run: process.Runner) -> tuple[tuple[Gpu, ...] | None, str]:
    query = facts()["gpus"]
    if not shutil.which(query[0], path=environment.get("PATH")):
        return None, f"{query[0]} is not on PATH"
    done = run(query, env=environment, timeout=SECONDS)
    if not done.ok:
        said = (done.out + done.err).strip().splitlines()
        return None, f"{query[0]}: {said[-1] if said else f'exit code {done.code}'}"
    rows = [[field.strip() for field in line.split(",")] for line in done.out.splitlines() if line.strip()]
    return tuple(Gpu(row[0], row[1], _number(row[2]), _number(row[3])) for row in rows if len(row) == 4), ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _has(host: str) -> bool:
    """Whether this machine can listen at an address, at a port that the system chooses."""
    try:
        with socket.socket(_family(host), socket.SOCK_STREAM) as tried:
            tried.bind((host.replace("*", ""), 0))
    except OSError:
        return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _taken(host: str, port: int) -> str | None:
    """Whose a port is ("" when that cannot be seen); None for one that is free."""
    with socket.socket(_family(host), socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host.replace("*", ""), port))
            tried.listen(1)
        except PermissionError:
            return "the system: it takes root to listen there"
        except OverflowError:
            return "nobody: ports end at 65535"
        except OSError as problem:
            return _launch_of(port) or occupant.occupant(port) or (problem.strerror or "")
    return None


def _launch_of(port: int) -> str:
    """The launch of this person's that listens there."""
    for there in state.everything():
        if port in there.ports:
            return f"{there.ports[port]} of {there.name}, launched by pid {there.pid}"
    return ""


def listens(address: str) -> bool:
    """Whether anything takes connections at a URL, or at the first one of several."""
    first = address.split(",")[0]
    where = urlsplit(first if "//" in first else f"//{first}")
    try:
        with socket.create_connection((where.hostname or "localhost", where.port or 80), CONNECT_SECONDS):
            return True
    except (OSError, ValueError):
        return False


def _interpreter(
    python: str, modules: Iterable[str], environment: Mapping[str, str], run: process.Runner
) -> Interpreter:
    found = shutil.which(python, path=environment.get("PATH"))
    if not found:
        return Interpreter(why=f"{python} is not on PATH")
    asked = json.dumps([sorted(modules), [facts()["package"]]])
    done = run([found, "-c", LOOK, asked], env=environment, timeout=SECONDS)
    try:
        path, there, versions = json.loads(done.out.splitlines()[-1])
    except (ValueError, IndexError):
        return Interpreter(found, why=f"{found} does not say what it has: {done.err.strip()[-200:]}")
    return Interpreter(path, there, versions)
