"""Several wellits at once, and one that is stopped in the middle: no half program, no work done twice."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.tools.conftest import FakeGo
from wellit.paths import ROOT
from wellit.tools.find import in_cache
from wellit.tools.get import path
from wellit.tools.pins import pin

ANOTHER = "import sys; from wellit.tools import path; print(path(sys.argv[1]))"


def another(name: str, note: Path) -> subprocess.Popen[str]:
    """A second wellit that asks for a tool; what it says goes to `note`."""
    with note.open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-c", ANOTHER, name], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=stderr
        )


def alive(pid: object) -> bool:
    """Whether a process runs still; one that ended and waits to be fetched by its parent does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def rooms(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "cache" / "build").glob("room-*"))


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "waited 20 s in vain"
        time.sleep(0.02)


def test_two_at_once_build_once(go: FakeGo, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    go.install(gate=gate)
    notes = [tmp_path / "one", tmp_path / "two"]
    both = [another("helm", note) for note in notes]
    waiting = f"another wellit is building helm {pin('helm').version}, waiting for it"
    wait_for(lambda: [note for note in notes if waiting in note.read_text()])
    gate.touch()
    answers = [process.communicate(timeout=60)[0].strip() for process in both]
    assert answers == [str(pin("helm").file)] * 2
    assert len(go.calls("build")) == 1
    assert rooms(tmp_path) == []


def test_a_build_that_is_killed_leaves_nothing_that_counts(go: FakeGo, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    go.install(gate=gate)
    killed = another("helm", tmp_path / "note")
    wait_for(lambda: go.calls("build"))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert in_cache(pin("helm")) is None
    assert len(rooms(tmp_path)) == 1
    go.install()
    path("helm", lambda _: None)
    assert in_cache(pin("helm"))
    assert rooms(tmp_path) == []
    gate.touch()
    wait_for(lambda: not alive(go.calls("build")[0]["pid"]))


def test_ctrl_c_stops_go_and_clears_the_room(go: FakeGo, tmp_path: Path) -> None:
    go.install(gate=tmp_path / "never")
    stopped = another("helm", tmp_path / "note")
    wait_for(lambda: go.calls("build"))
    stopped.send_signal(signal.SIGINT)
    stopped.communicate(timeout=60)
    assert rooms(tmp_path) == []
    assert in_cache(pin("helm")) is None
    assert not alive(go.calls("build")[0]["pid"])
