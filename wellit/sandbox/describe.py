"""A sandbox in words."""

from __future__ import annotations

from wellit.paths import shown
from wellit.sandbox.model import Sandbox
from wellit.sandbox.nodes import shown as resources
from wellit.sandbox.parts import PARTS
from wellit.sandbox.tier import WORDS


def describe(sandbox: Sandbox) -> str:
    """What it is, how to reach it, and what in it is simulated."""
    if sandbox.problem:
        return f"sandbox {sandbox.name}: {sandbox.problem}; invoke sandbox.up mends it"
    flag = "" if sandbox.name == "default" else f"={sandbox.name}"
    shell = "" if sandbox.name == "default" else f" --name {sandbox.name}"
    return "\n".join(
        [
            f"sandbox {sandbox.name}: Kubernetes {sandbox.kubernetes} on {sandbox.server}",
            f"  nodes      {sandbox.nodes} with {resources(sandbox.resources)} each, simulated",
            f"  readiness  {WORDS[sandbox.ready]}",
            *(f"  {name:10} {PARTS[name].words(sandbox)}" for name in sandbox.parts),
            f"  kubeconfig {shown(sandbox.kubeconfig)}",
            f"  use it     --sandbox{flag} with any task, or invoke sandbox.shell{shell}",
        ]
    )
