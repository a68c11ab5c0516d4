"""The data plane of a sandbox, from the host: whether it can be had here, started, looked at, stopped.

What it does is in wellit/sandbox/box, which runs as processes of its own.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from wellit import paths
from wellit.errors import CannotAnswer
from wellit.process import attached, run
from wellit.sandbox import processes
from wellit.sandbox.box import settings
from wellit.sandbox.box.settings import Settings
from wellit.sandbox.config import write_kubeconfig
from wellit.sandbox.model import Sandbox
from wellit.say import Say

# Modules of requirements-sandbox.txt, one of each of its packages that are imported by name.
MODULES = ("aiohttp", "grpc", "msgspec", "pyroute2", "zmq", "envoy")
# outside, unshare and inside have ended when one of them has
NAMES = frozenset({"box", "unshare"})
START_SECONDS = 60.0
PROBE_SECONDS = 30.0
LAST_LINES = 12
SWITCHES_IN = Path("/proc/sys")
SWITCHES = {
    "kernel/apparmor_restrict_unprivileged_userns": ("1", "kernel.apparmor_restrict_unprivileged_userns=0"),
    "kernel/unprivileged_userns_clone": ("0", "kernel.unprivileged_userns_clone=1"),
    "user/max_user_namespaces": ("0", "user.max_user_namespaces=65536"),
}


def cannot(say: Say) -> str:
    """Why there can be no data plane on this machine; empty when there can. It is tried, which takes half a second."""
    if sys.platform != "linux":
        return "only Linux has the namespaces in which pods run"
    if not shutil.which("unshare"):
        return "the program unshare (of util-linux) is not on PATH"
    if not all(map(importlib.util.find_spec, MODULES)) and (why := _install(say)):
        return why
    problem = _tried(users=True)
    if problem and os.geteuid() == 0 and not _tried(users=False):
        return ""
    return f"{problem}{_switch()}" if problem else ""


def _install(say: Say) -> str:
    """Install the Python packages of this tier. Returns why it cannot be done, if so."""
    say("a sandbox that answers needs a few more Python packages: they are installed once")
    code = attached([sys.executable, "-I", paths.ROOT / "scripts" / "bootstrap.py", "--sandbox"])
    importlib.invalidate_caches()
    return "its Python packages cannot be installed, as said above" if code else ""


def _users() -> bool:
    """Root of a machine that forbids user namespaces does without."""
    return os.geteuid() != 0 or not _tried(users=True)


@functools.cache
def _tried(*, users: bool) -> str:
    """Why a box cannot be made; empty when it can."""
    argv = ["unshare", *settings.namespaces(users=users), sys.executable, "-P", "-m", "wellit.sandbox.box.probe"]
    try:
        done = run(argv, env=_python_path(), timeout=PROBE_SECONDS)
    except CannotAnswer as late:
        return str(late)
    return "" if done.ok else (done.err.strip().splitlines() or [f"unshare ended with {done.code}"])[-1]


def _switch() -> str:
    """The system's switch that is probably the reason."""
    for name, (off, write) in SWITCHES.items():
        file = SWITCHES_IN / name
        if file.exists() and file.read_text().strip() == off:
            return f"; as root: sysctl -w {write}"
    return ""


def start(sandbox: Sandbox, programs: Mapping[str, Path]) -> None:
    """Start the data plane of a sandbox whose control plane is up, in the place of one that may be there.

    Raises CannotAnswer with the last words of its log.
    """
    stop(sandbox)
    sandbox.box.mkdir()
    write_kubeconfig(sandbox, sandbox.box / "kubeconfig", settings.SERVER, settings.TLS_SERVER_NAME)
    known = {name: str(path) for name, path in programs.items()}
    Settings(sandbox.name, str(sandbox.box), sandbox.port, tools=known, users=_users()).write()
    # Linked, so that they are known as ours when they outlive us.
    for name, program in (("box", Path(sys.executable)), ("unshare", Path(shutil.which("unshare") or "unshare"))):
        link = sandbox.folder / "bin" / name
        link.unlink(missing_ok=True)
        link.symlink_to(program.resolve())
    done = run(
        [sandbox.folder / "bin" / "box", "-P", "-m", "wellit.sandbox.box.outside", sandbox.box],
        env=_python_path() | {"WELLIT_CACHE": str(paths.cache())}, timeout=START_SECONDS,
    )  # fmt: skip
    if not done.ok:
        raise CannotAnswer(f"the data plane of the sandbox {sandbox.name} does not start", why=words(sandbox))


def stop(sandbox: Sandbox) -> None:
    """End the data plane, with every pod, and remove its files; one that is not there is no error."""
    processes.end(sandbox.folder, NAMES)
    if sandbox.box.exists():
        shutil.rmtree(sandbox.box)


def running(sandbox: Sandbox) -> bool:
    """Whether the data plane is there."""
    return set(processes.living(sandbox.folder).values()) >= NAMES


def current(sandbox: Sandbox) -> bool:
    """Whether it runs, started with what this checkout has now."""
    try:
        return running(sandbox) and Settings.read(sandbox.box).recipe == settings.recipe()
    except (OSError, ValueError, TypeError, KeyError):
        return False


def words(sandbox: Sandbox) -> str:
    """The end of its log."""
    try:
        lines = (sandbox.folder / settings.LOG).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-LAST_LINES:])


def _python_path() -> dict[str, str]:
    """For a Python that is started through a link, and so does not know its packages."""
    return {"PYTHONPATH": os.pathsep.join([str(paths.ROOT), *filter(None, sys.path)])}
