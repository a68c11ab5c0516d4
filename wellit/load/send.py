"""One request: sent, read to its end, and told as a Sample. Nothing is raised: a failure is a kind of result."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from wellit.load.asked import Asked
from wellit.load.prompts import Prompt
from wellit.load.sample import HANGS, Sample, Stream
from wellit.standin import POD_HEADER

SAID = 200  # characters of an error that are kept


@dataclass(frozen=True)
class Way:
    """How one engine is asked: `base` is the gateway's URL, `path` what stands before /v1."""

    base: str
    model: str
    engine: str = ""
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def url(self, what: str) -> str:
        return f"{self.base}{self.path}/v1/{what}"


def body(asked: Asked, way: Way, prompt: Prompt) -> dict[str, object]:
    """What is sent."""
    chat = {"messages": [{"role": "user", "content": prompt.text}]}
    made: dict[str, object] = {"model": way.model, "max_tokens": prompt.output, "temperature": 0}
    made |= chat if asked.chat else {"prompt": prompt.text}
    return made | ({"stream": True, "stream_options": {"include_usage": True}} if asked.stream else {})


class Sender:
    """Sends requests; `clock` is seconds since the load began."""

    def __init__(self, client: aiohttp.ClientSession, asked: Asked, clock: Callable[[], float]) -> None:
        self.client, self.asked, self.clock = client, asked, clock

    async def send(self, sample: Sample, way: Way, prompt: Prompt) -> None:
        """Ask, and write into `sample` what became of it. Being cancelled leaves it without an end."""
        sample.began = self.clock()
        try:
            async with asyncio.timeout(self.asked.limit):
                await self._ask(sample, way, prompt)
        except TimeoutError:
            sample.kind = HANGS
            sample.said = f"{self.asked.limit:g} s; {'no' if sample.first is None else 'part of an'} answer had come"
        except (aiohttp.ClientConnectorError, ConnectionRefusedError) as problem:
            sample.kind, sample.said = "no connection", str(problem)[:SAID]
        except (aiohttp.ClientError, ConnectionError, OSError) as problem:
            sample.kind, sample.said = "the connection broke", f"{type(problem).__name__}: {problem}"[:SAID]
        sample.ended = self.clock()

    async def _ask(self, sample: Sample, way: Way, prompt: Prompt) -> None:
        url = way.url("chat/completions" if self.asked.chat else "completions")
        asking = self.client.post(url, json=body(self.asked, way, prompt), headers=way.headers, allow_redirects=False)
        async with asking as response:
            sample.pod = response.headers.get(POD_HEADER, "")
            if response.status != 200:
                sample.kind = f"HTTP {response.status}"
                sample.said = " ".join((await response.text(errors="replace")).split())[:SAID]
            elif self.asked.stream and response.content_type == "text/event-stream":
                await self._stream(sample, response)
            elif self.asked.stream:
                sample.kind = "no stream in it"
                sample.said = (await response.content.read(SAID)).decode("utf-8", "replace")
            else:
                self._whole(sample, await response.read())

    async def _stream(self, sample: Sample, response: aiohttp.ClientResponse) -> None:
        stream = Stream()
        async for data in response.content.iter_any():
            stream.feed(data, self.clock())
            sample.first = stream.first
        sample.used(stream.usage)
        if sample.output_tokens is None:
            sample.output_tokens = stream.pieces
        if stream.error:
            sample.kind, sample.said = "an error in the stream", stream.error
        elif not stream.done:
            sample.kind, sample.said = "the stream ended early", f"after {stream.pieces} pieces, without [DONE]"

    def _whole(self, sample: Sample, data: bytes) -> None:
        try:
            answer = json.loads(data)
            sample.used(answer["usage"]) if "usage" in answer else None
            if answer["choices"]:
                return
        except (ValueError, TypeError, KeyError):
            pass
        sample.kind, sample.said = "no answer in it", data[:SAID].decode("utf-8", "replace")
