"""Looking at sandboxes: what there is, what is wrong with it, how it is reached. Nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from wellit import tools
from wellit.errors import CannotAnswer
from wellit.process import run
from wellit.sandbox import model, parts, plane, processes
from wellit.sandbox.box import programs as played
from wellit.sandbox.kubectl import kubectl
from wellit.sandbox.lock import busy
from wellit.sandbox.model import COMPONENTS, Sandbox
from wellit.tools.find import found
from wellit.tools.pins import pin

ANSWER_SECONDS = 5
UP = "invoke sandbox.up"


def status(name: str = "default") -> Sandbox | None:
    """The sandbox, with `problem` set when it is not in order; None when there is none of that name."""
    model.check_name(name)
    if model.folder(name).is_dir() and busy(model.folder(name)):
        there = model.read(name)
        return there and model.with_problem(there, "another wellit is at work on it")
    return looked_at(name, _problem)


def all_sandboxes() -> list[Sandbox]:
    """Every sandbox on this machine, by name."""
    return [there for name in model.all_names() if (there := status(name))]


def kubeconfig(name: str = "default") -> Path:
    """The kubeconfig of a sandbox that is up. Raises CannotAnswer when it is not."""
    return in_order(name, UP, status(name)).kubeconfig


def stand_ins(name: str, images: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Of these images those that something else stands in for in this sandbox: see box/programs.py, stand_in()."""
    there = model.read(name)
    if not there or there.ready != "answers":
        return {}
    return {image: found for image in images if (found := played.stand_in(image))}


def part(name: str, of: str) -> str:
    """What a part of the sandbox is, in words; "" where it has none of that name, or one that does not run."""
    there = model.read(name)
    if there is None or of not in there.parts or parts.PARTS[of].problem(there):
        return ""
    return f"{parts.PARTS[of].title()}, a process of the sandbox"


def shell(name: str = "default") -> dict[str, str]:
    """Variables for a shell in which kubectl, helm and helmfile talk to the sandbox.

    Raises CannotAnswer when it is not up.
    """
    there = in_order(name, UP, status(name))
    here = [pinned.path.parent for tool in ("kubectl", "helm", "helmfile") if (pinned := _without_building(tool))]
    folders = dict.fromkeys([*map(str, here), *os.environ.get("PATH", "").split(os.pathsep)])
    return {"KUBECONFIG": str(there.kubeconfig), "WELLIT_SANDBOX": name, "PATH": os.pathsep.join(folders)}


def looked_at(name: str, problem: Callable[[Sandbox], str]) -> Sandbox | None:
    """The sandbox, with what is wrong with it by `problem`; None when there is none of that name."""
    there = model.read(name)
    return there and model.with_problem(there, problem(there))


def _problem(there: Sandbox) -> str:
    problem = of_the_control_plane(there)
    if not problem and there.ready == "answers" and not plane.running(there):
        return "its data plane is not running"
    return problem or parts.problem(there)


def of_the_control_plane(there: Sandbox) -> str:
    """What is wrong with a sandbox's control plane; empty for nothing."""
    if not there.complete:
        return "it was never finished"
    dead = sorted(set(COMPONENTS) - set(processes.living(there.folder).values()))
    if dead:
        return f"{', '.join(dead)} {'is' if len(dead) == 1 else 'are'} not running"
    answer = kubectl(there, "get", "--raw", "/readyz", f"--request-timeout={ANSWER_SECONDS}s")
    return "" if answer.ok else f"its API server does not answer: {answer.err.strip()}"


def in_order(name: str, command: str, there: Sandbox | None) -> Sandbox:
    """The sandbox, when it has no problem. Raises CannotAnswer with the `command` that mends it."""
    if there and not there.problem:
        return there
    raise CannotAnswer(
        f"the sandbox {name} is not in order: {there.problem}" if there else f"there is no sandbox {name}",
        write=command + ("" if name == "default" else f" --name {name}"),
    )


def _without_building(name: str) -> tools.Found | None:
    return found(pin(name), lambda _: None, run)
