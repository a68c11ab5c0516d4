"""The lock of a stack on a real API server, between real processes."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import access, lease
from wellit.access import Access, Missing
from wellit.errors import Refused
from wellit.lease import Holder
from wellit.lifecycle import lock
from wellit.paths import ROOT
from wellit.recorded import Record
from wellit.sandbox import Sandbox

NAMESPACE = "lock"


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Iterator[Access]:
    there = access.open_access(kubeconfig=str(sandbox.kubeconfig))
    there.call("create", "namespace", NAMESPACE)
    yield there
    there.call("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")


class Other:
    """Another process that takes the lock and holds it until it is told to end."""

    def __init__(self, running: subprocess.Popen[str]) -> None:
        self.running = running

    def said(self) -> str:
        assert self.running.stdout
        return self.running.stdout.readline().strip()

    def end(self) -> str:
        return self.running.communicate()[0]


@pytest.fixture
def other(here: Access) -> Iterator[Callable[[str], Other]]:
    with ExitStack() as stack:

        def begin(postfix: str) -> Other:
            argv = [sys.executable, "-m", "tests.support.hold", here.kubeconfig, NAMESPACE, postfix]
            pipe = subprocess.PIPE
            running = stack.enter_context(
                subprocess.Popen(argv, cwd=ROOT, text=True, stdin=pipe, stdout=pipe, start_new_session=True)
            )
            stack.callback(running.kill)
            return Other(running)

        yield begin


def held(there: Access, postfix: str, said: list[str] | None = None) -> lock.Lock:
    with lock.held(there, NAMESPACE, postfix, "install", ([] if said is None else said).append) as mine:
        return mine


def test_two_processes_at_once(here: Access, other: Callable[[str], Other]) -> None:
    first = other("two")
    assert first.said() == "held"
    second = other("two")
    told = second.end()
    assert "(install, process " in told and f"process {first.running.pid}) is at work on this stack since" in told
    assert "wait for it" in told and second.running.returncode == 1
    with pytest.raises(Refused, match=f"process {first.running.pid}"):
        lock.nobody_else(here, NAMESPACE, "two")
    lock.nobody_else(here, NAMESPACE, "another")
    assert first.end().strip() == "given back" and first.running.returncode == 0
    assert lease.look(here, NAMESPACE, "two") == Missing()
    assert held(here, "two").before is None


def test_a_killed_holder_of_this_machine_is_followed_at_once(here: Access, other: Callable[[str], Other]) -> None:
    first = other("killed")
    assert first.said() == "held"
    first.running.kill()
    first.running.wait()
    said: list[str] = []
    mine = held(here, "killed", said)
    assert len(said) == 1 and f"process {first.running.pid}) has ended without giving the lock back" in said[0]
    killed = Record("guide", "e", NAMESPACE, "killed", host=platform.node(), process=first.running.pid)
    assert mine.after(killed) and not mine.after(replace(killed, host="far"))


def put(there: Access, postfix: str, seconds: int, before: Any = None) -> bool:
    """A Lease of another machine's that is good for `seconds`, in the place of `before`; whether it is there now."""
    far = replace(lease.here("install"), user="bob", host="far", machine="m")
    made = lease.made(far, NAMESPACE, postfix, before)
    made["spec"]["leaseDurationSeconds"] = seconds
    verb, where = ("replace", lease.path(NAMESPACE, postfix)) if before else ("create", lease.KIND.path(NAMESPACE))
    return there.call(verb, "--raw", where, "-f", "-", stdin=json.dumps(made)).ok


def test_one_of_another_machine_is_taken_over_when_it_has_expired(here: Access) -> None:
    assert put(here, "far", 3600)
    with pytest.raises(Refused, match=r"bob@far \(install, process \d+\) is at work"):
        held(here, "far")
    assert put(here, "late", 1)
    found = lease.look(here, NAMESPACE, "late")
    while isinstance(found, Holder) and not found.gone:
        found = lease.look(here, NAMESPACE, "late")
    assert isinstance(found, Holder) and found.age > 1  # by the API server's own clock
    said: list[str] = []
    held(here, "late", said)
    assert said[0].startswith("bob@far (install, process") and said[0].endswith("more than 1 s: taking over")
    assert lease.look(here, NAMESPACE, "late") == Missing()


def test_it_is_renewed_and_what_was_taken_from_it_is_noticed(here: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEW_SECONDS", 0.05)

    def work() -> None:
        with lock.held(here, NAMESPACE, "lost", "install", print) as mine:
            first = mine.lease
            while mine.lease == first:
                mine.check()
            here.call("delete", "--raw", lease.path(NAMESPACE, "lost"))  # somebody sets it free by hand: taken again
            while isinstance(there := here.get(lease.path(NAMESPACE, "lost")), Missing):
                mine.check()
            while not put(here, "lost", 60, there):
                there = here.get(lease.path(NAMESPACE, "lost"))
            while True:  # the thread interrupts the work
                pass

    with pytest.raises(Refused, match=r"bob@far .* has taken this stack over") as told:
        work()
    assert "stopped where it was" in told.value.why
    found = lease.look(here, NAMESPACE, "lost")
    assert isinstance(found, Holder) and found.worker.user == "bob"  # another's lock is not given back


def test_within_a_lock_the_same_process_may_ask_again(here: Access) -> None:
    with lock.held(here, NAMESPACE, "nested", "rollback", print) as outer:
        lock.nobody_else(here, NAMESPACE, "nested")
        with lock.held(here, NAMESPACE, "nested", "install", print) as inner:
            assert inner is outer
        assert isinstance(lease.look(here, NAMESPACE, "nested"), Holder)
    assert lease.look(here, NAMESPACE, "nested") == Missing()


def test_without_the_right_to_leases_the_work_goes_on(sandbox: Sandbox, tmp_path: Path) -> None:
    config = yaml.safe_load(sandbox.kubeconfig.read_text())
    config["users"][0]["user"] |= {"as": "nobody", "as-groups": ["system:authenticated"]}
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    said: list[str] = []
    mine = held(access.open_access(kubeconfig=str(tmp_path / "kubeconfig")), "none", said)
    assert mine.lease is None
    assert said == [f"no lock is held, for you may not get leases.coordination.k8s.io in {NAMESPACE}: the record alone "
                    "tells you from somebody who changes this stack now"]  # fmt: skip
