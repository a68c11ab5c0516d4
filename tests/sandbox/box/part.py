"""A part of a box that does what a test asks for: a line of JSON in, a line of JSON out, over a published port."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from wellit.sandbox.box.container import Container, Mount, Spec
from wellit.sandbox.box.context import Box
from wellit.sandbox.box.network import PodNetwork
from wellit.sandbox.box.settings import GATEWAY

PORT = 7000
FILE = "control"


async def run(box: Box) -> None:
    hands = Hands(box)
    server = await asyncio.start_server(hands.serve, GATEWAY, PORT)
    (box.folder / FILE).write_text(str(await box.publish(GATEWAY, PORT)))
    async with server:
        await server.serve_forever()


class Hands:
    def __init__(self, box: Box) -> None:
        self.box = box
        self.pods: dict[str, PodNetwork] = {}
        self.containers: dict[int, Container] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async for line in reader:
            said = json.loads(line)
            try:
                answer = await getattr(self, said.pop("do"))(**said)
            except Exception as problem:  # noqa: BLE001 - told to the test
                answer = {"problem": f"{type(problem).__name__}: {problem}"}
            writer.write(json.dumps(answer).encode() + b"\n")
        writer.close()

    async def add(self) -> str:
        pod = await self.box.network.add()
        self.pods[pod.ip] = pod
        return pod.ip

    async def remove(self, ip: str) -> None:
        await self.box.network.remove(self.pods.pop(ip))

    async def start(self, ip: str | None, mounts: list[Any], provides: dict[str, str], **spec: Any) -> dict[str, Any]:
        given = {name: Path(path) for name, path in provides.items()}
        shown = tuple(Mount(Path(source), target, read_only) for source, target, read_only in mounts)
        spec |= {"log": Path(spec["log"]), "argv": tuple(spec["argv"])}
        made = await self.box.start(Spec(mounts=shown, provides=given, **spec), self.pods[ip] if ip else None)
        number = len(self.containers)
        self.containers[number] = made
        return {"number": number, "problem": made.problem}

    async def wait(self, number: int) -> int:
        return await self.containers[number].wait()

    async def signal(self, number: int, sign: int) -> bool:
        self.containers[number].signal(sign)
        await asyncio.sleep(0.3)
        return self.containers[number].over

    async def run(self, number: int, argv: list[str], seconds: float) -> list[object]:
        ran = await self.containers[number].run(argv, seconds)
        return [ran.code, ran.said]

    async def publish(self, ip: str, port: int) -> int:
        return await self.box.publish(ip, port)

    async def unpublish(self, ip: str, port: int) -> None:
        self.box.unpublish(ip, port)
