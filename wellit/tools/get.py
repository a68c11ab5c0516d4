"""Getting programs: what is there is used, the rest is built, modules one after another in one room."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from wellit.paths import cache
from wellit.process import Runner, run
from wellit.say import Say, announce
from wellit.tools.build import Workshop
from wellit.tools.failures import cannot_write, labels, no_space
from wellit.tools.find import found, in_cache
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
