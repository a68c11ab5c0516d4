"""A cluster that goes away, refuses or does not answer on the way: told in words, and mended by the same command."""

from __future__ import annotations

from pathlib import Path

from tests.faults.api import Api
from tests.faults.gate import gate, step
from tests.faults.run import Ended, Person, beside, gone, whole

RECORD, HELM = "wellit-stack-", "sh.helm.release.v1."
AWAY = "does not answer"


def told(ended: Ended, code: int, *words: str) -> None:
    """It ended with this code, and said these words and no traceback."""
    assert ended.code == code, ended.words
    for said in words:
        assert said in ended.out + ended.err, ended.words
    assert "Traceback" not in ended.err


def test_an_api_server_that_goes_and_comes_back(person: Person, pki: Path, api: Api) -> None:
    """While helm writes; while pods are waited for, which survives it; and while the stack is removed."""
    with gate(person.here, pki, person.namespace) as held:
        held.hold(at := step("CREATE", "services", "gaie-"))
        with person.begun("install") as running:
            running.comes_to(held, at)
            api.kill()
            told(running.ended(), 2, AWAY, "the same install again goes on from here")
        held.open()
        told(person.run("status"), 2, AWAY)
        api.start()

        held.hold(at := step("CREATE", "pods", "ms-"))
        with person.begun("install") as running:
            running.comes_to(held, at)
            running.says("0 of 2 pods ready")
            api.kill()
            running.says("the cluster does not answer; waiting for it")
            held.open()
            api.start()
            told(running.ended(), 0, "2 of 2 pods ready")
        whole(person)

        held.hold(at := step("DELETE", "deployments", "ms-"))
        with person.begun("uninstall") as running:
            running.comes_to(held, at)
            api.kill()
            told(running.ended(), 2, AWAY, "the same uninstall again goes on from here")
        held.open()
        api.start()
    person.well("uninstall")
    gone(person)


def test_a_webhook_that_refuses_or_does_not_answer(person: Person, pki: Path) -> None:
    """Of objects and of pods, on the way in and on the way out."""
    with gate(person.here, pki, person.namespace, seconds=5) as held:
        held.hold(step("CREATE", "deployments", "ms-"))
        told(person.run("install"), 1, "gate.faults.example, which must be asked, does not answer")
    with gate(person.here, pki, person.namespace) as held:
        held.refuse(step("CREATE", "deployments", "ms-"))
        told(person.run("install"), 1, "the webhook gate.faults.example refuses it: not today", "goes on from here")
        held.open()
        held.refuse(step("CREATE", "pods", "ms-"))
        told(person.run("install", "--timeout", "5"), 1, "not ready after 5 s", "no pod can be made", "not today")
        held.open()
        person.well("install")
        known = whole(person)

        held.refuse(step("UPDATE", "deployments", "ms-"))
        told(person.run("install", "--set", "decode.replicas=3"), 1, "refuses it: not today")
        held.open()
        person.well("install")
        assert whole(person).objects == known.objects

        held.refuse(step("DELETE", "services", "gaie-"))
        told(person.run("uninstall"), 1, "refuses it: not today", "the same uninstall again")
        held.open()
    person.well("uninstall")
    gone(person)


def test_nodes_that_take_no_pod_any_more(person: Person, pki: Path) -> None:
    """A timeout tells which pod waits, and why; the same install goes on when there is room."""
    with gate(person.here, pki, person.namespace) as held:
        # Before any pod is waited for: the time runs from there.
        held.hold(at := step("CREATE", "deployments", "ms-"))
        with person.begun("install", "--timeout", "8") as running:
            running.comes_to(held, at)
            nodes = person.here.call("get", "nodes", "-o", "name").out.split()
            assert person.here.call("cordon", *nodes).ok
            try:
                held.open()
                told(running.ended(), 1, "not ready after 8 s", "were unschedulable")
            finally:
                assert person.here.call("uncordon", *nodes).ok
    person.well("install")
    whole(person)
    person.well("uninstall")
    gone(person)


def test_two_at_once(person: Person, pki: Path) -> None:
    """The second is refused while the first is at work, and does not disturb it."""
    with gate(person.here, pki, person.namespace) as held:
        # Pods are tried again and again, so that the first waits for as long as it takes the second.
        held.hold(at := step("CREATE", "pods", "ms-"))
        with person.begun("install") as first:
            first.comes_to(held, at)
            second = person.somebody_else()
            told(second.run("install"), 1, "nobody else is at work on this stack: ", "(install, process ")
            told(second.run("uninstall"), 1, "is at work on this stack since")
            held.open()
            told(first.ended(), 0)
    beside(second)
    whole(person)
    person.well("uninstall")
    gone(person)
