"""The box's process on the host: `python -m wellit.sandbox.box.outside FOLDER`.

The command ends when the box is up (0) or cannot be (1); then the log beside FOLDER says why. What stays carries the
box's requests to the API server, and makes the listeners on loopback whose connections the box takes. It ends when the
box does, and the box when it does.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

from wellit.process import supervise
from wellit.sandbox.box.relay import Relay, listener
from wellit.sandbox.box.settings import LOG, Settings, most_descriptors, namespaces
from wellit.sandbox.box.wire import Message, Wire, pair

INSIDE = "wellit.sandbox.box.inside"
LOOPBACK = "127.0.0.1"
UP = b"up"


async def run(folder: Path, starter: int) -> int:
    """Run the box in `folder` until it ends. Returns its exit code; `starter` is told when it is up."""
    settings, relay = Settings.read(folder), Relay()
    ours, theirs = pair()
    programs = folder.parent / "bin"
    unshare: list[str | Path] = [programs / "unshare", *namespaces(users=settings.users)]
    with theirs:
        # Its variables are ours: what it starts for the box needs wellit, what it starts in a container gets its own.
        child = await supervise.start(
            [*unshare, programs / "box", "-P", "-m", INSIDE, folder, str(theirs.fileno())],
            env=dict(os.environ), clean=True, out=2, err=2, keep=[theirs.fileno()],
        )  # fmt: skip
    tasks: set[asyncio.Task[None]] = set()

    def heard(message: Message, along: socket.socket | None) -> None:
        if message["do"] == "up":
            os.write(starter, UP)
            os.close(starter)
        elif message["do"] == "listen":
            with listener(LOOPBACK, 0) as made:
                wire.say({"number": message["number"], "port": made.getsockname()[1]}, made)
        elif along:  # where the box asks for the API server
            tasks.add(asyncio.ensure_future(relay.serve(along, (LOOPBACK, settings.api))))

    wire = Wire(ours, heard, lambda: None)
    return await child.wait()


def main(folder: Path) -> int:
    answer, starter = os.pipe()
    if os.fork():
        os.close(starter)
        return 0 if os.read(answer, len(UP)) == UP else 1
    os.close(answer)
    os.setsid()
    log = os.open(folder.parent / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor, to in ((null, 0), (null, 1), (log, 2)):
        os.dup2(descriptor, to)
    most_descriptors()
    return asyncio.run(run(folder, starter))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
