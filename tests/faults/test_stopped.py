"""A command that is stopped at any of its steps: the same command again ends well, and nothing is lost or left."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.faults.gate import Step, gate, step
from tests.faults.run import Person, gone, whole

RECORD, HELM = "wellit-stack-", "sh.helm.release.v1."
INSTALL = [
    step("CREATE", "namespaces"),
    step("CREATE", "secrets", RECORD),
    step("CREATE", "secrets", f"{HELM}infra-", "pending-install"),
    step("CREATE", "services", "gaie-"),
    step("UPDATE", "secrets", f"{HELM}gaie-", "deployed"),
    step("CREATE", "deployments", "ms-"),
    step("CREATE", "pods", "ms-"),
    step("UPDATE", "secrets", RECORD, "installed"),
]
CHANGE = [
    step("UPDATE", "secrets", RECORD, "installing"),
    step("CREATE", "secrets", f"{HELM}infra-", "pending-upgrade"),
    step("UPDATE", "deployments", "gaie-"),
    step("UPDATE", "secrets", f"{HELM}gaie-", "superseded"),
    step("UPDATE", "deployments", "ms-"),
    step("UPDATE", "secrets", RECORD, "installed"),
]
UNINSTALL = [
    step("UPDATE", "secrets", RECORD, "uninstalling"),
    step("UPDATE", "secrets", HELM, "uninstalling"),
    step("DELETE", "deployments", "ms-"),
    step("DELETE", "secrets", f"{HELM}ms-"),
    step("DELETE", "services", "gaie-"),
    step("DELETE", "secrets", f"{HELM}infra-"),
    step("DELETE", "secrets", RECORD),
]


def stopped(person: Person, pki: Path, steps: list[Step], first: str, task: str, *words: str) -> None:
    """Run a command again and again, stopped a step later each time: by kill -9 and by Ctrl-C in turn."""
    with gate(person.here, pki, person.namespace) as held:
        for number, at in enumerate(steps):
            held.hold(at)
            with person.begun(task, *words) as running:
                running.comes_to(held, at)
                kill = (number % 2 == 0) == (first == "kill")
                running.kill() if kill else running.interrupt()
                ended = running.ended()
                assert ended.code == (-signal.SIGKILL if kill else 130), ended.words
                assert "Traceback" not in ended.err
                if not kill:
                    assert "the same" in ended.err and "goes on from here" in ended.err, ended.words
                person.nothing_runs()
            held.open()


def test_a_life_that_is_stopped_at_every_step(person: Person, pki: Path) -> None:
    stopped(person, pki, INSTALL, "kill", "install")
    person.well("install")
    whole(person)
    stopped(person, pki, CHANGE, "interrupt", "install", "--set", "decode.replicas=3")
    person.well("install", "--set", "decode.replicas=3")
    whole(person)
    stopped(person, pki, UNINSTALL, "kill", "uninstall")
    person.well("uninstall")
    gone(person)
