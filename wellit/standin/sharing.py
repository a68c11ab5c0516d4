"""What a stand-in shares with other servers: requests with the other half of a pair, and what its KV cache has."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wellit.standin import handshake
from wellit.standin.answers import Refused
from wellit.standin.handshake import Handshake, Part, Unfit
from wellit.standin.requests import Asked
from wellit.standin.settings import Settings

if TYPE_CHECKING:
    from wellit.standin.kv_events import Publisher

KINDS = {400: "BadRequestError"}


@dataclass
class Sharing:
    """`publisher` is None for an engine that is not told to publish."""

    handshake: Handshake = field(default_factory=Handshake)
    publisher: Publisher | None = None

    async def open(self, host: str) -> None:
        """Begin to listen for other servers. Raises EndsAtStart when the engine would end."""
        await self.handshake.open(host)
        if self.publisher:
            self.publisher.open()

    async def close(self) -> None:
        await self.handshake.close()
        if self.publisher:
            await self.publisher.close()

    async def part(self, asked: Asked, headers: Mapping[str, str], at: tuple[str, int], cached: int) -> Part:
        """This server's part of a request, of which so many tokens are cached. Raises Refused."""
        named = f"{headers.get('x-request-id', '')}-{uuid.uuid4().hex}"
        tokens = tuple(token for prompt in asked.prompts for token in prompt)
        told = {name.lower(): value for name, value in headers.items()}
        request = handshake.Asked(asked.body, told, tokens, named, at)
        try:
            return handshake.applied(await self.handshake.begin(request), request, cached)
        except Unfit as unfit:
            kind = KINDS.get(unfit.status, "InternalServerError")
            raise Refused(unfit.status, unfit.message, kind) from None


def made(settings: Settings, env: Mapping[str, str]) -> Sharing:
    """What an engine shares that is started so. Raises EndsAtStart for what it refuses."""
    shared = handshake.made(settings.engine, settings.told, env, settings.page)
    return Sharing(shared, _publisher(settings))


def _publisher(settings: Settings) -> Publisher | None:
    """None when nobody is told to publish, and then no time is spent on what that would need."""
    facts = settings.engine.data["kvEvents"]
    if not facts or not settings.told(facts["flag"]):
        return None
    from wellit.standin import kv_events

    settled = kv_events.config(settings.engine, settings.told)
    return kv_events.Publisher(facts, settled) if settled else None
