"""From one tier of a sandbox to another, and a data plane that died: with a real sandbox."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import own_name
from tests.sandbox.looks import conditions, get, until
from wellit import sandbox as sandboxes
from wellit.errors import CannotAnswer
from wellit.process import Done
from wellit.sandbox import Sandbox, plane, tier
from wellit.sandbox.kubectl import asked
from wellit.sandbox.processes import living

NAME = own_name("-tiers")
READY_SECONDS = 120.0


@pytest.fixture(scope="module")
def answering(can_answer: None) -> Iterator[Sandbox]:  # noqa: ARG001
    try:
        yield sandboxes.up(NAME, say=print, nodes=1, ready="answers")
    finally:
        sandboxes.down(NAME, say=print)


def gateway_class(there: Sandbox) -> dict[str, tuple[str, str]]:
    listed = get(there, "gatewayclasses")["items"]
    return next((conditions(one.get("status", {}).get("conditions", [])) for one in listed
                 if one["metadata"]["name"] == "istio"), {})  # fmt: skip


def test_what_it_says_of_itself(answering: Sandbox) -> None:
    assert answering.ready == "answers"
    assert "stand-ins" in sandboxes.describe(answering)
    assert set(living(answering.folder).values()) >= plane.NAMES
    there = sandboxes.status(NAME)
    assert there
    assert there.problem == ""


def test_a_second_up_starts_nothing(answering: Sandbox) -> None:
    before, said = living(answering.folder), list[str]()
    sandboxes.up(NAME, say=said.append, nodes=1, ready="answers")
    assert "is up already" in said[0]
    assert said[-1] == sandboxes.ANSWERS
    assert living(answering.folder) == before


def test_a_data_plane_that_died_is_told_and_started_again_under_the_same_control_plane(answering: Sandbox) -> None:
    uid = get(answering, "namespace", "default")["metadata"]["uid"]
    os.kill(next(pid for pid, name in living(answering.folder).items() if name == "unshare"), signal.SIGKILL)
    assert until(lambda: not plane.NAMES & set(living(answering.folder).values()))
    there = sandboxes.status(NAME)
    assert there
    assert there.problem == "its data plane is not running"
    with pytest.raises(CannotAnswer, match="its data plane is not running"):
        sandboxes.kubeconfig(NAME)
    said = list[str]()
    sandboxes.up(NAME, say=said.append, nodes=1, ready="answers")
    assert said[0] == f"sandbox {NAME}: its data plane is not running and is started again"
    there = sandboxes.status(NAME)
    assert there
    assert there.problem == ""
    assert get(there, "namespace", "default")["metadata"]["uid"] == uid


def test_simulated_and_back(answering: Sandbox) -> None:
    said = list[str]()
    simulated = sandboxes.up(NAME, say=said.append, nodes=1, ready="simulated")
    assert said[0] == f"sandbox {NAME}: readiness becomes simulated, it was answers"
    assert not plane.NAMES & set(living(answering.folder).values())
    assert not simulated.box.exists()
    asked(simulated, "run", "pod", "--image=example.com/engine:1")
    ready = ("True", "SimulatedByWellit")
    assert until(lambda: conditions(get(simulated, "pod", "pod")["status"].get("conditions", [])).get("Ready") == ready)
    assert until(lambda: gateway_class(simulated).get("Accepted") == ready)

    sandboxes.up(NAME, say=said.append, nodes=1, ready="answers")
    # What simulation said is taken back, and said anew by the kubelet.
    of_the_kubelet = ("True", "")
    assert until(
        lambda: conditions(get(simulated, "pod", "pod")["status"].get("conditions", [])).get(
            "PodReadyToStartContainers") == of_the_kubelet, READY_SECONDS,
    )  # fmt: skip
    assert until(lambda: gateway_class(simulated).get("Accepted", ("", ""))[0] == "True", READY_SECONDS)
    assert gateway_class(simulated)["Accepted"] != ready


@pytest.mark.parametrize("ready", [None, "simulated", "nothing"])
def test_without_namespaces_it_is_simulated_and_said(
    ready: sandboxes.Ready | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plane, "cannot", lambda _: "the kernel forbids it")
    said = list[str]()
    assert tier.chosen(ready, None, said.append) == (ready or "simulated")
    assert said == ([] if ready else ["readiness will be simulated, no request is answered: the kernel forbids it"])


def test_what_was_asked_for_and_cannot_be_had_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "cannot", lambda _: "the kernel forbids it")
    with pytest.raises(CannotAnswer, match="cannot be had on this machine") as refused:
        tier.chosen("answers", None, print)
    assert (refused.value.why, refused.value.write) == ("the kernel forbids it", "--simulated")


@pytest.fixture
def untried() -> Iterator[None]:
    """Nothing is known yet of what this machine can, nor afterwards."""
    plane._tried.cache_clear()
    yield
    plane._tried.cache_clear()


@pytest.mark.usefixtures("untried")
def test_why_a_machine_cannot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refused = Done((), 1, "", "some words\nunshare: unshare failed: Operation not permitted\n")
    monkeypatch.setattr(plane, "run", lambda *_, **__: refused)
    monkeypatch.setattr(plane, "SWITCHES_IN", tmp_path)
    assert plane.cannot(print) == "unshare: unshare failed: Operation not permitted"
    switch = tmp_path / "kernel" / "apparmor_restrict_unprivileged_userns"
    switch.parent.mkdir()
    switch.write_text("1\n")
    assert plane.cannot(print).endswith("; as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert "unshare" in plane.cannot(print)
    monkeypatch.setattr("sys.platform", "darwin")
    assert plane.cannot(print) == "only Linux has the namespaces in which pods run"


def test_packages_are_installed_when_they_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plane, "MODULES", ("no_such_module",))
    asked_for: list[list[object]] = []

    def fails(argv: list[object]) -> int:
        asked_for.append(argv)
        return 1

    monkeypatch.setattr(plane, "attached", fails)
    said = list[str]()
    assert plane.cannot(said.append) == "its Python packages cannot be installed, as said above"
    assert str(asked_for[0][-2]).endswith("bootstrap.py") and asked_for[0][-1] == "--sandbox"
    assert said == ["a sandbox that answers needs a few more Python packages: they are installed once"]
