"""A command in a process of its own, as a person runs it; and what it may leave of a stack, or beside it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults.gate import Gate, Step
from wellit import cluster, lifecycle, record
from wellit.access import Access, Unread
from wellit.paths import ROOT
from wellit.record import Record

SECONDS = 300.0
STACK = ("-g", "inference-scheduling", "-e", "sglang", "--charts", "offline", "--size", "small")
KINDS = (
    "all,configmaps,secrets,serviceaccounts,roles,rolebindings,leases,persistentvolumeclaims,gateways,httproutes,"
    "inferencepools,destinationrules,telemetries"
)
OF_KUBERNETES = {"configmap/kube-root-ca.crt", "serviceaccount/default"}


@dataclass
class Ended:
    """How a command ended: its exit code (-N for signal N) and all that it wrote."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        return f"exit code {self.code}\n{self.out}\n{self.err}"


@dataclass
class Person:
    """Somebody with a terminal, one cluster and one namespace. `folder` is for all temporary files."""

    here: Access
    namespace: str
    folder: Path

    @contextlib.contextmanager
    def begun(self, task: str, *words: str) -> Iterator[Running]:
        """A command that runs; ended with all that it has started, however the test ends."""
        running = Running(self, task, *words)
        try:
            yield running
        finally:
            running.end_all()

    def run(self, task: str, *words: str) -> Ended:
        """A command to its own end."""
        with self.begun(task, *words) as running:
            return running.ended()

    def well(self, task: str, *words: str) -> Ended:
        """The same, which must end well."""
        done = self.run(task, *words)
        assert done.code == 0, done.words
        return done

    def argv(self, task: str, *words: str) -> list[str]:
        stack = STACK if task in ("install", "plan") else ()
        asks = () if task in ("status", "plan") else ("--yes",)
        where = ("-n", self.namespace, "--kubeconfig", self.here.kubeconfig)
        smoke = ("--no-smoke",) if task in ("install", "rollback") else ()
        return [sys.executable, "-m", "wellit.program", task, *stack, *where, *asks, *smoke, *words]

    def processes(self) -> dict[int, str]:
        """What still runs of all that was started with this person's folder."""
        found = {}
        mine = re.compile(rf"(?:^|\0)TMPDIR={re.escape(str(self.folder))}".encode())
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and mine.search((entry / "environ").read_bytes()):
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def nothing_runs(self) -> None:
        """Whatever a command has started ends with it."""
        until(lambda: not self.processes(), lambda: f"still running: {self.processes()}")

    def somebody_else(self) -> Person:
        """Another one who works on the same namespace."""
        folder = self.folder.with_name("else")
        folder.mkdir()
        return replace(self, folder=folder)


class Running:
    """A command on the way."""

    def __init__(self, person: Person, task: str, *words: str) -> None:
        self.person = person
        env = {**os.environ, "TMPDIR": str(person.folder), "NO_COLOR": "1"}
        self._out, self._err = (person.folder.with_suffix(f".{name}") for name in ("out", "err"))
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                person.argv(task, *words), cwd=ROOT, env=env, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip

    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def said(self) -> str:
        return f"{self._out.read_text()}\n{self._err.read_text()}"

    def says(self, words: str) -> None:
        """Wait until it has written these words."""
        until(lambda: words in self.said or not self.alive(), lambda: f"never said {words!r}: {self.said}")
        assert words in self.said, self.said

    def comes_to(self, gate: Gate, step: Step) -> None:
        """Wait until it is held at a write."""
        held = gate.held(self.alive)
        assert held and step(held), f"it never came there: {self.said}\n{chr(10).join(map(str, gate.seen))}"

    def tell(self, sign: signal.Signals) -> None:
        """A signal to it; Ctrl-C goes to the foreground group of its terminal, which is it alone."""
        (os.killpg if sign is signal.SIGINT else os.kill)(self.process.pid, sign)

    def ended(self) -> Ended:
        code = self.process.wait(SECONDS)
        return Ended(code, self._out.read_text(), self._err.read_text())

    def end_all(self) -> None:
        for process in (self.process.pid, *self.person.processes()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait(SECONDS)


def until(true: Callable[[], bool], told: Callable[[], str]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, told()
        time.sleep(0.05)


def left(here: Access, namespace: str) -> list[str]:
    """All that is in a namespace but what Kubernetes itself puts there."""
    done = here.call("get", KINDS, "-n", namespace, "-o", "name", "--ignore-not-found")
    assert done.ok, done.err
    return [name for name in done.out.split() if name not in OF_KUBERNETES]


def whole(person: Person) -> Record:
    """A stack that stands whole: releases, objects, record; and no lock, no process and no file beside it."""
    here, namespace = person.here, person.namespace
    known = lifecycle.recorded(here, namespace)
    assert known.state == "installed"
    found = cluster.releases(here, namespace)
    assert not isinstance(found, Unread)
    assert {one.name: one.status for one in found} == dict.fromkeys(known.release_names, "deployed")
    assert {one.name: one.revision for one in found} == dict(known.revisions)
    assert {check.status for check in lifecycle.status(known, here).checks} == {"pass"}
    there = left(here, namespace)
    wanted = {(item.of.kind.lower(), item.name) for item in known.all_objects()}
    extra = [name for name in there if not _known(name, wanted, known)]
    assert not extra, extra
    beside(person)
    return known


def gone(person: Person) -> None:
    """Nothing of a stack is left."""
    assert left(person.here, person.namespace) == []
    assert record.find(person.here, person.namespace) == []
    beside(person)


def beside(person: Person) -> None:
    """No process and no temporary file is left."""
    person.nothing_runs()
    assert [str(file) for file in person.folder.rglob("*")] == []


def _known(name: str, wanted: set[tuple[str, str]], known: Record) -> bool:
    """Whether an object (``KIND.GROUP/NAME``) is of the stack, or made of what is."""
    kind, _, own = name.partition("/")
    kind = kind.partition(".")[0]
    if kind == "secret":
        return own == known.secret or any(own.startswith(f"sh.helm.release.v1.{one}.v") for one in known.release_names)
    if kind in ("pod", "replicaset"):
        return any(own.startswith(f"{name}-") for _, name in wanted)
    return (kind, own) in wanted
