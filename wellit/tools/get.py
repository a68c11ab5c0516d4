"""Getting programs: what is there is used, the rest is built, modules one after another in one room."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from wellit.errors import CannotAnswer
from wellit.paths import cache
from wellit.process import Runner, run
from wellit.say import Say, announce
from wellit.tools.build import Workshop
from wellit.tools.failures import cannot_write, labels, no_space
from wellit.tools.find import found, in_cache, put_in_cache
from wellit.tools.pins import Pin, pin
from wellit.tools.room import locked, room


def path(name: str, say: Say = announce, runner: Runner = run) -> Path:
    """The program `name`: from PATH in a version that will do, else from the cache, else built.

    Raises CannotAnswer for an unknown name, and when it can neither be found nor built.
    """
    return ensure([name], say, runner)[name]


def ensure(names: Iterable[str], say: Say = announce, runner: Runner = run) -> dict[str, Path]:
    """Several programs at once, by name; those of one module are built in one go. Raises as path() does."""
    wanted = list(dict.fromkeys(names))
    have = {name: here.path for name in wanted if (here := found(pin(name), say, runner))}
    missing = [pin(name) for name in wanted if name not in have]
    if missing:
        have |= _build_all(missing, say, runner)
    return {name: have[name] for name in wanted}


def pinned(names: Iterable[str], say: Say = announce, runner: Runner = run) -> dict[str, Path]:
    """Several programs in exactly the pinned version, whatever is on PATH. Raises as path() does."""
    wanted = [pin(name) for name in dict.fromkeys(names)]
    missing = [one for one in wanted if not in_cache(one)]
    if missing:
        _build_all(missing, say, runner)
    return {one.name: one.file for one in wanted}


def carried(names: Iterable[str], programs: Mapping[str, Path], say: Say = announce, runner: Runner = run) -> None:
    """Have these programs without building any: from PATH, the cache, or `programs`, which were brought.

    Those go into the cache, which keeps them under the pin that their folder is called by. Raises CannotAnswer when
    one is in none of the three.
    """
    for name in names:
        if found(pin(name), say, runner):
            continue
        brought = programs.get(name)
        if brought is None or brought.parent.name != pin(name).file.parent.name:
            has = f", and what was brought is {brought.parent.name}" if brought else ""
            raise CannotAnswer(
                f"{name} is not on this machine{has}", why="nothing is downloaded or built for a bundle",
                write=f"a {name} of {pin(name).accepts} on PATH; or invoke bundle --tools on a machine like this one",
            )  # fmt: skip
        pin(name).file.parent.mkdir(parents=True, exist_ok=True)
        near = pin(name).file.with_suffix(".brought")
        shutil.copy(brought, near)
        put_in_cache(pin(name), near, 0)
        say(f"{name} {pin(name).version}: from the bundle")


def versions(names: Iterable[str], say: Say = announce, runner: Runner = run) -> dict[str, str]:
    """The version (without v) of each of `names` that is there already; those still to be built are left out."""
    here = {name: found(pin(name), say, runner) for name in names}
    return {name: program.version for name, program in here.items() if program}


def _build_all(missing: list[Pin], say: Say, runner: Runner) -> dict[str, Path]:
    groups: dict[str, list[Pin]] = {}
    for lacking in missing:
        groups.setdefault(lacking.folder.name, []).append(lacking)
    try:
        with room() as here:
            workshop = Workshop(missing, here, say, runner)
            for number, (module, group) in enumerate(groups.items(), 1):
                with locked(cache() / "tools" / f".{module}.lock", partial(say, _waiting(group))):
                    left = [p for p in group if not in_cache(p)]
                    if left:
                        workshop.build(left, f"{number} of {len(groups)}")
                workshop.missing = [p for p in workshop.missing if p not in group]
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise no_space(missing) from problem
        raise cannot_write(problem) from problem
    return {p.name: p.file for p in missing}


def _waiting(group: list[Pin]) -> str:
    return f"another wellit is building {labels(group)}, waiting for it"
