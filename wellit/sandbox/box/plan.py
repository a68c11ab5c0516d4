"""What a container sees: its root, as a list of steps that launch.py does. Nothing here touches a mount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# ["folder", TARGET, mode], ["link", TARGET, to], ["file", TARGET, text], ["bind", TARGET, source, read only],
# ["mirror", TARGET, source, [names that are left out]]
Step = list[str | int | bool | list[str]]

FOLDERS = {
    "/dev": 0o755, "/dev/shm": 0o1777, "/etc": 0o755, "/home": 0o755, "/opt": 0o755, "/proc": 0o555, "/root": 0o700,
    "/run": 0o755, "/sys": 0o555, "/tmp": 0o1777, "/usr": 0o755, "/usr/local": 0o755, "/usr/local/bin": 0o755,
    "/var": 0o755, "/var/log": 0o755, "/var/tmp": 0o1777,
}  # fmt: skip
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
# Those to folders are relative: what is mounted through one while the root is built must not land on the machine's own.
LINKS = {
    "/dev/fd": "/proc/self/fd", "/dev/stdin": "/proc/self/fd/0", "/dev/stdout": "/proc/self/fd/1",
    "/dev/stderr": "/proc/self/fd/2", "/var/run": "../run", "/var/lock": "../run/lock",
}  # fmt: skip
# Of the machine's /etc, what programs need to start and to check certificates.
ETC = (
    "alternatives", "ca-certificates", "ca-certificates.conf", "crypto-policies", "group", "ld.so.cache", "ld.so.conf",
    "ld.so.conf.d", "localtime", "mime.types", "nsswitch.conf", "passwd", "pki", "protocols", "services", "ssl",
)  # fmt: skip
# Folders of programs and libraries; links on most systems.
PROGRAMS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
NIX = "nix"


@dataclass(frozen=True)
class Mount:
    """A file or folder of the machine, shown at `target` in the container."""

    source: Path
    target: str
    read_only: bool = False


def root(
    *,
    shown: Iterable[Path],
    provides: Mapping[str, Path],
    mounts: Sequence[Mount],
    hosts: Mapping[str, str],
    host_name: str,
    ip: str,
    machine: Path = Path("/"),
) -> list[Step]:
    """The steps that make a container's root: the machine's programs and `shown` at their own paths, `provides`, which
    are the image's own files, then the pod's volumes, and what of `shown` lies below one of them once more. `machine`
    is where the machine's own root is."""
    steps = [*_base(machine), *_etc(machine, hosts, host_name, ip)]
    own = [path for path in _outermost(shown) if path.exists()]
    steps += [["bind", str(path), str(path), True] for path in own]
    for target, program in sorted(provides.items()):
        steps = _place(steps, Mount(program, target, read_only=True))
    for mount in sorted(mounts, key=lambda mount: PurePosixPath(mount.target).parts):
        steps = _place(steps, mount)
    for path in own:  # a volume over /tmp or /home must not hide the Python that stands in for a program
        if any(path.is_relative_to(mount.target) for mount in mounts):
            steps = _place(steps, Mount(path, str(path), read_only=True))
    return steps


def _base(machine: Path) -> Iterator[Step]:
    for folder, mode in FOLDERS.items():
        yield ["folder", folder, mode]
    for name in DEVICES:
        yield ["bind", f"/dev/{name}", str(machine / "dev" / name), False]
    for link, to in LINKS.items():
        yield ["link", link, to]
    for name in sorted(entry.name for entry in (machine / "usr").iterdir()):
        if name != "local":
            yield from _same(machine, f"/usr/{name}")
    for name in (*PROGRAMS, NIX):
        yield from _same(machine, f"/{name}")


def _etc(machine: Path, hosts: Mapping[str, str], host_name: str, ip: str) -> Iterator[Step]:
    for name in ETC:
        yield from _same(machine, f"/etc/{name}")
    lines = ["127.0.0.1 localhost", "::1 localhost ip6-localhost", *([f"{ip} {host_name}"] if ip else [])]
    lines += [f"{address} {name}" for name, address in hosts.items()]
    yield ["file", "/etc/hosts", "\n".join(lines) + "\n"]
    yield ["file", "/etc/hostname", f"{host_name}\n"]
    # No name server: a name that is not in /etc/hosts is not found, at once.
    yield ["file", "/etc/resolv.conf", "options attempts:1 timeout:1\n"]


def _same(machine: Path, path: str) -> Iterator[Step]:
    """A file, folder or link of the machine, at its own path."""
    there = machine / path[1:]
    if there.is_symlink() and not there.readlink().is_absolute():
        yield ["link", path, str(there.readlink())]
    elif there.exists():
        yield ["bind", path, str(there.resolve()), True]


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Without those that lie in another one."""
    kept: list[Path] = []
    for path in sorted(set(paths), key=lambda path: path.parts):
        if not any(path.is_relative_to(outer) for outer in kept):
            kept.append(path)
    return kept


def _place(steps: list[Step], mount: Mount) -> list[Step]:
    """The steps, with `mount` on top. A read-only folder in which there is nothing to mount on is opened up for it."""
    target = PurePosixPath(mount.target)
    made = list(steps)
    over = next((step for step in reversed(steps) if _covers(step, target)), None)
    if over is not None and over[0] == "bind" and over[3]:
        made[made.index(over) : made.index(over) + 1] = _opened(over, target)
    return [*made, ["bind", str(target), str(mount.source), mount.read_only]]


def _covers(step: Step, target: PurePosixPath) -> bool:
    return step[0] == "bind" and target != PurePosixPath(str(step[1])) and target.is_relative_to(str(step[1]))


def _opened(over: Step, target: PurePosixPath) -> list[Step]:
    """A bind, or what shows the same and has a place for `target`."""
    place, source = PurePosixPath(str(over[1])), Path(str(over[2]))
    parts = target.relative_to(place).parts
    if (source / target.relative_to(place)).exists():
        return [over]
    opened: list[Step] = []
    for part in parts:
        if not source.is_dir():
            break
        opened.append(["mirror", str(place), str(source), [part]])
        place, source = place / part, source / part
    return opened or [over]
