"""Keeps one program and all that it starts: what Together puts between itself and each of its children.

A kernel can kill a process when its parent ends (on Linux), but not what that process had started. This one is asked to
adopt whatever its program leaves behind, so that all of it is found and ended: when the program ends, when it is told
to, and when the process above it is gone, were it by kill -9. Run by path and with -I -S: it starts in 15 ms.

    keeper.py PARENT FD PROGRAM WORDS...    writes its pid, and why it cannot start, to FD

TERM, INT and HUP are passed on to the program alone, as a container runtime does it. USR1 ends everything at once.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PASSED_ON = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
HEARD = {*PASSED_ON, signal.SIGUSR1, signal.SIGCHLD}
LINUX = sys.platform == "linux"
POLL_SECONDS = 0.5  # how soon it is seen, where no signal says it, that the parent is gone
STUCK_SECONDS = 10.0


def main() -> None:
    parent, said, words = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
    if LINUX:
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGUSR1)
    started = start(words, said)
    os.close(said)
    status = watch(started, parent)
    end_all(started if status is None else 0)
    end_as(signal.SIGKILL if status is None else status)


def start(words: list[str], said: int) -> int:
    """The program's pid. It dies with the keeper, where the kernel can do that."""
    os.set_inheritable(said, False)
    keeper, pid = os.getpid(), os.fork()
    if pid:
        return pid
    try:
        if LINUX:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != keeper:
                os._exit(1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        os.write(said, f"{os.getpid()}\n".encode())
        os.execvp(words[0], words)
    except OSError as problem:
        os.write(said, f"{problem.strerror}\n".encode())
    os._exit(127)


def watch(started: int, parent: int) -> int | None:
    """The program's wait status; None when it is to be ended."""
    while True:
        heard = wait_for_signal()
        if heard in PASSED_ON:
            with contextlib.suppress(ProcessLookupError):
                os.kill(started, heard)
        ended = dict(buried())
        if started in ended:
            return ended[started]
        if heard == signal.SIGUSR1 or os.getppid() != parent:
            return None


def wait_for_signal() -> int:
    if hasattr(signal, "sigtimedwait"):
        heard = signal.sigtimedwait(HEARD, POLL_SECONDS)
        return heard.si_signo if heard else 0
    signal.setitimer(signal.ITIMER_REAL, POLL_SECONDS)  # macOS has no sigtimedwait
    return signal.sigwait({*HEARD, signal.SIGALRM})


def buried() -> Iterator[tuple[int, int]]:
    """Each child that has ended, with its wait status."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        yield pid, status


def end_all(runs: int) -> None:
    """Kill what is below; `runs` is the program when it still does.

    A child of one that is killed comes here, so that in the end nothing is left. What the kernel itself holds (a
    driver that does not answer) is waited for only so long.
    """
    until = time.monotonic() + STUCK_SECONDS
    if not LINUX:
        os.killpg(0, signal.SIGTERM)  # which the keeper has blocked for itself
        if runs:
            os.kill(runs, signal.SIGKILL)
    while time.monotonic() < until:
        for pid in children() if LINUX else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(0.01)
        except ChildProcessError:
            return


def children() -> list[int]:
    me = os.getpid()
    try:
        return [int(pid) for pid in read(f"/proc/self/task/{me}/children").split()]
    except OSError:  # a kernel without CONFIG_PROC_CHILDREN
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and parent_of(name) == me]  # noqa: PTH208


def parent_of(pid: str) -> int:
    try:
        return int(read(f"/proc/{pid}/stat").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def read(file: str) -> str:
    with open(file, encoding="utf-8", errors="replace") as told:  # noqa: PTH123 - pathlib takes as long as all the rest
        return told.read()


def end_as(status: int) -> None:
    """End as the program did, by its exit code or by its signal."""
    if not os.WIFSIGNALED(status):
        os._exit(os.WEXITSTATUS(status))
    number = os.WTERMSIG(status)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)


if __name__ == "__main__":
    main()
