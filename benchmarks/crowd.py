"""preflight on a large cluster, against reading all of it with kubectl: 2,600 simulated nodes and 10,000 pods."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.room import WORDS, Room, say
from benchmarks.timing import Comparison, Side
from wellit import sandbox, tools
from wellit.sandbox import Sandbox

SANDBOX = "crowd"  # no task's name: a flag could not be told from it
NODES, PODS, EACH = 2600, 10_000, 250
GPU = "nvidia.com/gpu"


@contextmanager
def look(room: Room) -> Iterator[Comparison]:
    """A sandbox with a crowd in it, which is taken down afterwards. Pods are put on nodes here: nobody schedules."""
    there = sandbox.up(SANDBOX, say=say, ready="nothing", nodes=NODES)
    try:
        say(f"{PODS} pods on {NODES} nodes")
        _crowd(room, there)
        ours = Side(lambda: room.wellit("preflight", *WORDS, "-n", "default", f"--sandbox={SANDBOX}"))
        words = ["get", "nodes,pods", "-A", "-o", "json"]
        env = {"KUBECONFIG": str(there.kubeconfig)}
        theirs = Side(lambda: room.run([tools.path("kubectl", say), *words], env))
        what = f"`preflight` on {NODES:,} nodes with {PODS:,} pods"
        yield Comparison(what, f"`kubectl {' '.join(words)}`", ours, theirs, 3, 0.7)
    finally:
        sandbox.down(SANDBOX, say=say)


def _crowd(room: Room, there: Sandbox) -> None:
    kubectl, env = tools.path("kubectl", say), {"KUBECONFIG": str(there.kubeconfig)}
    for first in range(0, PODS, EACH):
        items = [_pod(number) for number in range(first, first + EACH)]
        made = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
        room.run([kubectl, "create", "--validate=false", "-f", "-"], env, stdin=made)


def _pod(number: int) -> dict[str, Any]:
    limits = {GPU: "1", "cpu": "4", "memory": "16Gi"}
    container = {"name": "engine", "image": "example.org/engine:v1", "resources": {"limits": limits}}
    about = {"name": f"crowd-{number}", "namespace": "default", "labels": {"app": "crowd"}}
    spec = {"nodeName": f"gpu-node-{number % NODES + 1}", "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": spec}
