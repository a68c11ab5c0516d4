"""What a container is given, what it sees, and how it ends: in real namespaces."""

from __future__ import annotations

import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.sandbox.box.boxes import TestBox

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z")
PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@pytest.fixture(scope="module")
def pod(box: TestBox) -> str:
    ip: str = box.ask("add")
    return ip


def test_it_gets_exactly_the_command_and_the_environment(box: TestBox, pod: str) -> None:
    words = ["printf", "<%s>", "--flag=a b", "", "$HOME", "*"]
    assert box.said_by(pod, *words, env=PATH) == "<--flag=a b><><$HOME><*>"
    assert box.said_by(pod, "env", env={"ONE": "1", "TWO": "a b"}).splitlines() == ["ONE=1", "TWO=a b"]


def test_without_a_path_in_its_environment_a_command_is_looked_for_where_images_have_it(box: TestBox, pod: str) -> None:
    assert box.said_by(pod, "true") == ""


def test_it_sees_a_root_of_its_own(box: TestBox, pod: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the machine")
    seen = set(box.said_by(pod, "ls", "/", env=PATH).splitlines())
    assert {"bin", "dev", "etc", "proc", "root", "tmp", "usr"} <= seen
    assert "boot" not in seen
    with tempfile.NamedTemporaryFile(dir="/tmp", prefix="of-the-machine-") as there:
        # a checkout or a cache below /tmp is shown at its place, and nothing else of it
        assert Path(there.name).name not in box.said_by(pod, "ls", "-A", "/tmp", env=PATH)
    assert box.start_in(pod, "cat", str(tmp_path / "secret"), env=PATH).wait() == 1
    assert box.said_by(pod, "cat", "/proc/1/comm", env=PATH) == "cat"


def test_the_machines_programs_cannot_be_written_and_its_own_root_can(box: TestBox, pod: str) -> None:
    touch = "touch /usr/bin/x; touch /etc/ssl/x; touch /tmp/x /x && echo ok"
    said = box.said_by(pod, "sh", "-c", touch, env=PATH)
    assert said.count("Read-only file system") == 2
    assert said.endswith("ok")
    assert not Path("/x").exists()


def test_its_streams_are_told_apart_in_the_log(box: TestBox, pod: str) -> None:
    ran = box.start_in(pod, "sh", "-c", "echo out; sleep 0.2; echo err >&2; sleep 0.2; printf end", env=PATH)
    assert ran.wait() == 0
    assert [line[1:] for line in ran.lines()] == [
        ["stdout", "F", "out"],
        ["stderr", "F", "err"],
        ["stdout", "F", "end"],
    ]
    assert all(TIME.fullmatch(line[0]) for line in ran.lines())


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("vllm", 'exec: "vllm": executable file not found in $PATH'),
        ("/app/epp", 'exec: "/app/epp": stat /app/epp: no such file or directory'),
        ("/etc/hosts", 'exec: "/etc/hosts": permission denied'),
        ("/etc", 'exec: "/etc": is a directory'),
    ],
)
def test_a_command_that_cannot_be_started_is_told_as_a_runtime_tells_it(
    box: TestBox, pod: str, command: str, problem: str
) -> None:
    ran = box.start_in(pod, command, env=PATH)
    assert ran.problem == problem
    assert ran.wait() == 128
    assert ran.said() == problem


def test_a_volume_that_is_not_there_is_told(box: TestBox, pod: str) -> None:
    ran = box.start_in(pod, "true", env=PATH, mounts=[(Path("/no/such"), "/data", False)])
    assert ran.wait() == 128
    assert "/no/such" in ran.problem or "No such file" in ran.problem


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_exit_codes(box: TestBox, pod: str, code: int) -> None:
    assert box.start_in(pod, "sh", "-c", f"exit {code}", env=PATH).wait() == code


def test_a_shell_that_does_not_find_its_command_says_127(box: TestBox, pod: str) -> None:
    assert box.start_in(pod, "sh", "-c", "python3 -m sglang.launch_server || vllm; exit $?", env=PATH).wait() == 127


def test_signals(box: TestBox, pod: str) -> None:
    heeds = box.start_in(pod, "sh", "-c", "trap 'exit 3' TERM; echo up; while :; do sleep 0.05; done", env=PATH)
    while "up" not in heeds.said():
        time.sleep(0.05)
    heeds.signal(signal.SIGTERM)
    assert heeds.wait() == 3
    # The first process of a container, which has no handler, is not ended by TERM, as anywhere.
    deaf = box.start_in(pod, "sleep", "100", env=PATH)
    assert not deaf.signal(signal.SIGTERM)
    deaf.signal(signal.SIGKILL)
    assert deaf.wait() == 137
    assert deaf.signal(signal.SIGKILL)


