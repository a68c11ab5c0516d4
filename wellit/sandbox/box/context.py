"""What the parts of a box are given: `Box`, and the settings with which it was started."""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wellit import paths
from wellit.sandbox.box import container
from wellit.sandbox.box.container import Container, Ground, Spec
from wellit.sandbox.box.network import GATEWAY, Network, PodNetwork
from wellit.sandbox.box.wire import Message, Wire

API_PORT = 6443
SERVER = f"https://{GATEWAY}:{API_PORT}"
# The name that stands in the API server's certificate.
TLS_SERVER_NAME = "localhost"
SETTINGS = "settings.json"


@dataclass(frozen=True)
class Settings:
    """`folder` is the box's own, `api` the API server's port on the host, `python` the interpreter that has wellit's
    packages, `shown` what of the machine every container sees at its own path."""

    name: str
    folder: str
    api: int
    python: str = sys.executable
    shown: tuple[str, ...] = field(default_factory=lambda: tuple(map(str, needed())))

    def write(self) -> None:
        (Path(self.folder) / SETTINGS).write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, folder: Path) -> Settings:
        said = json.loads((folder / SETTINGS).read_text())
        return cls(**said | {"shown": tuple(said["shown"])})


def needed() -> list[Path]:
    """What wellit's own programs need at its own path: this checkout, Python and its packages, the tools."""
    python = Path(sys.executable).resolve()
    base = Path(sys.base_prefix)
    # bin too: a virtual environment's python may lead to it by one link after another
    given = [
        paths.ROOT,
        Path(sys.prefix),
        python,
        *(base / name for name in ("bin", "lib", "lib64")),
        paths.cache() / "tools",
    ]
    machine = ("/usr/bin", "/usr/lib", "/usr/lib64")
    return [path for path in map(Path.resolve, given) if str(path) not in machine and path.exists()]


def most_descriptors() -> None:
    """A connection through a relay takes two."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Box:
    """A box as its parts see it, in the box and in its event loop.

    `folder` is for the files of the data plane (each part takes a folder of its own in it); it and everything in
    `settings.shown` has the same path in every container. Programs in the box and in pods reach the API server at
    `server`; `kubeconfig` is the administrator's, for them.
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
        self._numbers = itertools.count()
        self._published: dict[tuple[str, int], int] = {}

    async def start(self, spec: Spec, net: PodNetwork | None) -> Container:
        """Start a container in a pod's network, or with None in the box's own."""
        return await container.start(spec, net, self._ground)

    async def publish(self, ip: str, port: int) -> int:
        """A port on the host's loopback whose connections go to a pod's port. Asked again, it is the same one."""
        to = (ip, port)
        if to not in self._published:
            number = next(self._numbers)
            self._asked[number] = asyncio.get_running_loop().create_future()
            self._host.say({"do": "listen", "number": number})
            self._published[to], listener = await self._asked[number]
            with listener:
                self._relay.say({"to": to}, listener)
        return self._published[to]

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
