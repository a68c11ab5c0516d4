"""Starts one container: a program of its own, read with nothing but Python's standard library, so that it is quick.

stdin has one line of JSON (see `Order`) and is held open until the caller knows the container's process id. What became
of it is written to the descriptor named in the order, a line each: `pid NUMBER`, then nothing more when the command was
started, or `cannot TEXT`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import stat
import sys
from typing import Any, NoReturn

NEWNS, NEWUTS, NEWPID, NEWNET = 0x00020000, 0x04000000, 0x20000000, 0x40000000
BIND, REC, PRIVATE = 0x1000, 0x4000, 0x40000
NOSUID, NODEV, NOEXEC = 2, 4, 8
READ_ONLY = 1
DETACH = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
# Numbers of system calls that every architecture shares; mount_setattr is there from Linux 5.12.
MOUNT_SETATTR = 442
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
# What a container that could not be started ends with (containerd's reason StartError).
CANNOT_START = 128
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(code: int, what: str) -> None:
    if code < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave namespaces for new ones; NEWNET is left by this thread only. Raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Enter the namespaces of an open descriptor. Raises OSError."""
    _checked(_libc.setns(descriptor, flags), "setns")


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2). Raises OSError with the target in it."""
    said = data.encode() or None
    _checked(_libc.mount(source.encode(), target.encode(), kind.encode() or None, flags, said), f"mount {target}")


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def bind(source: str, target: str, *, read_only: bool) -> None:
    """Show `source`, with all that is mounted below it, at `target`. Raises OSError."""
    mount(source, target, flags=BIND | REC)
    if read_only:
        said = _Attributes(set=READ_ONLY | NOSUID)
        code = _libc.syscall(
            MOUNT_SETATTR, AT_FDCWD, target.encode(), AT_RECURSIVE, ctypes.byref(said), ctypes.sizeof(said)
        )
        _checked(code, f"make {target} read-only")


def pivot(root: str) -> None:
    """Make `root`, a mount, the root, and let go of the old one. Raises OSError."""
    os.chdir(root)
    _checked(_libc.syscall(PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", DETACH), "umount the old root")
    os.chdir("/")


def furnish(root: str, steps: list[list[Any]]) -> None:
    """Do the steps of a plan (see container.plan) below `root`."""
    for verb, target, *more in steps:
        place = root + target
        if verb == "folder":
            os.makedirs(place, exist_ok=True)
            os.chmod(place, more[0])
        elif verb == "link":
            os.symlink(more[0], place)
        elif verb == "file":
            with open(place, "w") as file:
                file.write(more[0])
        elif verb == "bind":
            _point(more[0], place)
            bind(more[0], place, read_only=more[1])
        elif verb == "mirror":
            _mirror(root, target, more[0], more[1])


def _mirror(root: str, target: str, source: str, without: list[str]) -> None:
    """Show a read-only folder by links, so that something can be put beside what is in it."""
    bind_at = f"/.machine{target}"
    os.makedirs(root + bind_at)
    bind(source, root + bind_at, read_only=True)
    os.makedirs(root + target, exist_ok=True)
    for name in os.listdir(source):
        if name not in without:
            os.symlink(f"{bind_at}/{name}", f"{root}{target}/{name}")


def _point(source: str, place: str) -> None:
    """Something to mount on, of the same kind as the source."""
    if os.path.lexists(place):
        return
    if stat.S_ISDIR(os.stat(source).st_mode):
        os.makedirs(place)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o644))


def found(name: str, path: str) -> str:
    """The file that a command names, as a container runtime finds it. Raises OSError with the runtime's words."""
    if "/" in name:
        if not os.path.exists(name):
            raise FileNotFoundError(f'exec: "{name}": stat {name}: no such file or directory')
        return _executable(name, name)
    tried = [os.path.join(folder or ".", name) for folder in path.split(":")]
    for file in tried:
        if os.path.isfile(file) and os.access(file, os.X_OK):
            return file
    raise FileNotFoundError(f'exec: "{name}": executable file not found in $PATH')


def _executable(name: str, file: str) -> str:
    if os.path.isdir(file):
        raise IsADirectoryError(f'exec: "{name}": is a directory')
    if not os.access(file, os.X_OK):
        raise PermissionError(f'exec: "{name}": permission denied')
    return file


def contain(order: dict[str, Any]) -> NoReturn:
    """In the container's first process: make its root, and become the command. Raises OSError."""
    mount("none", "/", flags=REC | PRIVATE)
    root: str = order["root"]
    mount("root", root, "tmpfs", NOSUID | NODEV, f"mode=755,size={order['megabytes']}m")
    furnish(root, order["steps"])
    mount("proc", root + "/proc", "proc", NOSUID | NODEV | NOEXEC)
    pivot(root)
    os.makedirs(order["folder"], exist_ok=True)
    become(order)


def become(order: dict[str, Any]) -> NoReturn:
    """Become the command of the order. Raises OSError with a container runtime's words."""
    os.chdir(order["folder"])
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    os.umask(0o022)
    argv, env = order["argv"], order["env"]
    file = found(argv[0], env.get("PATH", DEFAULT_PATH))
    try:
        os.execve(file, argv, env)
    except OSError as problem:
        raise OSError(problem.errno, f'exec: "{argv[0]}": {os.strerror(problem.errno or 0).lower()}') from problem


def enter(order: dict[str, Any]) -> int:
    """Run a command in a container that runs. Returns its exit code; one that cannot be started says why on stderr."""
    try:
        setns(os.pidfd_open(order["enter"]), NEWNS | NEWPID | NEWNET | NEWUTS)
    except OSError as problem:
        os.write(2, f"{_words(problem)}\n".encode())
        return CANNOT_START
    child = os.fork()
    if child == 0:
        try:
            become(order)
        except OSError as problem:
            os.write(2, f"{_words(problem)}\n".encode())
        os._exit(CANNOT_START)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return 128 - code if code < 0 else code


def _words(problem: OSError) -> str:
    return str(problem.strerror or problem)


def main() -> int:
    order = json.loads(sys.stdin.readline())
    if "enter" in order:
        return enter(order)
    report, network = order["report"], order["network"]
    os.set_inheritable(report, False)
    try:
        if network is not None:
            setns(network, NEWNET)
            os.close(network)
        unshare(NEWNS | NEWPID | NEWUTS)
    except OSError as problem:
        os.write(report, f"cannot {_words(problem)}\n".encode())
        return CANNOT_START
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
            _checked(_libc.sethostname(order["host"].encode(), len(order["host"].encode())), "sethostname")
            contain(order)
        except OSError as problem:
            os.write(report, f"cannot {_words(problem)}\n".encode())
        os._exit(CANNOT_START)
    os.write(report, f"pid {child}\n".encode())
    sys.stdin.read()  # until the caller knows it
    return 0


if __name__ == "__main__":
    sys.exit(main())
