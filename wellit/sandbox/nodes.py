"""Simulated nodes and what they offer."""

from __future__ import annotations

import copy
import functools
import json
import re
import time
from collections.abc import Mapping
from typing import Any

import yaml

from wellit.errors import CannotAnswer
from wellit.sandbox.config import last_words
from wellit.sandbox.kubectl import apply, asked, create
from wellit.sandbox.model import DATA, Sandbox
from wellit.sandbox.processes import living

MOST_NODES = 5000
MOST_DEVICES = 1024
READY_SECONDS = 30.0
STATE = (
    'go-template={{range .items}}{{.metadata.name}}={{range .status.conditions}}{{if eq .type "Ready"}}{{.status}}'
    # The taint goes a moment after the node is Ready; until then nothing is scheduled there.
    '{{end}}{{end}}{{range .spec.taints}}{{if eq .key "node.kubernetes.io/not-ready"}} tainted{{end}}{{end}}'
    '{{"\\n"}}{{end}}'
)
OFFERED = 'go-template={{range .items}}{{range $name, $_ := .status.capacity}}{{$name}}{{"\\n"}}{{end}}{{end}}'
LABEL = "wellit.dev/simulated"
# an extended resource: a domain, a slash, a name
DEVICE = r"([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]+/[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?"
EXAMPLE = "nvidia.com/gpu=8"


def parse_gpus(text: str) -> dict[str, int]:
    """What each node offers: "nvidia.com/gpu=8,amd.com/gpu=4" -> {"nvidia.com/gpu": 8, "amd.com/gpu": 4}.

    Raises CannotAnswer, with what to write, for anything Kubernetes would not take as an extended resource.
    """
    offered: dict[str, int] = {}
    for part in text.split(","):
        name, equals, count = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise _refused(part.strip(), "it is RESOURCE=COUNT", f"{name}=8" if _named(name) else EXAMPLE)
        if not _named(name):
            raise _refused(name, "a device's name has a domain of its maker and a slash", EXAMPLE)
        if not count.isascii() or not count.isdigit() or int(count) > MOST_DEVICES:
            raise _refused(count, f"{name} is counted in whole devices, 0 to {MOST_DEVICES} on a node", f"{name}=8")
        if name in offered:
            raise _refused(text, f"{name} is there twice", f"{name}={count}")
        offered[name] = int(count)
    return offered


def check_count(nodes: int) -> int:
    """`nodes` when a sandbox may have so many. Raises CannotAnswer."""
    if not 1 <= nodes <= MOST_NODES:
        raise CannotAnswer(f"a sandbox cannot have {nodes} nodes", write=f"--nodes with 1 to {MOST_NODES}")
    return nodes


def names(nodes: int) -> list[str]:
    return [f"gpu-node-{number}" for number in range(1, nodes + 1)]


def manifest(name: str, resources: Mapping[str, int]) -> dict[str, Any]:
    """One node: data/node.yaml with its name and devices."""
    node = copy.deepcopy(_pattern())
    node["metadata"]["name"] = name
    node["metadata"]["labels"]["kubernetes.io/hostname"] = name
    node["status"]["capacity"] |= {resource: str(count) for resource, count in resources.items()}
    node["status"]["allocatable"] = dict(node["status"]["capacity"])
    return node


def put(sandbox: Sandbox) -> None:
    """Make the cluster's nodes those of `sandbox`: make what is missing, set what they offer, remove the others."""
    there = listed(sandbox)
    wanted = {name: manifest(name, sandbox.resources) for name in names(sandbox.nodes)}
    create(sandbox, [node for name, node in wanted.items() if name not in there])
    kept = [name for name in wanted if name in there]
    apply(sandbox, objects=[wanted[name] for name in kept], subresource="status")
    _withdraw(sandbox, kept)
    remove(sandbox, sorted(set(there) - set(wanted)))


def _withdraw(sandbox: Sandbox, kept: list[str]) -> None:
    """Take from the nodes the devices that they offer no longer: applying adds, and leaves what another wrote."""
    if not kept:
        return
    offered = asked(sandbox, "get", "nodes", "-l", LABEL, "-o", OFFERED).split()
    if gone := {name: None for name in offered if "/" in name and name not in sandbox.resources}:
        patch = json.dumps({"status": {"capacity": gone, "allocatable": gone}})
        asked(sandbox, "patch", "node", *kept, "--subresource=status", "--type=merge", "-p", patch)


@functools.cache
def _pattern() -> dict[str, Any]:
    node: dict[str, Any] = yaml.safe_load((DATA / "node.yaml").read_text())
    return node


def listed(sandbox: Sandbox) -> list[str]:
    return [line.partition("/")[2] for line in asked(sandbox, "get", "nodes", "-l", LABEL, "-o", "name").split()]


def remove(sandbox: Sandbox, gone: list[str]) -> None:
    """Remove nodes, and at once the pods that were on them: Kubernetes itself would take minutes."""
    if gone:
        asked(sandbox, "delete", "node", "--wait=false", *gone)
    for name in gone:
        asked(sandbox, "delete", "pod", "-A", f"--field-selector=spec.nodeName={name}", "--force", "--grace-period=0")


def wait(sandbox: Sandbox) -> None:
    """Wait until every node is Ready. Raises CannotAnswer with the kwok controller's last words when one is not."""
    until = time.monotonic() + READY_SECONDS
    while waiting := [name for name, ready in _states(sandbox).items() if not ready]:
        if time.monotonic() > until or "kwok-controller" not in living(sandbox.folder).values():
            raise CannotAnswer(
                f"{len(waiting)} of {sandbox.nodes} nodes of the sandbox {sandbox.name} do not become ready",
                why=f"kwok's log ends with: {last_words(sandbox, 'kwok-controller')}",
            )
        time.sleep(0.1)


def _states(sandbox: Sandbox) -> dict[str, bool]:
    rows = (line.partition("=") for line in asked(sandbox, "get", "nodes", "-l", LABEL, "-o", STATE).splitlines())
    return {name: status == "True" for name, _, status in rows}


def shown(resources: Mapping[str, int]) -> str:
    """{"nvidia.com/gpu": 8} -> "8 nvidia.com/gpu"."""
    return ", ".join(f"{count} {name}" for name, count in resources.items()) or "no devices"


def _named(name: str) -> bool:
    return bool(re.fullmatch(DEVICE, name))


def _refused(what: str, why: str, write: str) -> CannotAnswer:
    return CannotAnswer(f'--gpus: "{what}" is not what a node can offer', why=why, write=write)
