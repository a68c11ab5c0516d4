"""Whether this machine can have a box: makes one pod's network and one container in it, and takes them away again.

`python -m wellit.sandbox.box.probe`, started in the namespaces of a box. Exit code 0, or 1 with the reason on stderr.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from wellit.process.supervise import Reaper
from wellit.sandbox.box.container import Ground, Spec, start
from wellit.sandbox.box.network import Network


async def run(folder: Path) -> str:
    """Why it cannot; empty when it can."""
    empty = folder / "root"
    empty.mkdir()
    async with Network() as network:
        pod = await network.add()
        ground = Ground(empty, (), Reaper())
        container = await start(Spec("probe", ("true",), folder / "log"), pod, ground)
        code = await container.wait()
    return container.problem or (f"a container ended with {code}" if code else "")


def main() -> int:
    try:
        with tempfile.TemporaryDirectory() as folder:
            problem = asyncio.run(run(Path(folder)))
    except Exception as refused:  # noqa: BLE001 - whatever it is, it is why not
        problem = f"{type(refused).__name__}: {refused}"
    if problem:
        print(problem, file=sys.stderr)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
