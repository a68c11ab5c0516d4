"""What a sandbox has in the place of something: nothing anywhere else.

The sandbox is a room of its own, imported where there is one: nobody else needs what it imports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wellit.access.asked import Access


@dataclass(frozen=True)
class StandIn:
    """What runs in a sandbox in the place of an image: in words, and the image whose program it is ("" for none)."""

    words: str
    image: str = ""


def stand_ins(access: Access, images: Iterable[str]) -> dict[str, StandIn]:
    """Of these images those that something else stands in for; none outside of a sandbox that answers."""
    if not access.sandbox:
        return {}
    from wellit import sandbox

    return {image: StandIn(*found) for image, found in sandbox.stand_ins(access.sandbox, images).items()}


def part(access: Access, name: str) -> str:
    """What a part of the sandbox is, in words; "" for one that it does not have, and outside of a sandbox."""
    if not (access.sandbox and name):
        return ""
    from wellit import sandbox

    return sandbox.part(access.sandbox, name)
