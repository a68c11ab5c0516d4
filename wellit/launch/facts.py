"""What processes of one machine are told, as local.yaml has it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wellit import remembered

FILE = Path(__file__).parent / "local.yaml"


@functools.cache
def facts() -> Mapping[str, Any]:
    read: Mapping[str, Any] = remembered.data(FILE)
    return read


@dataclass(frozen=True)
class Local:
    """The settings below ``local``: what is different where a stack runs on this machine.

    `devices` are the GPUs to hand out, as CUDA_VISIBLE_DEVICES has them; None for all. `grace` is in seconds.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    system_port: int = 8081
    discovery: str = "file"
    request_plane: str = "tcp"
    grace: float = 10.0
    devices: tuple[str, ...] | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Local:
        devices = said.get("devices")
        listed = devices if isinstance(devices, list) else str(devices).split(",")
        return cls(
            str(said["host"]), int(said["port"]), int(said["systemPort"]), str(said["discovery"]),
            str(said["requestPlane"]), float(said["graceSeconds"]),
            None if devices is None else tuple(str(each).strip() for each in listed if str(each).strip()),
        )  # fmt: skip

    @property
    def open(self) -> bool:
        """Whether others than this machine may reach its processes."""
        return self.host in facts()["everywhere"]

    @property
    def reached(self) -> str:
        """Where this machine reaches them."""
        return "127.0.0.1" if self.open else self.host
