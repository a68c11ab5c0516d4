"""Simulated life: the stages that the kwok controller plays."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import yaml

from wellit.errors import CannotAnswer
from wellit.sandbox.config import last_words, log
from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import DATA, Sandbox

CLASSES = DATA / "gatewayclasses.yaml"
NODES = DATA / "nodes.stages.yaml"
READY = DATA / "ready.stages.yaml"
PLAYED_SECONDS = 30.0
TRY_AGAIN_SECONDS = 2.0
STATED = "pods,gatewayclasses,gateways.gateway.networking.k8s.io,httproutes,inferencepools.inference.networking.k8s.io"
Ref = tuple[str, str]


def animate_nodes(sandbox: Sandbox) -> None:
    """Let nodes come to life, in every tier."""
    apply(sandbox, NODES)


def switch(sandbox: Sandbox) -> None:
    """The one switch: pods, gateways, routes and pools become ready by simulation, or wait for something real."""
    if sandbox.ready == "simulated":
        apply(sandbox, CLASSES, READY)
        return
    asked(sandbox, "delete", "--ignore-not-found", "-f", READY)
    if sandbox.ready == "nothing":
        apply(sandbox, CLASSES)


def forget(sandbox: Sandbox) -> None:
    """Take away what was said about pods, gateways, routes and pools: it was said by what is there no more."""
    listed = json.loads(asked(sandbox, "get", STATED, "-A", "-o", "json"))["items"]
    for item in listed:
        item["status"] = {"phase": "Pending"} if item["kind"] == "Pod" else None
        item["metadata"].pop("resourceVersion", None)
        item["metadata"].pop("managedFields", None)
    if listed:
        said = json.dumps({"apiVersion": "v1", "kind": "List", "items": listed})
        asked(sandbox, "replace", "--subresource=status", "-f", "-", stdin=said)


def wait(sandbox: Sandbox) -> None:
    """Wait until kwok plays every stage. Raises CannotAnswer with its last words when it does not.

    kwok looks for a kind once; one that the API server did not serve yet is looked for again when a stage changes.
    """
    until = time.monotonic() + PLAYED_SECONDS
    touch = time.monotonic() + TRY_AGAIN_SECONDS
    wanted = {_ref(document["spec"]["resourceRef"]) for document in _documents(sandbox)}
    while waiting := wanted - _played(sandbox):
        if time.monotonic() > until:
            raise CannotAnswer(
                f"the sandbox {sandbox.name} does not simulate {', '.join(sorted(kind for _, kind in waiting))}",
                why=f"kwok's log ends with: {last_words(sandbox, 'kwok-controller')}",
            )
        if time.monotonic() > touch:
            asked(sandbox, "annotate", "stages", "--all", "--overwrite", f"wellit.dev/touched={time.time():.0f}")
            touch += TRY_AGAIN_SECONDS
        time.sleep(0.05)


def expected(sandbox: Sandbox) -> set[str]:
    """The stages that should be in the cluster, as `kubectl get -o name` writes them."""
    return {f"stage.kwok.x-k8s.io/{document['metadata']['name']}" for document in _documents(sandbox)}


def _documents(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    for file in (NODES, READY) if sandbox.ready == "simulated" else (NODES,):
        yield from yaml.safe_load_all(file.read_text())


def _played(sandbox: Sandbox) -> set[Ref]:
    """The kinds whose stages kwok plays now, by its log."""
    played: set[Ref] = set()
    for line in log(sandbox, "kwok-controller").splitlines():
        if '"Start stage controller"' in line:
            played.add(_ref(json.loads(line)["ref"]))
        elif '"Stop stage controller"' in line:
            played.discard(_ref(json.loads(line)["ref"]))
    return played


def _ref(said: dict[str, str]) -> Ref:
    known = {key.lower(): value for key, value in said.items()}
    return known["apigroup"], known["kind"]
