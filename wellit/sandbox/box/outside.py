"""The box's process on the host: `python -m wellit.sandbox.box.outside FOLDER`.

It starts the box in namespaces of its own, carries the box's requests to the API server, and makes the listeners on
loopback whose connections the box takes. It ends when the box does, and the box when it does.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from pathlib import Path

from wellit.process import supervise
from wellit.sandbox.box.context import Settings, most_descriptors
from wellit.sandbox.box.relay import Relay, listener
from wellit.sandbox.box.wire import Message, Wire, pair

INSIDE = "wellit.sandbox.box.inside"
LOOPBACK = "127.0.0.1"
READY = "ready"
# Root in there is nobody special out here. --kill-child makes the box end with unshare, as unshare ends with us.
UNSHARE = ("--user", "--map-root-user", "--net", "--pid", "--mount", "--uts", "--ipc", "--fork", "--kill-child",
           "--mount-proc")  # fmt: skip


async def run(folder: Path) -> int:
    """Run the box in `folder` until it ends, or we are told to. Returns its exit code."""
    settings, relay = Settings.read(folder), Relay()
    ours, theirs = pair()
    programs = folder.parent / "bin"
    child = await supervise.start(
        [programs / "unshare", *UNSHARE, programs / "box", "-m", INSIDE, folder, str(theirs.fileno())],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))}, out=2, err=2, keep=[theirs.fileno()],
    )  # fmt: skip
    theirs.close()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, child.signal, signal.SIGKILL)
    tasks: set[asyncio.Task[None]] = set()

    def heard(message: Message, along: socket.socket | None) -> None:
        if message["do"] == "ready":
            (folder / READY).touch()
        elif message["do"] == "listen":
            with listener(LOOPBACK, 0) as made:
                wire.say({"number": message["number"], "port": made.getsockname()[1]}, made)
        elif along:  # where the box asks for the API server
            task = asyncio.ensure_future(relay.serve(along, (LOOPBACK, settings.api)))
            tasks.add(task)

    wire = Wire(ours, heard, lambda: child.signal(signal.SIGKILL))
    return await child.wait()


if __name__ == "__main__":
    most_descriptors()
    sys.exit(asyncio.run(run(Path(sys.argv[1]))))
