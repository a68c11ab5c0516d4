"""Up, down and status of real sandboxes, and what an interruption leaves."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import own_name
from tests.sandbox.looks import get, listening, read_until, until, up_apart
from wellit import sandbox as sandboxes
from wellit.errors import CannotAnswer
from wellit.process import run
from wellit.sandbox import Sandbox, model
from wellit.sandbox.kubectl import asked
from wellit.sandbox.lock import locked
from wellit.sandbox.processes import living

OTHER = own_name("-b")


def component(folder: Path, name: str) -> int:
    return next(pid for pid, program in living(folder).items() if program == name)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person's home folder with a kubeconfig of theirs."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".kube").mkdir()
    (folder / ".kube" / "config").write_text("theirs\n")
    return folder


@pytest.fixture(scope="module")
def other(home: Path) -> Iterator[Sandbox]:
    """A second sandbox. Its first `up` is killed on the way, a second one makes it."""
    env = {"HOME": str(home), "KUBECONFIG": str(home / ".kube" / "config")}
    with up_apart(OTHER, **env) as first:
        read_until(first, "starting a Kubernetes control plane")
        assert until(lambda: "etcd" in living(model.folder(OTHER)).values())
        first.kill()
    assert living(model.folder(OTHER))
    there = sandboxes.status(OTHER)
    assert there
    assert there.problem == "it was never finished"

    with up_apart(OTHER, **env) as second:
        lines = read_until(second, sandboxes.SIMULATED)
    assert second.returncode == 0
    assert "it was never finished; it is cleaned away and started anew." in lines[0]
    yield there
    sandboxes.down(OTHER, say=print)


def test_two_side_by_side(sandbox: Sandbox, other: Sandbox) -> None:
    mine, theirs = sandboxes.status(sandbox.name), sandboxes.status(other.name)
    assert mine and theirs
    assert (mine.problem, theirs.problem) == ("", "")
    assert not set(mine.ports.values()) & set(theirs.ports.values())
    assert {mine.name, theirs.name} <= {there.name for there in sandboxes.all_sandboxes()}
    assert get(theirs, "nodes")["items"][0]["metadata"]["uid"] != get(mine, "nodes")["items"][0]["metadata"]["uid"]


@pytest.mark.usefixtures("other")
def test_nothing_of_the_users_is_touched(home: Path) -> None:
    assert (home / ".kube" / "config").read_text() == "theirs\n"
    assert sorted(str(file.relative_to(home)) for file in home.rglob("*")) == [".kube", ".kube/config"]


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    assert len(living(sandbox.folder)) == 5
    assert listening(sandbox.folder) == {"127.0.0.1"}


def test_the_kubeconfig_works_alone_and_names_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    copy = tmp_path / "config"
    copy.write_text(sandboxes.kubeconfig(sandbox.name).read_text())
    assert sandbox.kubeconfig.stat().st_mode & 0o077 == 0
    env = sandboxes.shell(sandbox.name)
    assert env["KUBECONFIG"] == str(sandbox.kubeconfig)
    assert env["WELLIT_SANDBOX"] == sandbox.name
    done = run(["kubectl", "config", "current-context"], env={"KUBECONFIG": str(copy), "PATH": env["PATH"]})
    assert done.out.strip() == f"wellit-sandbox-{sandbox.name}"
    assert run(["kubectl", "get", "--raw", "/readyz"], env={"KUBECONFIG": str(copy), "PATH": env["PATH"]}).out == "ok"


def test_a_second_up_starts_nothing(sandbox: Sandbox) -> None:
    before, said = living(sandbox.folder), list[str]()
    again = sandboxes.up(sandbox.name, say=said.append, ready="simulated")
    assert again == sandbox
    assert living(sandbox.folder) == before
    assert "is up already: 4 nodes with 8 nvidia.com/gpu each" in said[0]
    assert said[-1] == sandboxes.SIMULATED


def test_up_waits_for_another_up_of_the_same_name(sandbox: Sandbox) -> None:
    held = ExitStack()
    held.enter_context(locked(sandbox.folder, lambda: None))
    with held, up_apart(sandbox.name) as second:
        read_until(second, "another wellit is at work on it, waiting")
        busy = sandboxes.status(sandbox.name)
        assert busy
        assert busy.problem == "another wellit is at work on it"
        held.close()
        assert "is up already" in read_until(second, sandboxes.SIMULATED)[0]
    assert second.returncode == 0


@pytest.mark.usefixtures("other")
def test_up_applies_what_changed() -> None:
    said = list[str]()
    devices = {"nvidia.com/gpu": 2, "example.com/fabric": 1}
    small = sandboxes.up(OTHER, say=said.append, nodes=2, resources=devices, ready="nothing")
    assert [line.removeprefix(f"sandbox {OTHER}: ") for line in said] == [
        "4 nodes become 2",
        "each node offers 2 nvidia.com/gpu, 1 example.com/fabric instead of 8 nvidia.com/gpu",
        "readiness becomes nothing, it was simulated",
        "Nothing makes pods, gateways, routes and pools ready here.",
    ]
    nodes = get(small, "nodes")["items"]
    assert [node["status"]["allocatable"]["example.com/fabric"] for node in nodes] == ["1", "1"]
    assert small.gpus == 6

    asked(small, "run", "waits", "--image=example.com/engine:1")
    assert until(lambda: "nodeName" in get(small, "pod", "waits")["spec"])
    assert get(small, "pod", "waits")["status"]["phase"] == "Pending"
    sandboxes.up(OTHER, say=said.append, nodes=2, resources=devices, ready="simulated")
    assert until(lambda: get(small, "pod", "waits")["status"]["phase"] == "Running")


@pytest.mark.usefixtures("other")
def test_a_device_that_is_asked_for_no_longer_is_gone() -> None:
    for devices in ({"amd.com/gpu": 8}, {"nvidia.com/gpu": 8}):
        there = sandboxes.up(OTHER, say=print, resources=devices, ready="simulated")
        for node in get(there, "nodes")["items"]:
            for offered in (node["status"]["capacity"], node["status"]["allocatable"]):
                assert {name: int(count) for name, count in offered.items() if "/" in name} == devices


@pytest.mark.usefixtures("other")
def test_up_puts_back_what_was_taken_away() -> None:
    said = list[str]()
    there = sandboxes.status(OTHER)
    assert there
    asked(there, "delete", "node/gpu-node-1", "stage/pod-ready")
    sandboxes.up(OTHER, say=said.append, nodes=there.nodes, resources=there.resources, ready="simulated")
    assert "node/gpu-node-1, stage.kwok.x-k8s.io/pod-ready is missing and is put back" in said[0]
    assert len(get(there, "nodes")["items"]) == there.nodes


def test_a_port_that_is_taken_is_refused_and_nothing_is_made(sandbox: Sandbox) -> None:
    name = own_name("-c")
    with pytest.raises(CannotAnswer, match=f"belongs to the sandbox {sandbox.name}"):
        sandboxes.up(name, say=print, port=sandbox.port, ready="simulated")
    assert not model.folder(name).exists()
    with pytest.raises(CannotAnswer, match=f"up already, on port {sandbox.port}"):
        sandboxes.up(sandbox.name, say=print, port=sandbox.port + 1, ready="simulated")


def test_a_component_that_died_is_said_and_up_starts_anew(other: Sandbox) -> None:
    os.kill(component(other.folder, "etcd"), signal.SIGKILL)
    assert until(lambda: "etcd" not in living(other.folder).values())
    broken = sandboxes.status(OTHER)
    assert broken
    assert "etcd" in broken.problem
    assert "not running" in broken.problem
    with pytest.raises(CannotAnswer, match=r"not in order: .*etcd"):
        sandboxes.kubeconfig(OTHER)
    said = list[str]()
    anew = sandboxes.up(OTHER, say=said.append, ready="simulated")
    assert "started anew. What was installed in it is gone." in said[0]
    assert anew.nodes == 4
    assert len(living(anew.folder)) == 5


def test_ctrl_c_during_up_leaves_nothing() -> None:
    name = own_name("-d")
    with up_apart(name) as process:
        read_until(process, "starting a Kubernetes control plane")
        assert until(lambda: "kube-apiserver" in living(model.folder(name)).values())
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode not in (0, None)
    assert living(model.folder(name)) == {}
    assert not model.folder(name).exists()


def test_down_leaves_no_process_and_no_file(other: Sandbox) -> None:
    said = list[str]()
    assert living(other.folder)
    sandboxes.down(OTHER, say=said.append)
    assert living(other.folder) == {}
    assert not other.folder.exists()
    assert said == [f"sandbox {OTHER} is down: no process and no file is left"]
    assert sandboxes.status(OTHER) is None
    with pytest.raises(CannotAnswer, match=f"there is no sandbox {OTHER}"):
        sandboxes.shell(OTHER)


def test_down_of_one_that_is_not_there_is_said() -> None:
    said = list[str]()
    sandboxes.down(own_name("-never"), say=said.append)
    assert said == [f"sandbox {own_name('-never')}: there is none, nothing to take down"]
