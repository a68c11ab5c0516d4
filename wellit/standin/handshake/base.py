"""What a request is to the servers that share it: who does which part, and what they hand over.

handshake = handshake.made(engine, told, env, cache)     `told` gives the value of a flag, or None
await handshake.open(host)
part = await handshake.begin(Asked(...))                 raises Unfit: the status and the words to answer with
part.limit, part.finish, part.fetched                    before the answer is made
part.handed(finish)                                      what a whole answer has besides
part.close(answered)                                     when it is written, or nobody waits for it any more
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["prefill", "decode", "alone"]
Told = Callable[[str], str | None]
# The routing proxy passes it on to both servers: the address of the one that prefills.
PREFILLER = "x-prefiller-host-port"


class Unfit(Exception):
    """A request that the engine refuses, with the status and the words of its answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class EndsAtStart(Exception):
    """The engine ends when it is started so; the words are its last ones."""

    code = 1


@dataclass(frozen=True)
class Asked:
    """A request: `at` is this server's address as its client has it, headers have small letters."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    tokens: Sequence[int]
    id: str
    at: tuple[str, int] = ("", 0)

    @property
    def role_told(self) -> Role:
        """What the routing proxy's header says of this server: it names the one that prefills."""
        named = self.headers.get(PREFILLER, "").partition(",")[0].strip().removeprefix("http://")
        if not named:
            return "alone"
        return "prefill" if named == f"{self.at[0]}:{self.at[1]}" else "decode"


@dataclass
class Part:
    """One server's part of a request.

    `limit` is how many tokens it makes at most, `fetched` how many of the prompt's came from another server, `finish`
    the reason that it gives instead of "length".
    """

    role: Role = "alone"
    limit: int | None = None
    fetched: int = 0
    finish: str = ""

    def handed(self, _finish: str) -> dict[str, Any]:
        """What the whole answer has besides, by the reason that it gives for its end."""
        return {}

    def close(self, answered: bool) -> None:
        """The answer is written, or it failed, or whoever asked is gone."""


@dataclass
class Handshake:
    """Of a server that shares nothing; `roles` counts the parts that it had, `failed` what did not come together."""

    roles: Counter[str] = field(default_factory=lambda: Counter(prefill=0, decode=0, alone=0))
    failed: Counter[str] = field(default_factory=Counter)

    async def open(self, _host: str) -> None:
        """Begin to listen for the other servers; the address is the one that the engine listens on."""

    async def close(self) -> None:
        """Stop listening."""

    async def begin(self, asked: Asked) -> Part:
        """This server's part of a request. Raises Unfit."""
        part = await self.part(asked)
        self.roles[part.role] += 1
        return part

    async def part(self, _asked: Asked) -> Part:
        """The same, not counted."""
        return Part()


class Named(Handshake):
    """Of a server whose way to hand over is not played here: it does its part, and each computes everything."""

    async def part(self, asked: Asked) -> Part:
        return Part(asked.role_told)
