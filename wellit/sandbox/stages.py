"""Simulated life: the stages that the kwok controller plays."""

from __future__ import annotations

import yaml

from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import DATA, Sandbox

NODES = DATA / "nodes.stages.yaml"
READY = DATA / "ready.stages.yaml"


def put(sandbox: Sandbox) -> None:
    """Nodes always come to life; pods, gateways, routes and pools only with the sandbox's switch on."""
    if sandbox.simulate_ready:
        apply(sandbox, NODES, READY)
    else:
        apply(sandbox, NODES)
        asked(sandbox, "delete", "--ignore-not-found", "-f", READY)


def expected(sandbox: Sandbox) -> set[str]:
    """The stages that should be in the cluster, as `kubectl get -o name` writes them."""
    files = (NODES, READY) if sandbox.simulate_ready else (NODES,)
    documents = (document for file in files for document in yaml.safe_load_all(file.read_text()))
    return {f"stage.kwok.x-k8s.io/{document['metadata']['name']}" for document in documents}
