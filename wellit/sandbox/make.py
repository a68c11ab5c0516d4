"""Making a sandbox from nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.paths import shown
from wellit.process import Running, start, stop
from wellit.sandbox import config, crds, model, nodes, ports, processes, stages, tier
from wellit.sandbox.kubectl import LONGEST_WHY, asked, environment, kubectl
from wellit.sandbox.lock import locked
from wellit.sandbox.model import COMPONENTS, DATA, Ready, Sandbox
from wellit.say import Say
from wellit.tools.pins import pin

KWOKCTL_LOG = "kwokctl.log"
START_SECONDS = 120
# etcd sets 64 MB aside for its log at once, then as much again
NEEDED_MEGABYTES = 300
NOTHING_MEGABYTES = 16
TRIES = 3  # to start components that give up on an API server which is still starting


def make(wanted: Sandbox, port: int | None, programs: Mapping[str, Path], definitions: list[Path], say: Say) -> Sandbox:
    """Clean the sandbox's folder, which the caller has locked, and start everything in it.

    Raises CannotAnswer; then, and when it is interrupted, nothing is left running and the folder is empty.
    """
    _check_room(wanted)
    processes.end(wanted.folder)
    clear(wanted.folder)
    try:
        sandbox = _reserve(wanted, port)
        say(f"sandbox {sandbox.name}: starting a Kubernetes control plane on {sandbox.server}")
        try:
            _start(sandbox, programs)
        except CannotAnswer:
            if not _impatient(sandbox):
                raise
            say(f"sandbox {sandbox.name}: a component gave up on a slow API server; starting it once more")
            _start_again(sandbox)
        say(f"sandbox {sandbox.name}: {sandbox.nodes} nodes with {nodes.shown(sandbox.resources)} each, CRDs, stages")
        return _furnished(sandbox, definitions, programs, say)
    except BaseException:
        processes.end(wanted.folder)
        clear(wanted.folder)
        raise


def clear(folder: Path) -> None:
    """Remove everything in a folder, and keep the folder: it carries the lock."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextmanager
def told() -> Iterator[None]:
    """Turn what the file system refuses into a CannotAnswer."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full() from problem
        raise CannotAnswer(
            f"cannot write {problem.filename or shown(model.home())}: {problem.strerror}",
            why="sandboxes live in the cache folder", write="WELLIT_CACHE=FOLDER, a folder that you may write to",
        ) from problem  # fmt: skip


def _check_room(sandbox: Sandbox) -> None:
    free = _free(sandbox)
    if free < NEEDED_MEGABYTES:
        raise _full(f"{free} MB are free, a sandbox takes {NEEDED_MEGABYTES} MB")


def _free(sandbox: Sandbox) -> int:
    """Megabytes."""
    return shutil.disk_usage(sandbox.folder).free // 2**20


def _full(why: str = "") -> CannotAnswer:
    return CannotAnswer(
        f"the disk of {shown(model.home())} is full", why=why, write="WELLIT_CACHE=FOLDER, a folder with more room"
    )


def _reserve(wanted: Sandbox, port: int | None) -> Sandbox:
    """Choose ports and write them down, while nobody else does."""
    with locked(model.home(), lambda: None):
        others = (model.read(entry.name) for entry in model.home().iterdir() if entry.is_dir())
        taken = {p: other.name for other in others if other for p in other.ports.values()}
        return model.write(replace(wanted, ports=ports.choose(taken, port)))


def _start(sandbox: Sandbox, programs: Mapping[str, Path]) -> None:
    file = sandbox.folder / "kwokctl.yaml"
    file.write_text(config.kwokctl(sandbox, programs, pin("kube-apiserver").version))
    # Linked, so that it is known as ours when it outlives us.
    program = sandbox.folder / "bin" / "kwokctl"
    program.parent.mkdir()
    program.symlink_to(programs["kwokctl"])
    own = sandbox.folder / "kwok.kubeconfig"
    _kwokctl(sandbox, "create", "cluster", f"--config={file}", f"--kubeconfig={own}")
    _settle(sandbox)


def _settle(sandbox: Sandbox) -> None:
    """What follows once all components run; those that have given up meanwhile are told of."""
    _restart_kwok(sandbox)
    config.write_kubeconfig(sandbox, sandbox.kubeconfig, sandbox.server)
    until = time.monotonic() + START_SECONDS
    # The controller manager waits ten seconds for this, and no longer.
    while not kubectl(sandbox, "get", "--raw", "/healthz").ok and time.monotonic() < until:
        time.sleep(0.2)
    _check_started(sandbox, 0)


def _start_again(sandbox: Sandbox) -> None:
    """Start what has ended, beside an API server that is there by now: a new one would be as slow on a busy machine."""
    for attempt in range(TRIES):
        living = {str(pid) for pid in processes.living(sandbox.folder)}
        for note in (config.cluster(sandbox) / "pids").glob("*.pid"):
            if note.read_text() not in living:
                note.unlink()
        try:
            _kwokctl(sandbox, "start", "cluster")
            _settle(sandbox)
        except CannotAnswer:
            if attempt == TRIES - 1 or not _impatient(sandbox):
                raise
        else:
            return


def _impatient(sandbox: Sandbox) -> bool:
    """Whether components have ended that give up on an API server which a busy machine starts slowly."""
    dead = set(COMPONENTS) - set(processes.living(sandbox.folder).values())
    return bool(dead) and not dead & {"etcd", "kube-apiserver"}


def _restart_kwok(sandbox: Sandbox) -> None:
    """Start kwok a second time: it asked for its stages before the API server had everything in place, and was told to
    come back in five seconds."""
    note = config.cluster(sandbox) / "pids" / "kwok-controller.pid"
    processes.end_one(int(note.read_text()))
    note.unlink()
    _kwokctl(sandbox, "start", "cluster")


def _kwokctl(sandbox: Sandbox, *args: str) -> None:
    process = start(
        [sandbox.folder / "bin" / "kwokctl", *args, f"--name={sandbox.name}"],
        log=sandbox.folder / KWOKCTL_LOG,
        env=environment(sandbox) | {"KWOK_WORKDIR": str(config.work(sandbox))},
    )
    try:
        _watch(sandbox, process)
    finally:
        stop(process)
    _check_started(sandbox, process.returncode)


def _watch(sandbox: Sandbox, process: Running) -> None:
    """Wait for kwokctl; it would go on waiting for two minutes for a component that has ended."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until and not _ended(sandbox):
        time.sleep(0.05)


