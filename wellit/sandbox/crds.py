"""The custom resource definitions that the guides' charts need: as their projects publish them where they can be had.

Dynamo's come with its operator's image, which cannot be had; a schema of our own stands in their place and says so.
"""

from __future__ import annotations

import time
from pathlib import Path

from wellit import paths, tools
from wellit.errors import CannotAnswer
from wellit.sandbox.kubectl import apply, asked
from wellit.sandbox.model import Sandbox
from wellit.say import Say

SERVED_SECONDS = 180.0  # a busy machine makes the schemas of large ones slowly
OURS = (paths.SCHEMAS / "dynamographdeployments.yaml",)
# kwok's own are not what a guide asks for
OWN = ".kwok.x-k8s.io"
LINE = (
    'go-template={{range .items}}{{.metadata.name}}={{range .status.conditions}}{{if eq .type "Established"}}'
    '{{.status}}{{end}}{{end}}{{"\\n"}}{{end}}'
)


def files(say: Say) -> list[Path]:
    """The files, from the pinned Go modules, downloaded the first time; and our own."""
    return [*(file for module in tools.published() for file in tools.module_files(module, say)), *OURS]


def put(sandbox: Sandbox, given: list[Path]) -> int:
    """Apply them, wait until the API server serves them, and return how many it serves.

    Raises CannotAnswer when one is refused or not served in time.
    """
    apply(sandbox, *given)
    return served(sandbox)


def served(sandbox: Sandbox, seconds: float = SERVED_SECONDS) -> int:
    """Wait until every definition is served, and return how many are. Raises CannotAnswer when one is not in time."""
    until = time.monotonic() + seconds
    while not all((known := _established(sandbox)).values()):
        if time.monotonic() > until:
            waiting = ", ".join(name for name, there in known.items() if not there)
            raise CannotAnswer(f"the sandbox {sandbox.name} does not serve {waiting}", why="the CRD is not Established")
        time.sleep(0.1)
    return len([name for name in known if not name.endswith(OWN)])


def _established(sandbox: Sandbox) -> dict[str, bool]:
    """One list: `kubectl wait --all` asks for them one after another and takes 3 seconds."""
    said = asked(sandbox, "get", "crd", "-o", LINE)
    rows = (line.partition("=") for line in said.splitlines())
    return {name: status == "True" for name, _, status in rows}