def test_with_its_first_process_all_of_it_ends(box: TestBox, pod: str, tmp_path: Path) -> None:
    left = "(while :; do echo x >>/data/beat; sleep 0.02; done) & while [ ! -s /data/beat ]; do sleep 0.02; done"
    ran = box.start_in(pod, "sh", "-c", left, env=PATH, mounts=[(tmp_path, "/data", False)])
    assert ran.wait() == 0
    size = (tmp_path / "beat").stat().st_size
    time.sleep(0.2)
    assert (tmp_path / "beat").stat().st_size == size > 0


def test_volumes_are_at_their_paths(box: TestBox, pod: str, tmp_path: Path) -> None:
    for name in ("data", "config", "config/inner"):
        (tmp_path / name).mkdir()
    (tmp_path / "one").write_text("1")
    said = box.said_by(
        pod, "sh", "-c", "touch /data/made; touch /config/x; cat /config/deep/er/one; ls /config/deep/er", env=PATH,
        mounts=[
            (tmp_path / "one", "/config/deep/er/one", True),
            (tmp_path / "data", "/data", False),
            (tmp_path / "config", "/config", False),
        ],
    )  # fmt: skip
    assert (tmp_path / "data" / "made").exists()
    assert said.endswith("1one")
    read_only = [(tmp_path / "data", "/data", True)]
    assert box.start_in(pod, "touch", "/data/x", env=PATH, mounts=read_only).wait() == 1


@pytest.mark.parametrize("where", ["/app/epp", "/usr/local/bin/vllm", "/usr/bin/vllm", "/usr/lib/deep/down/vllm"])
def test_what_the_image_has_is_at_its_path(box: TestBox, pod: str, tmp_path: Path, where: str) -> None:
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$0 $*"\nls /usr/bin/env\n')
    program.chmod(0o755)
    said = box.said_by(pod, where, "serve", env=PATH, provides={where: program})
    assert said.splitlines() == [f"{where} serve", "/usr/bin/env"]


def test_python3_may_be_a_shim_while_the_stand_in_runs_with_wellits_own(box: TestBox, pod: str, tmp_path: Path) -> None:
    shim = tmp_path / "python3"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import aiohttp, sys; print(sys.argv[1:])" "$@"\n')
    shim.chmod(0o755)
    command = 'python3 -m sglang.launch_server --model "$MODEL"'
    said = box.said_by(
        pod, "bash", "-c", command, env=PATH | {"MODEL": "a b"}, provides={"/usr/local/bin/python3": shim}
    )
    assert said == "['-m', 'sglang.launch_server', '--model', 'a b']"


def test_a_volume_over_the_folder_that_wellit_lies_in_does_not_take_its_python_away(
    box: TestBox, pod: str, tmp_path: Path
) -> None:
    """KServe's presets mount empty folders at /tmp and at /home."""
    (volume := tmp_path / "volume").mkdir()
    outer = "/" + Path(sys.prefix).parts[1]
    command = f'{sys.executable} -c "import aiohttp; print(1)"; touch {outer}/made'
    said = box.said_by(pod, "sh", "-c", command, env=PATH, mounts=[(volume, outer, False)])
    assert said == "1" and (volume / "made").exists()


def test_its_names(box: TestBox, pod: str) -> None:
    hosts = {"kubernetes.default.svc": "10.66.255.254"}
    said = box.said_by(
        pod, "sh", "-c", "hostname; getent hosts kubernetes.default.svc; getent hosts my-pod", env=PATH,
        hosts=hosts, host="my-pod",
    )  # fmt: skip
    assert [line.split() for line in said.splitlines()] == [
        ["my-pod"], ["10.66.255.254", "kubernetes.default.svc"], [pod, "my-pod"],
    ]  # fmt: skip


def test_its_folder_is_made(box: TestBox, pod: str) -> None:
    assert box.said_by(pod, "pwd", env=PATH, folder="/workspace/deep") == "/workspace/deep"


def test_a_command_in_a_running_container(box: TestBox, pod: str) -> None:
    ran = box.start_in(pod, "sleep", "100", env=PATH | {"A": "b"}, folder="/workspace", host="probed")
    assert ran.run("sh", "-c", "echo $A; pwd; hostname; cat /proc/1/comm; exit 3") == [
        3,
        "b\n/workspace\nprobed\nsleep",
    ]
    assert ran.run("no-such") == [128, 'exec: "no-such": executable file not found in $PATH']
    late = ran.run("sleep", "30", seconds=0.3)
    assert "TimeoutError" in str(late)
    ran.signal(signal.SIGKILL)


def test_how_long_a_container_takes(box: TestBox, pod: str) -> None:
    """A generous limit: what it takes on a machine with nothing else to do is in the benchmarks."""
    began = time.monotonic()
    for _ in range(5):
        box.said_by(pod, "true", env=PATH)
    assert (time.monotonic() - began) / 5 < 2
