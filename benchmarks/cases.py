"""What is measured, and against what."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import yaml

from benchmarks import many
from benchmarks.room import WORDS, Room, say
from benchmarks.timing import Comparison, Side
from wellit import paths, render, sandbox
from wellit.sandbox import Sandbox

SANDBOX = "measured"  # no task's name: a flag could not be told from it
# Run by Python with our modules in reach: prints the modules that one call of our program has loaded, ours left out.
LOADED = """
import sys
from wellit import program
before = set(sys.modules)
try:
    program.main(sys.argv[1:])
except SystemExit:
    pass
names = [n for n in sys.modules if n.partition(".")[0] not in ("wellit", "tasks", "__main__", "__mp_main__")]
print("MODULES", *names)
"""


def quick(room: Room) -> Iterator[Comparison]:
    """What needs no cluster."""
    yield from _validate(room)
    yield from many.matrix(room)
    yield from many.values(room)
    yield _values(room)
    yield _list(room)


def _validate(room: Room) -> Iterator[Comparison]:
    validate = Side(lambda: room.wellit("validate", *WORDS))
    template = Side(lambda: room.helmfile("benchmark", "template"))
    cold = Side(validate.run, before=room.forget)
    yield Comparison("`validate` of a stack, the first time", "one `helmfile template` of it", cold, template, 7, 1.8)
    yield Comparison("`validate` again, nothing changed", "one `helmfile template` of it", validate, template, 7, 0.8)


def _values(room: Room) -> Comparison:
    """Our start-up beyond Python's own and that of the libraries in use."""
    release = render.render(room.stack(), say).part("modelservice")
    file = room.folder / "values.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in release.values.items() if key != "imitates"}))
    words = ["validate", "--values", str(file), "--chart", f"{release.chart}@{release.version}"]
    said = room.run([sys.executable, "-c", LOADED, "invoke", *words], cwd=paths.ROOT)
    names = said.rpartition("MODULES")[2].split()
    bare = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    ours = Side(lambda: room.wellit(*words))
    theirs = Side(lambda: room.run([sys.executable, "-I", "-c", bare]))
    return Comparison("`validate --values` of one file", "bare Python with the same imports", ours, theirs, 15)


def _list(room: Room) -> Comparison:
    empty = room.folder / "empty"
    empty.mkdir()
    (empty / "tasks.py").touch()
    # Invoke says that there are no tasks, and ends with 1
    plain = Side(lambda: room.run([sys.executable, "-m", "invoke", "--list"], cwd=empty, code=1))
    ours = Side(lambda: room.wellit("--list"))
    return Comparison("`invoke --list`", "Invoke with an empty tasks.py", ours, plain, 15, 1.3)


@contextmanager
def on_a_cluster(room: Room) -> Iterator[list[Comparison]]:
    """What needs a sandbox. Both of those used here are taken down afterwards."""
    there = sandbox.up(SANDBOX, say=say, ready="simulated")
    try:
        yield [_install(room, there), _plan(room, there), _quickstart(room)]
    finally:
        for name in (SANDBOX, "default"):
            sandbox.down(name, say=say)


def _install(room: Room, there: Sandbox) -> Comparison:
    """Every round into a namespace of its own, so that nothing has to be removed in between."""
    number = count()
    target = f"--sandbox={there.name}"
    ours = Side(lambda: room.wellit("install", *WORDS, "-n", f"ours-{next(number)}", target, "--yes"))
    theirs = Side(lambda: room.helmfile(f"theirs-{next(number)}", "sync", "--wait", kubeconfig=there.kubeconfig))
    return Comparison("`install`, until everything is ready", "`helmfile sync --wait`", ours, theirs, 5, 1.5)


def _plan(room: Room, there: Sandbox) -> Comparison:
    """One value is another than what is installed; both sides render, ask for a dry run of each object, and tell."""
    where = ["-n", "planned", "--kubeconfig", str(there.kubeconfig)]
    room.wellit("install", *WORDS, *where, "--yes", "--no-smoke")
    ours = Side(lambda: room.wellit("plan", *WORDS, *where, "--set", "decode.replicas=3", code=1))
    theirs = Side(lambda: room.diff("planned", there.kubeconfig, {"decode": {"replicas": 3}}))
    return Comparison(
        "`plan` with one value changed", "`helmfile template` piped into `kubectl diff`", ours, theirs, 7, 1.3
    )


def _quickstart(room: Room) -> Comparison:
    def anew() -> None:
        sandbox.down("default", say=say)
        room.forget()

    first = Side(lambda: room.wellit("quickstart"), before=anew)
    second = Side(first.run)
    return Comparison("`quickstart`, the second", "the first, its tools built before", second, first, 3)
