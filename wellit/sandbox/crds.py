"""The custom resource definitions that the guides' charts need, as their projects publish them."""

from __future__ import annotations

from pathlib import Path

from wellit import tools
from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import DATA, Sandbox, Say


def files(say: Say) -> list[Path]:
    """The files, from the pinned Go modules; downloaded the first time."""
    return [file for module in tools.published() for file in tools.module_files(module, say)]


def put(sandbox: Sandbox, given: list[Path]) -> int:
    """Apply them, wait until the API server serves them, and return how many there are.

    Raises CannotAnswer when one is refused or not served within a minute.
    """
    apply(sandbox, *given)
    said = asked(sandbox, "wait", "--for=condition=Established", "--timeout=60s", "crd", "--all", timeout=90)
    apply(sandbox, DATA / "gatewayclasses.yaml")
    return len(said.splitlines())
