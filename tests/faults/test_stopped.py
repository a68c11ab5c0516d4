"""A command that is stopped at any of its steps: the same command again ends well, and nothing is lost or left."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.gate import Step, gate, step
from tests.faults.run import Person, gone, whole
from wellit import lifecycle

RECORD, HELM = "wellit-stack-", "sh.helm.release.v1."
INSTALL = [
    step("CREATE", "namespaces"),
    step("CREATE", "leases"),
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
ROLLBACK = [
    step("UPDATE", "secrets", RECORD, "going back"),
    step("CREATE", "secrets", f"{HELM}infra-", "pending-rollback"),
    step("UPDATE", "deployments", "gaie-"),
    step("UPDATE", "secrets", f"{HELM}gaie-", "deployed"),
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


WAYS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)


def stopped(person: Person, pki: Path, steps: list[Step], first: signal.Signals, task: str, *words: str) -> None:
    """Run a command again and again, stopped a step later each time: by kill -9, Ctrl-C and TERM in turn."""
    turn = WAYS.index(first)
    with gate(person.here, pki, person.namespace) as held:
        for at in steps:
            held.hold(at)
            with person.begun(task, *words) as running:
                running.comes_to(held, at)
                sign = WAYS[turn % len(WAYS)]
                running.tell(sign)
                ended = running.ended()
                assert ended.code == (-sign if sign is signal.SIGKILL else 130), ended.words
                assert "Traceback" not in ended.err
                if sign is not signal.SIGKILL:
                    assert f"the same {task} again goes on from here" in ended.err, ended.words
                person.nothing_runs()
            held.open()
            turn += 1


@pytest.mark.timeout(2400)  # some thirty commands, each on a machine that may be slow
def test_a_life_that_is_stopped_at_every_step(person: Person, pki: Path) -> None:
    stopped(person, pki, INSTALL, signal.SIGKILL, "install")
    person.well("install")
    first = whole(person)
    stopped(person, pki, CHANGE, signal.SIGINT, "install", "--set", "decode.replicas=3")
    person.well("install", "--set", "decode.replicas=3")
    assert whole(person).overrides != first.overrides
    stopped(person, pki, ROLLBACK, signal.SIGTERM, "rollback")
    person.well("rollback")
    assert whole(person).overrides == first.overrides
    stopped(person, pki, UNINSTALL, signal.SIGTERM, "uninstall")
    person.well("uninstall")
    gone(person)


def test_what_is_made_anew_is_not_lost_between_its_end_and_its_making(person: Person, pki: Path) -> None:
    """A label of the selector differs between the two trains: the Deployment of the engines goes, and comes again."""
    between = [step("CREATE", "deployments", "ms-")]
    person.well("install", "--versions", "llm-d-0.4")
    first = whole(person)
    stopped(person, pki, between, signal.SIGKILL, "install", "--replace")
    known = lifecycle.recorded(person.here, person.namespace)
    assert known.state == "installing" and [one["rendered"] for one in known.history] == [first.rendered]
    person.well("install", "--replace")
    second = whole(person)
    stopped(person, pki, between, signal.SIGINT, "rollback", "--replace")
    known = lifecycle.recorded(person.here, person.namespace)
    assert known.state == "going back" and known.rendered == first.rendered
    person.well("rollback", "--replace")
    third = whole(person)
    assert (third.rendered, [one["rendered"] for one in third.history]) == (first.rendered, [second.rendered])
    person.well("uninstall")
    gone(person)
