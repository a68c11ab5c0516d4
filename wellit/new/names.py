"""Whether a name does for an environment: helmfile and Kubernetes take it, nobody has it, and it confuses nobody."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from wellit import catalogue, paths, stranger
from wellit.errors import CannotAnswer

LONGEST = 63
_NAME = re.compile(r"[a-z]([-a-z0-9.]*[a-z0-9])?")
# What YAML, in one of its versions, reads as something else than text: helmfile would not find its environment.
_OTHER_THAN_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def check(name: str, reserved: Sequence[str] = ()) -> None:
    """Raises CannotAnswer when an environment cannot have this name; `reserved` are the tasks."""
    _form(name)
    if what := _confuses(name, reserved):
        why = f"-e {name} would be taken for it, or it for -e {name}"
        raise CannotAnswer(f"{name} is {what}", why=why, write=f"another name, as in my-{name}")
    file = paths.ENVIRONMENTS / f"{name}.yaml"
    if os.path.lexists(file):
        raise taken(name)


def taken(name: str) -> CannotAnswer:
    """The error for an environment that is there."""
    other = next(n for i in range(2, 1000) if not os.path.lexists(paths.ENVIRONMENTS / f"{(n := f'{name}-{i}')}.yaml"))
    file = paths.shown(paths.ENVIRONMENTS / f"{name}.yaml")
    return CannotAnswer(
        f"there is an environment {name}: {file}",
        why="an environment that is there is never overwritten",
        write=f"another name, as in {other}; or change the file itself",
    )


def _form(name: str) -> None:
    if name.startswith("-"):
        write = "invoke new NAME first, and flags after it; invoke --help new shows them"
        raise CannotAnswer(f'"{name}" stands where the name of the environment belongs', write=write)
    mended = re.sub(r"\.ya?ml$", "", name.lower())
    mended = re.sub(r"[^a-z0-9.-]+", "-", mended).strip("-.")[:LONGEST].strip("-.")
    if mended and not mended[0].isalpha():
        mended = f"my-{mended}"[:LONGEST].strip("-.")
    if mended in _OTHER_THAN_TEXT:
        mended = f"my-{mended}"
    if name == mended and _NAME.fullmatch(name):
        return
    raise CannotAnswer(
        f'"{name}" is no name for an environment',
        why=f"helmfile and Kubernetes take at most {LONGEST} lower-case letters, digits, dashes and dots, with a letter"
        " first and a letter or digit last, and no word that YAML reads as yes or no; the file gets .yaml by itself",
        write=mended or "my-environment",
    )


def _confuses(name: str, reserved: Sequence[str]) -> str:
    """What has this name already, in words; "" when nothing has."""
    for axis, folder in catalogue.AXES.items():
        if name in (axis, folder):
            return "the name of an axis"
        if name in catalogue.component_names(axis):
            return f"a component: --{axis} {name}"
        if near := stranger.alias(name, catalogue.called(axis)):
            return f"a name of a component: --{axis} {near}"
    if name in catalogue.guide_names():
        return f"a guide: -g {name}"
    return f"a task: invoke {name}" if name in reserved else ""
