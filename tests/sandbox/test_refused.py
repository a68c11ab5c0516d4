"""What is refused before anything is started, and what goes wrong on the way."""

from __future__ import annotations

import errno
import shutil
import socket
from collections import namedtuple
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.conftest import own_name
from wellit import sandbox as sandboxes
from wellit.errors import CannotAnswer
from wellit.process import Done
from wellit.sandbox import Sandbox, cluster, config, make, model, ports, processes

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("name", ["", "Mine", "a_b", "-a", "a-", "a.b", "../up", "a/b", "ä", "a" * 41, "a\n"])
def test_a_name_must_be_a_dns_label(name: str) -> None:
    with pytest.raises(CannotAnswer, match="cannot be the name of a sandbox"):
        sandboxes.up(name, say=print, ready="simulated")
    with pytest.raises(CannotAnswer, match="cannot be the name of a sandbox"):
        sandboxes.down(name, say=print)


def test_a_near_name_is_offered() -> None:
    with pytest.raises(CannotAnswer) as refused:
        model.check_name("My_Box!")
    assert refused.value.write == "my-box"


def test_a_sandbox_is_not_called_like_a_task() -> None:
    with pytest.raises(CannotAnswer, match='cannot be called "install"') as refused:
        sandboxes.up("install", say=print, reserved={"install", "status"}, ready="simulated")
    assert refused.value.write == "install-box"
    assert not model.folder("install").exists()


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("nvidia.com/gpu=8", {"nvidia.com/gpu": 8}),
        (" nvidia.com/gpu = 8 , amd.com/gpu=0", {"nvidia.com/gpu": 8, "amd.com/gpu": 0}),
        ("nvidia.com/mig-1g.5gb=7", {"nvidia.com/mig-1g.5gb": 7}),
    ],
)
def test_gpus(text: str, offered: dict[str, int]) -> None:
    assert sandboxes.parse_gpus(text) == offered


@pytest.mark.parametrize(
    ("text", "why", "write"),
    [
        ("8", "RESOURCE=COUNT", "nvidia.com/gpu=8"),
        ("", "RESOURCE=COUNT", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu", "RESOURCE=COUNT", "nvidia.com/gpu=8"),
        ("amd.com/gpu", "RESOURCE=COUNT", "amd.com/gpu=8"),
        ("gpu=8", "a domain", "nvidia.com/gpu=8"),
        ("nvidia.com/=8", "a domain", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu=eight", "whole devices", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu=-1", "whole devices", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu=0.5", "whole devices", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu=²", "whole devices", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu=1025", "whole devices", "nvidia.com/gpu=8"),
        ("nvidia.com/gpu=1,nvidia.com/gpu=2", "twice", "nvidia.com/gpu=2"),
        ("nvidia.com/gpu=1,", "RESOURCE=COUNT", "nvidia.com/gpu=8"),
    ],
)
def test_gpus_that_no_node_can_offer(text: str, why: str, write: str) -> None:
    with pytest.raises(CannotAnswer, match="is not what a node can offer") as refused:
        sandboxes.parse_gpus(text)
    assert why in refused.value.why
    assert refused.value.write == write


@pytest.mark.parametrize("count", [0, -1, 5001])
def test_a_number_of_nodes_that_cannot_be(count: int) -> None:
    with pytest.raises(CannotAnswer, match=f"cannot have {count} nodes"):
        sandboxes.up(own_name("-x"), say=print, nodes=count, ready="simulated")


def test_a_port_of_another_program() -> None:
    with socket.socket() as program:
        program.bind(("127.0.0.1", 0))
        program.listen()
        taken = program.getsockname()[1]
        with pytest.raises(CannotAnswer, match=f"port {taken} on 127.0.0.1 is taken by another program"):
            ports.choose({}, taken)


@pytest.mark.parametrize("port", [0, 80, 65536, -5])
def test_a_port_that_cannot_be_used(port: int) -> None:
    with pytest.raises(CannotAnswer, match=f"port {port} cannot be used"):
        ports.choose({}, port)


def test_ports_of_other_sandboxes_are_passed_over() -> None:
    first = ports.choose({})
    second = ports.choose(dict.fromkeys(first.values(), "first"))
    assert not set(first.values()) & set(second.values())
    assert len(set(second.values())) == 6
    wanted = ports.choose({}, first["etcd"])
    assert wanted["kube-apiserver"] == first["etcd"]
    assert len(set(wanted.values())) == 6


def test_a_full_disk_is_said_and_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    name = own_name("-full")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(2**30, 2**30, 10 * 2**20))
    with pytest.raises(CannotAnswer, match=r"disk of .* is full") as refused:
        sandboxes.up(name, say=print, ready="simulated")
    assert refused.value.why == "10 MB are free, a sandbox takes 300 MB"
    assert not model.folder(name).exists()


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "is full"), (errno.EACCES, "cannot write /x")])
def test_what_the_file_system_refuses_is_told(number: int, words: str) -> None:
    with pytest.raises(CannotAnswer, match=words), make.told():
        raise OSError(number, "said by the system", "/x")


