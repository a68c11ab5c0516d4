"""The module that starts processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from wellit import paths, process
from wellit.errors import CannotAnswer
from wellit.paths import ROOT
from wellit.tools.room import passing


def test_both_streams_and_the_exit_code_come_back() -> None:
    done = process.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.out, done.err, done.code, done.ok) == ("out\n", "err\n", 3, False)
    assert done.command == "sh -c 'echo out; echo err >&2; exit 3'"


def test_stdin_is_given_and_otherwise_empty() -> None:
    assert process.run(["cat"], stdin="a secret").out == "a secret"
    assert process.run(["cat"]).out == ""


def test_lines_of_stderr_come_as_they_are_said() -> None:
    seen: list[str] = []
    done = process.run(["sh", "-c", "cat >&2; echo out"], stdin="1\n2\n", on_line=seen.append)
    assert (seen, done.out) == (["1", "2"], "out\n")


def test_the_users_settings_do_not_reach_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HELM_NAMESPACE", "HELMFILE_ENVIRONMENT", "KUBECONFIG", "HF_TOKEN"):
        monkeypatch.setenv(name, "stray")
    seen = process.run(["env"], env={"ASKED_FOR": "yes"}).out
    assert "stray" not in seen
    assert "ASKED_FOR=yes" in seen
    assert f"PATH={os.environ['PATH']}" in seen


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(CannotAnswer, match="cannot start no-such-program"):
        process.run(["no-such-program"])


def test_a_time_limit_ends_the_whole_group(tmp_path: Path) -> None:
    up = tmp_path / "up"
    script = f"import subprocess, time; subprocess.Popen(['sleep', '60']); open({str(up)!r}, 'w'); time.sleep(60)"
    before = time.monotonic()
    with pytest.raises(CannotAnswer, match="did not end within"):
        process.run([sys.executable, "-c", script], timeout=1)
    assert time.monotonic() - before < 10
    assert up.exists()


def test_an_interruption_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    real = process.stop

    def stop(child: subprocess.Popen[str]) -> int:
        ended.append(real(child))
        return ended[-1]

    monkeypatch.setattr(process, "stop", stop)

    def interrupt(_line: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        process.run(["sh", "-c", "echo now >&2; sleep 60"], on_line=interrupt)
    assert ended and ended[0] != 0


def test_a_process_that_ignores_term_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GRACE_SECONDS", 0.3)
    child = process.start(["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"], log=tmp_path / "log")
    deadline = time.monotonic() + 60
    while "up" not in (tmp_path / "log").read_text() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert process.stop(child) == -9


def _twice(number: int) -> int:
    if number < 0:
        raise ValueError("negative")
    return 2 * number


def test_many_things_are_made_in_their_order_by_several_processes() -> None:
    assert process.spread(_twice, range(100)) == [2 * number for number in range(100)]
    assert process.spread(_twice, []) == []


def test_one_that_fails_ends_them_all() -> None:
    with pytest.raises(ValueError, match="negative"):
        process.spread(_twice, [*range(50), -1, *range(50)])
    assert multiprocessing.active_children() == []


def test_what_is_tied_ends_with_all_that_it_started_when_we_are_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = (
        "import os, signal, time; from pathlib import Path; from wellit import process\n"
        f"log = Path({str(log)!r})\n"
        "process.start(['sh', '-c', 'sleep 600 & echo $!; wait'], log=log, tied=True)\n"
        "while not log.read_text(): time.sleep(0.01)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert process.run([sys.executable, "-c", script], cwd=paths.ROOT, timeout=60).code == -signal.SIGKILL
    number = int(log.read_text())
    until = time.monotonic() + 60
    while (done := process.run(["ps", "-o", "stat=", "-p", str(number)], timeout=10)).ok and time.monotonic() < until:
        if done.out.startswith("Z"):
            break
        time.sleep(0.05)
    assert not done.ok or done.out.startswith("Z")


def test_what_is_run_to_its_end_ends_with_all_that_it_started_when_we_are_killed() -> None:
    words = ["sh", "-c", "sleep 600 & echo $! >&2; wait"]
    ours = f"from wellit import process; process.run({words}, tied=True, on_line=lambda l: print(l, flush=True))"
    with subprocess.Popen([sys.executable, "-c", ours], cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        started = int(running.stdout.readline())
        running.kill()
    end = time.monotonic() + 60
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(started, 0)
            assert time.monotonic() < end, "what a killed run had started goes on"
            time.sleep(0.05)


def test_what_is_tied_says_and_ends_as_it_would_alone() -> None:
    done = process.run(["sh", "-c", "echo out; echo err >&2; exit 3"], tied=True)
    assert (done.code, done.out, done.err, done.argv[0]) == (3, "out\n", "err\n", "sh")


def test_a_temporary_folder_of_a_killed_run_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    ours = "from wellit.tools.room import passing\nwith passing() as here: print(here, flush=True); input()"
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    argv = [sys.executable, "-c", ours]
    with subprocess.Popen(argv, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        left = Path(running.stdout.readline().strip())
        with passing():
            assert left.exists()  # its owner lives
        running.kill()
    with passing() as mine:
        assert [left.exists(), mine.exists()] == [False, True]
    assert list(tmp_path.iterdir()) == []