def _ended(sandbox: Sandbox) -> bool:
    """Whether a component that kwokctl has started is there no more."""
    notes = (config.cluster(sandbox) / "pids").glob("*.pid")
    started = {int(text) for note in notes if (text := note.read_text()).isdigit()}
    return bool(started - set(processes.living(sandbox.folder)))


def _check_started(sandbox: Sandbox, code: int) -> None:
    """kwokctl calls a cluster ready whose components have ended: see for ourselves."""
    dead = sorted(set(COMPONENTS) - set(processes.living(sandbox.folder).values()))
    # etcd says only the number of the error, or waits
    full = _free(sandbox) < NOTHING_MEGABYTES
    if code == 0 and not dead and not full:
        return
    words = "\n".join(f"{name}: {said}" for name in dead if (said := config.last_words(sandbox, name)))
    words += (sandbox.folder / KWOKCTL_LOG).read_text(errors="replace")[-LONGEST_WHY:]
    if full or os.strerror(errno.ENOSPC).lower() in words.lower():
        raise _full()
    raise CannotAnswer(
        f"the sandbox {sandbox.name} does not start" + (f": no {', '.join(dead)}" if dead else ""), why=words
    )


def _furnished(sandbox: Sandbox, definitions: list[Path], programs: Mapping[str, Path], say: Say) -> Sandbox:
    try:
        return furnish(sandbox, definitions, programs, sandbox.ready, say)
    except CannotAnswer:
        # What lies under a request that was not answered says more than the request.
        _check_started(sandbox, 0)
        raise


def recipe(definitions: list[Path]) -> str:
    """Eight characters that change with what a sandbox is furnished with."""
    said = [file.read_bytes() for file in sorted([*DATA.glob("*.yaml"), *crds.OURS])]
    said += [str(file).encode() for file in definitions]
    return hashlib.sha256(b"\0".join(said)).hexdigest()[:8]


def furnish(
    sandbox: Sandbox, definitions: list[Path], programs: Mapping[str, Path], before: Ready, say: Say
) -> Sandbox:
    """Put into a running cluster what belongs there, and record it as complete. Doing it again changes nothing.

    `before` is the tier that it had. Nodes before CRDs: the API server is busy for a second after those.
    """
    stages.animate_nodes(sandbox)
    nodes.put(sandbox)
    count = crds.put(sandbox, definitions)
    tier.enter(sandbox, before, programs, say)
    nodes.wait(sandbox)
    version = json.loads(asked(sandbox, "get", "--raw", "/version"))["gitVersion"]
    return model.write(replace(sandbox, crds=count, kubernetes=version, recipe=recipe(definitions), complete=True))
