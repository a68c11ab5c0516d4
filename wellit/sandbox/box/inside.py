"""The first process in a box: `python -m wellit.sandbox.box.inside FOLDER DESCRIPTOR`, started by outside.py.

It makes the network, gives the box a way to the API server, and runs what makes the box alive: the kubelet and the
gateways. When it ends, however it ends, the kernel ends every process, network and mount in the box.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
import sys
import traceback
from pathlib import Path

from wellit.process import supervise
from wellit.process.supervise import Reaper
from wellit.sandbox.box.container import Ground
from wellit.sandbox.box.context import Box
from wellit.sandbox.box.network import Network
from wellit.sandbox.box.relay import listener
from wellit.sandbox.box.settings import API_PORT, GATEWAY, Settings, most_descriptors
from wellit.sandbox.box.wire import Message, Wire, pair


async def run(folder: Path, descriptor: int) -> None:
    """Be the box until a part of it fails or the host lets go. Raises what a part raised."""
    settings = Settings.read(folder)
    empty = folder / "root"
    empty.mkdir(exist_ok=True)
    ground = Ground(empty, tuple(map(Path, settings.shown)), Reaper())
    async with Network() as network:
        boxes: list[Box] = []

        def heard(message: Message, along: socket.socket | None) -> None:
            boxes[0].answered(message, along)

        host = Wire(socket.socket(fileno=descriptor), heard, lambda: os._exit(1))
        box = Box(settings, network, ground, host, await _relay())
        boxes.append(box)
        with listener(GATEWAY, API_PORT) as api:
            host.say({"do": "api"}, api)
        parts = [importlib.import_module(part).run(box) for part in settings.parts]
        box.log(f"the box is up: pods are on {GATEWAY}'s bridge, the API server is {box.server}")
        host.say({"do": "up"})
        await asyncio.gather(asyncio.Event().wait(), *parts)


async def _relay() -> Wire:
    """The process that carries connections from the host to pods, and the wire to it."""
    ours, theirs = pair()
    with theirs:
        await supervise.start(
            [sys.executable, "-P", "-m", "wellit.sandbox.box.relay", str(theirs.fileno())], env=dict(os.environ),
            keep=[theirs.fileno()], out=2, err=2, name="relay",
        )  # fmt: skip
    return Wire(ours, lambda *_: None, lambda: os._exit(1))


if __name__ == "__main__":
    most_descriptors()
    try:
        asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
    except BaseException:  # noqa: BLE001 - the last to know: nobody is above it
        traceback.print_exc()
        os._exit(1)
