"""The one module that starts processes.

subprocess, not sh: importing sh costs 60 ms, a fifth of a whole `validate`, and of sh's conveniences only
line callbacks and time limits are wanted here.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, TypeVar

from wellit.errors import CannotAnswer

# Variables of the user's that may reach a child; everything else (HELM_*, HELMFILE_*, KUBECONFIG, GOFLAGS ...) would
# change a result without being on the screen.
PASSED_ON = frozenset(
    "PATH HOME USER LOGNAME SHELL TMPDIR LANG LC_ALL LC_CTYPE TZ TERM SSL_CERT_FILE SSL_CERT_DIR "
    "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy "
    # credential helpers that a kubeconfig may start
    "AWS_PROFILE AWS_REGION AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE CLOUDSDK_CONFIG GOOGLE_APPLICATION_CREDENTIALS "
    "AZURE_CONFIG_DIR USE_GKE_GCLOUD_AUTH_PLUGIN".split()
)
GRACE_SECONDS = 5.0
KEEPER = Path(__file__).parent / "keeper.py"
FEW = 16  # items that are not worth starting processes for
Item = TypeVar("Item")
Made = TypeVar("Made")

# A long-running process, as start() gives it and stop() takes it.
Running = subprocess.Popen[str]


@dataclass(frozen=True)
class Done:
    """A process that ended by itself."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def command(self) -> str:
        return shlex.join(self.argv)


class Runner(Protocol):
    """How the library starts a short process; tests give a fake that refuses what it was not told of."""

    def __call__(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stdin: str | None = None,
        timeout: float | None = None,
        on_line: Callable[[str], None] | None = None,
        tied: bool = False,
    ) -> Done: ...


def child_env(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment made for a child: the few variables of the user's it needs, plus `extra`."""
    kept = {name: value for name, value in os.environ.items() if name in PASSED_ON}
    return kept | dict(extra or {})


def run(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    timeout: float | None = None,
    on_line: Callable[[str], None] | None = None,
    tied: bool = False,
) -> Done:
    """Run `argv` to its end and return what it said, whatever its exit code.

    `env` is added to child_env(). `on_line` gets each line of stderr as it comes. After `timeout` seconds, and on
    Ctrl-C, the whole process group gets TERM, then KILL after a grace time. What is `tied` ends with all that it has
    started when it ends itself, and when this process does, were it by kill -9.

    Raises CannotAnswer when the program is not there or `timeout` is over.
    """
    args = tuple(str(a) for a in argv)
    try:
        with _keeper() if tied else contextlib.nullcontext(((), ())) as (before, passed):
            process = subprocess.Popen(
                [*before, *args], env=child_env(env), cwd=cwd, text=True, errors="replace", start_new_session=True,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=passed,
            )  # fmt: skip
    except OSError as problem:
        raise CannotAnswer(f"cannot start {args[0]}: {problem.strerror}", write="invoke tools") from problem
    with process:  # which closes its pipes
        try:
            if on_line is None:
                out, err = process.communicate(stdin, timeout)
            else:
                out, err = _communicate_by_line(process, stdin, timeout, on_line)
        except subprocess.TimeoutExpired as late:
            stop(process)
            raise CannotAnswer(
                f"{Path(args[0]).name} did not end within {timeout:.0f} s", why=shlex.join(args)
            ) from late
        except BaseException:
            stop(process)
            raise
    return Done(args, process.returncode, out, err)


@contextlib.contextmanager
def _keeper() -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """The words before those of a program that is to have a keeper, and the descriptor that this one inherits.

    What the keeper says there nobody reads: a program that cannot be started ends with 127.
    """
    said = os.open(os.devnull, os.O_WRONLY)
    try:
        yield (sys.executable, "-I", "-S", str(KEEPER), str(os.getpid()), str(said)), (said,)
    finally:
        os.close(said)


def _communicate_by_line(
    process: Running, stdin: str | None, timeout: float | None, on_line: Callable[[str], None]
) -> tuple[str, str]:
    kept: dict[str, list[str]] = {"out": [], "err": []}

    def read(stream: IO[str], name: str) -> None:
        for line in stream:
            kept[name].append(line)
            if name == "err":
                on_line(line.rstrip("\n"))

    assert process.stdout and process.stderr
    readers = [
        threading.Thread(target=read, args=(stream, name), daemon=True)
        for stream, name in ((process.stdout, "out"), (process.stderr, "err"))
    ]
    for reader in readers:
        reader.start()
    if stdin is not None and process.stdin:
        process.stdin.write(stdin)
        process.stdin.close()
    # Its output ends when it does: to wait for the process itself with a time limit is to look every 50 ms.
    until = None if timeout is None else time.monotonic() + timeout
    for reader in readers:
        reader.join(_left(until))
    process.wait(_left(until))
    for reader in readers:
        reader.join()
    return "".join(kept["out"]), "".join(kept["err"])


def _left(until: float | None) -> float | None:
    """Seconds until a moment of the monotonic clock; None for none."""
    return None if until is None else max(0.0, until - time.monotonic())


def attached(argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run a program on the person's own terminal and environment (a shell, a test run). Returns its exit code."""
    try:
        return subprocess.run(
            [str(a) for a in argv], env={**os.environ, **(env or {})}, cwd=cwd, check=False
        ).returncode
    except OSError as problem:
        raise CannotAnswer(f"cannot start {argv[0]}: {problem.strerror}") from problem


def spread(work: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """What `work`, a function of a module, makes of each item, in their order; by all cores when there are many.

    The first one is made here, so that what it loads is there for all. Ctrl-C, or a failure, ends every worker.
    """
    cores = os.cpu_count() or 1
    if len(items) < FEW or cores == 1:
        return [work(item) for item in items]
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    made = [work(items[0])]
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), _leave_ctrl_c_to_the_parent)
    try:
        made += pool.map(work, items[1:], chunksize=max(1, len(items) // (cores * 8)))
    except BaseException:
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
    return made


def _leave_ctrl_c_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


# Runs "$@" until it ends, or whoever holds this shell's stdin is gone, were it by kill -9: then with all it started.
_TIED = 'exec 3<&0; "$@" </dev/null & child=$!; (cat <&3 >/dev/null; kill 0) & wait $child'


def start(
    argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, tied: bool = False
) -> Running:
    """Start a long-running process in its own group, its output going to `log`. End it with stop().

    With `tied` it also ends when this process does, however that ends.
    """
    words = [str(a) for a in argv]
    with log.open("w") as sink:
        return subprocess.Popen(
            ["/bin/sh", "-c", _TIED, "sh", *words] if tied else words,
            env=child_env(env), text=True, start_new_session=True,
            stdin=subprocess.PIPE if tied else subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT,
        )  # fmt: skip


def stop(process: Running) -> int:
    """End a process and its group: TERM, then KILL after a grace time. Returns its exit code."""
    if process.stdin:
        process.stdin.close()
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        try:
            return process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    return process.wait()
