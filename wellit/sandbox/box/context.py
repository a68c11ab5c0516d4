"""What the parts of a box are given: `Box`."""

from __future__ import annotations

import asyncio
import itertools
import socket
import sys
import time
from pathlib import Path

from wellit.sandbox.box import container
from wellit.sandbox.box.container import Container, Ground, Spec
from wellit.sandbox.box.network import Network, PodNetwork
from wellit.sandbox.box.settings import SERVER, Settings
from wellit.sandbox.box.wire import Message, Wire


class Box:
    """A box as its parts see it, in the box and in its event loop.

    `folder` is for the files of the data plane, each part takes a folder of its own in it. No container sees it;
    everything in `settings.shown` is seen by all, at its own path. Programs in the box and in pods reach the API server
    at `server`; `kubeconfig` is the administrator's, to be mounted where it is needed.
    """

    server = SERVER

    def __init__(self, settings: Settings, network: Network, ground: Ground, host: Wire, relay: Wire) -> None:
        self.settings = settings
        self.name = settings.name
        self.folder = Path(settings.folder)
        self.kubeconfig = self.folder / "kubeconfig"
        self.python = Path(settings.python)
        self.network = network
        self._ground = ground
        self._host = host
        self._relay = relay
        self._asked: dict[int, asyncio.Future[tuple[int, socket.socket]]] = {}
        self._numbers = itertools.count(1)
        self._published: dict[tuple[str, int], asyncio.Task[int]] = {}

    def tool(self, name: str) -> Path:
        """One of the pinned programs that a sandbox which answers has."""
        return Path(self.settings.tools[name])

    async def start(self, spec: Spec, net: PodNetwork | None) -> Container:
        """Start a container in a pod's network, or with None in the box's own."""
        return await container.start(spec, net, self._ground)

    async def publish(self, ip: str, port: int) -> int:
        """A port on the host's loopback whose connections go to a pod's port. Asked again, it is the same one."""
        to = (ip, port)
        if to not in self._published:
            self._published[to] = asyncio.create_task(self._publish(to))
        return await asyncio.shield(self._published[to])

    async def _publish(self, to: tuple[str, int]) -> int:
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        self._host.say({"do": "listen", "number": number})
        port, listener = await self._asked[number]
        with listener:
            if to in self._published:
                self._relay.say({"to": to}, listener)
        return port

    def unpublish(self, ip: str, port: int) -> None:
        """Take no more connections for a pod's port; one that was not published is no error."""
        if self._published.pop((ip, port), None) is not None:
            self._relay.say({"to": (ip, port)})

    def answered(self, message: Message, along: socket.socket | None) -> None:
        """What outside says."""
        if along:
            self._asked.pop(message["number"]).set_result((message["port"], along))

    def log(self, text: str) -> None:
        """A line in the box's log."""
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
