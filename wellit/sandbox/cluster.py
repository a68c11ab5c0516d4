"""Sandboxes: up, down, add. Whatever state an earlier run left, `up` mends it and `down` removes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from wellit import tools
from wellit.errors import CannotAnswer
from wellit.sandbox import crds, istio, model, nodes, parts, processes, stages, tier
from wellit.sandbox.kubectl import kubectl
from wellit.sandbox.lock import locked
from wellit.sandbox.look import UP, in_order, looked_at, of_the_control_plane
from wellit.sandbox.make import clear, furnish, make, recipe, told
from wellit.sandbox.model import Ready, Sandbox
from wellit.say import Say

DEFAULT_NODES = 4
DEFAULT_GPUS = "nvidia.com/gpu=8"
PROGRAMS = ("kwokctl", "kwok", "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
CRD = "customresourcedefinition.apiextensions.k8s.io/"


def up(
    name: str = "default",
    *,
    say: Say,
    nodes: int = DEFAULT_NODES,
    resources: Mapping[str, int] | None = None,
    ready: Ready | None = None,
    port: int | None = None,
    reserved: Collection[str] = (),
    besides: Iterable[str] = (),
) -> Sandbox:
    """Bring a sandbox up, or make the one that is up as asked for; what an interrupted run left is cleaned away first.

    `resources` is what each node offers (see parse_gpus), `ready` what makes things ready (None: the best that this
    machine can have), `port` the API server's on 127.0.0.1, `reserved` the names a sandbox may not have, `besides` the
    parts that it is to have, too (one that it has stays). Raises CannotAnswer, with nothing changed, for what cannot
    be; an up that fails or is interrupted on the way takes down what it started, but for a part of `besides`.
    """
    wanted = _wanted(name, nodes, resources, reserved, besides)
    wanted = replace(wanted, ready=tier.chosen(ready, model.read(name), say))
    programs = tools.ensure([*PROGRAMS, *tier.programs(wanted.ready), *parts.programs(wanted.parts)], say)
    if wanted.ready == "answers":
        istio.chart(say)
    parts.fetch(wanted.parts, say)
    definitions = crds.files(say)
    with told(), locked(wanted.folder, partial(say, f"sandbox {name}: another wellit is at work on it, waiting")):
        try:
            there = looked_at(name, of_the_control_plane)
            if there and there.complete and not there.problem:
                made = _converge(there, wanted, port, programs, definitions, say)
            else:
                if there and any(there.folder.iterdir()):
                    say(_anew(there))
                made = make(wanted, port, programs, definitions, say)
            made = parts.put(made, wanted.parts, programs, say)
        finally:
            _drop_empty(wanted.folder)
    say(tier.SENTENCES[made.ready])
    return made


def down(name: str = "default", *, say: Say) -> None:
    """Take a sandbox down: no process and no file of it is left. One that is not there is no error.

    Raises CannotAnswer when a process does not end or a file cannot be removed.
    """
    model.check_name(name)
    if not model.folder(name).exists():
        say(f"sandbox {name}: there is none, nothing to take down")
        return
    with told(), locked(model.folder(name), partial(say, f"sandbox {name}: another wellit is at work on it, waiting")):
        processes.end(model.folder(name))
        clear(model.folder(name))
        _drop_empty(model.folder(name))
    say(f"sandbox {name} is down: no process and no file is left")


def add(name: str, besides: Iterable[str], *, say: Say) -> None:
    """Bring parts into a sandbox that is up, and let everything else be. Those that it has are no error.

    Raises CannotAnswer when it is not up, and when one cannot be brought in: the same again goes on.
    """
    names = parts.check(besides)
    command = " ".join([UP, *(f"--with {one}" for one in names)])
    in_order(name, command, looked_at(name, of_the_control_plane))
    programs = tools.ensure(parts.programs(names), say)
    parts.fetch(names, say)
    with told(), locked(model.folder(name), partial(say, f"sandbox {name}: another wellit is at work on it, waiting")):
        there = in_order(name, command, looked_at(name, of_the_control_plane))
        parts.put(there, names, programs, say)


def _wanted(
    name: str, count: int, resources: Mapping[str, int] | None, reserved: Collection[str], besides: Iterable[str]
) -> Sandbox:
    had = model.read(model.check_name(name, reserved))
    return Sandbox(
        name=name,
        parts=dict.fromkeys([*(had.parts if had else ()), *parts.check(besides)], ""),
        nodes=nodes.check_count(count),
        resources=dict(nodes.parse_gpus(DEFAULT_GPUS) if resources is None else resources),
    )


def _anew(there: Sandbox) -> str:
    lost = " What was installed in it is gone." if there.complete else ""
    return f"sandbox {there.name}: {there.problem}; it is cleaned away and started anew.{lost}"


def _converge(
    there: Sandbox,
    wanted: Sandbox,
    port: int | None,
    programs: Mapping[str, Path],
    definitions: list[Path],
    say: Say,
) -> Sandbox:
    if port not in (None, there.port):
        raise CannotAnswer(
            f"the sandbox {there.name} is up already, on port {there.port}",
            why="a sandbox keeps its port", write=f"invoke sandbox.down --name {there.name}, then up again",
        )  # fmt: skip
    now = replace(there, nodes=wanted.nodes, resources=wanted.resources, ready=wanted.ready)
    missing, changed = _missing(there, definitions), list(_changes(there, now))
    for change in [*missing, *changed]:
        say(f"sandbox {there.name}: {change}")
    if missing:
        return furnish(now, definitions, programs, there.ready, say)
    if not changed:
        say(f"sandbox {there.name} is up already: {_offer(there)}, Kubernetes {there.kubernetes} on {there.server}")
        return there
    # Interrupted from here on, the next up must see a difference and go through this again.
    model.write(replace(there, nodes=0, resources={}))
    nodes.put(now)
    nodes.wait(now)
    tier.enter(now, there.ready, programs, say)
    return model.write(now)


def _changes(there: Sandbox, now: Sandbox) -> Iterator[str]:
    if there.nodes != now.nodes:
        yield f"{there.nodes} nodes become {now.nodes}"
    if there.resources != now.resources:
        yield f"each node offers {nodes.shown(now.resources)} instead of {nodes.shown(there.resources)}"
    yield from tier.changes(there, now)


def _missing(there: Sandbox, definitions: list[Path]) -> list[str]:
    """What somebody took away by hand, or what this version of wellit has more."""
    if there.recipe != recipe(definitions):
        return ["it was made by another version of wellit and is brought up to date"]
    known = kubectl(there, "get", "nodes,stages.kwok.x-k8s.io,gatewayclasses,crds", "-o", "name")
    if not known.ok:
        return [f"it is not whole and is completed: {known.err.strip()}"]
    listed = set(known.out.split())
    crd_count = sum(name.startswith(CRD) and not name.endswith(crds.OWN) for name in listed)
    gone = sorted((stages.expected(there) | {f"node/{name}" for name in nodes.names(there.nodes)}) - listed)
    gone += ["a CRD"] if crd_count < there.crds else []
    return [f"{', '.join(gone)} is missing and is put back"] if gone else []


def _offer(there: Sandbox) -> str:
    return f"{there.nodes} nodes with {nodes.shown(there.resources)} each"


def _drop_empty(folder: Path) -> None:
    for empty in (folder, folder.parent):
        try:
            empty.rmdir()
        except OSError:
            return