def test_a_component_that_ends_is_named_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """kwokctl says that a cluster is ready although the kwok controller has ended."""
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))
    box = Sandbox("silent", ports=dict.fromkeys(ports.NAMES, 1))
    logs = config.cluster(box) / "logs"
    logs.mkdir(parents=True)
    (logs / "kwok-controller.log").write_text("one\nnode leases parallelism must be greater than 0\n")
    alive = dict(enumerate(name for name in model.COMPONENTS if name != "kwok-controller"))
    monkeypatch.setattr(processes, "living", lambda _: alive)
    (box.folder / make.KWOKCTL_LOG).write_text("Cluster is ready\n")
    with pytest.raises(CannotAnswer, match="silent does not start: no kwok-controller") as refused:
        make._check_started(box, 0)
    assert "node leases parallelism must be greater than 0" in refused.value.why


@pytest.mark.parametrize(("dead", "again"), [("kube-controller-manager", 1), ("kube-apiserver", 0)])
def test_a_component_that_gave_up_on_a_slow_api_server_is_started_once_more(
    dead: str, again: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))
    box = Sandbox("busy", ports=dict.fromkeys(ports.NAMES, 1))
    box.folder.mkdir(parents=True)
    alive = dict(enumerate(name for name in model.COMPONENTS if name != dead))
    monkeypatch.setattr(processes, "living", lambda _: alive)
    monkeypatch.setattr(processes, "end", lambda _: None)
    monkeypatch.setattr(make, "furnish", lambda sandbox, *_: sandbox)
    told: list[tuple[str, ...]] = []

    def start(_: Sandbox, __: object) -> None:
        raise CannotAnswer(f"no {dead}")

    monkeypatch.setattr(make, "_start", start)
    monkeypatch.setattr(make, "_kwokctl", lambda _, *words: told.append(words))
    monkeypatch.setattr(make, "_settle", lambda _: None)
    with nullcontext() if again else pytest.raises(CannotAnswer, match=dead):
        make.make(box, None, {}, [], print)
    assert told == [("start", "cluster")] * again


def test_a_record_that_cannot_be_read_was_never_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))
    assert sandboxes.status("cut") is None
    for text in ("", "{", "[]", '{"nodes": 4}'):
        model.folder("cut").mkdir(parents=True, exist_ok=True)
        (model.folder("cut") / model.RECORD).write_text(text)
        there = sandboxes.status("cut")
        assert there
        assert there.problem == "it was never finished"
    sandboxes.down("cut", say=print)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_that_a_component_met_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))
    box = Sandbox("cramped", ports=dict.fromkeys(ports.NAMES, 1))
    box.folder.mkdir(parents=True)
    (box.folder / make.KWOKCTL_LOG).write_text("write etcd.pid: no space left on device\n")
    with pytest.raises(CannotAnswer, match="is full"):
        make._check_started(box, 1)


def test_without_proc_the_processes_are_asked_of_ps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS."""
    listed = f"  7 {tmp_path}/a b/bin/etcd --data-dir={tmp_path}/x\n 12 vim {tmp_path}/a b/bin/etcd\n  9 [idle]\n 3\n"
    monkeypatch.setattr(processes, "PROC", tmp_path / "no-proc")
    monkeypatch.setattr(processes, "run", lambda argv, **_: Done(tuple(argv), 0, listed, ""))
    assert processes.living(tmp_path / "a b") == {7: "etcd"}
    assert processes.living(tmp_path / "a") == {}


def test_a_sandbox_of_another_version_is_brought_up_to_date() -> None:
    (said,) = cluster._missing(Sandbox("old", recipe="of before"), [])
    assert said == "it was made by another version of wellit and is brought up to date"
