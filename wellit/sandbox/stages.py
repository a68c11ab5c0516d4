"""Simulated life: the stages that the kwok controller plays."""

from __future__ import annotations

import yaml

from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import DATA, Sandbox

NODES = DATA / "nodes.stages.yaml"
READY = DATA / "ready.stages.yaml"


def animate_nodes(sandbox: Sandbox) -> None:
    """Let nodes come to life, in both tiers."""
    apply(sandbox, NODES)


def switch(sandbox: Sandbox) -> None:
    """The one switch: pods, gateways, routes and pools become ready by simulation, or wait for something that does it.

    The CRDs must be served by now: kwok does not look again for a kind it did not find.
    """
    if sandbox.simulate_ready:
        apply(sandbox, READY)
    else:
        asked(sandbox, "delete", "--ignore-not-found", "-f", READY)


def expected(sandbox: Sandbox) -> set[str]:
    """The stages that should be in the cluster, as `kubectl get -o name` writes them."""
    files = (NODES, READY) if sandbox.simulate_ready else (NODES,)
    documents = (document for file in files for document in yaml.safe_load_all(file.read_text()))
    return {f"stage.kwok.x-k8s.io/{document['metadata']['name']}" for document in documents}
