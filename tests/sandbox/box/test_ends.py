"""Whatever of a box is killed, nothing of it is left: no process, no namespace, no link, no mount."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.box.boxes import TestBox
from wellit.paths import ROOT

PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
ROOTLESS = 1000


@pytest.fixture
def own(can_answer: None, tmp_path: Path) -> Iterator[TestBox]:  # noqa: ARG001
    made = TestBox(tmp_path / "sandbox")
    try:
        made.start()
        yield made
    finally:
        made.end()


def namespaces() -> set[str]:
    """Every network and mount namespace that a process of this machine is in."""
    seen = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            for kind in ("net", "mnt", "pid_for_children"):
                try:
                    seen.add(str((entry / "ns" / kind).readlink()))
                except OSError:
                    continue
    return seen


def marked(mark: str) -> list[str]:
    """Processes with a word in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue
        if mark.encode() in words:
            found.append(entry.name)
    return found


@pytest.mark.parametrize("victim", ["inside", "outside", "unshare", "relay"])
def test_kill_9_of_any_of_them_leaves_nothing(own: TestBox, victim: str) -> None:
    links, mounts = socket.if_nameindex(), Path("/proc/self/mounts").read_text()
    mark = f"marked-{os.getpid()}-{victim}"
    ip = own.ask("add")
    for _ in range(2):
        own.start_in(ip, "sh", "-c", "sleep 1000 & sleep 1000", mark, env=PATH)
    in_the_box = {str(Path(f"/proc/{own.pid('inside')}/ns/{kind}").readlink()) for kind in ("net", "mnt")}
    assert in_the_box <= namespaces()
    assert len(marked(mark)) == 2

    pid = next(pid for pid, name in own.living().items() if name == "unshare") if victim == "unshare" else None
    os.kill(pid or own.pid(victim), signal.SIGKILL)
    end = time.monotonic() + 60
    while (own.living() or marked(mark)) and time.monotonic() < end:
        time.sleep(0.05)
    assert own.living() == {}
    assert marked(mark) == []
    assert not in_the_box & namespaces()
    assert socket.if_nameindex() == links
    assert Path("/proc/self/mounts").read_text() == mounts
    shutil.rmtree(own.box)


def test_two_boxes_do_not_meet(own: TestBox, tmp_path: Path) -> None:
    other = TestBox(tmp_path / "other")
    try:
        other.start()
        assert own.ask("add") == other.ask("add")
        other.end()
        assert own.ask("add")
    finally:
        other.end()


def test_a_part_that_fails_is_told_and_ends_the_box(can_answer: None, tmp_path: Path) -> None:  # noqa: ARG001
    made = TestBox(tmp_path / "sandbox")
    settings = made.box / "settings.json"
    settings.write_text(settings.read_text().replace("tests.sandbox.box.part", "no.such.part"))
    with pytest.raises(AssertionError, match="No module named 'no'"):
        made.start()
    assert made.living() == {}


def test_without_root(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same box for a user who is nobody special, with a Python that this user can read."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can become somebody else, with setpriv")
    as_user = ["setpriv", f"--reuid={ROOTLESS}", f"--regid={ROOTLESS}", "--clear-groups", "--inh-caps=-all"]
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    for python in (os.path.realpath(sys.executable), shutil.which(version, path="/usr/bin:/usr/local/bin")):
        env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"}
        look = "import os, sys, pyroute2, wellit; os.stat(sys.executable)"
        if (
            python
            and not subprocess.run(
                [*as_user, python, "-c", look], env=env, check=False, stderr=subprocess.DEVNULL
            ).returncode
        ):
            break
    else:
        pytest.skip("there is no Python that another user can read")
    folder = tmp_path_factory.getbasetemp().parent.parent / f"rootless-{os.getpid()}"
    folder.mkdir()
    try:
        os.chown(folder, ROOTLESS, ROOTLESS)
        done = subprocess.run(
            [*as_user, python, "-m", "tests.sandbox.box.rootless", folder / "sandbox"], env=env | {"HOME": str(folder)},
            cwd="/", text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
        )  # fmt: skip
    finally:
        shutil.rmtree(folder)
    if "Operation not permitted" in done.stdout:
        pytest.skip("this machine has user namespaces for root only")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-3:] == ["0", "10.66.0.2 is served", "nothing is left"]
