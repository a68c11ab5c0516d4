"""What became of one request, and what a streamed answer says while it comes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

HANGS = "no end within the limit"
Fate = Literal["answered", "failed", "hanging", "cut off"]


@dataclass
class Sample:
    """One request. Times are seconds since the load began; `due` is when it was to be sent, `began` when it was.

    `kind` names an error, `said` is what was said of it. `ended` is None while it is open, and of one that was cut off
    because a person stopped the load. Token counts are the engine's own, None where it told none.
    """

    number: int
    way: str = ""
    due: float = 0
    began: float = 0
    first: float | None = None
    ended: float | None = None
    kind: str = ""
    said: str = ""
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    pod: str = ""

    @property
    def fate(self) -> Fate:
        if self.ended is None:
            return "cut off"
        if self.kind:
            return "hanging" if self.kind == HANGS else "failed"
        return "answered"

    def used(self, usage: Any) -> None:
        """Take the engine's count of tokens, in OpenAI's form."""
        if not isinstance(usage, dict):
            return
        self.prompt_tokens, self.output_tokens = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
        details = usage.get("prompt_tokens_details")
        self.cached_tokens = _count(details, "cached_tokens") if isinstance(details, dict) else None


def _count(usage: dict[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return value if isinstance(value, int) else None


@dataclass
class Stream:
    """A streamed answer (server-sent events), fed as it comes."""

    done: bool = False
    first: float | None = None
    pieces: int = 0
    usage: Any = None
    error: str = ""
    _rest: bytes = field(default=b"", repr=False)

    def feed(self, data: bytes, now: float) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data:"):
                self._event(line[5:].strip(), now)

    def _event(self, event: bytes, now: float) -> None:
        if event == b"[DONE]":
            self.done = True
            return
        try:
            piece = json.loads(event)
            choices = piece.get("choices") or []
        except (ValueError, AttributeError):
            self.error = self.error or f"a piece of the stream is no answer: {event[:80]!r}"
            return
        if piece.get("error"):
            self.error = self.error or str(piece["error"])[:200]
        self.usage = piece.get("usage") or self.usage
        if choices and _text(choices[0]):
            self.pieces += 1
            self.first = now if self.first is None else self.first


def _text(choice: dict[str, Any]) -> str:
    """The words of a piece: of a chat's first piece, which only says who speaks, there are none."""
    delta = choice.get("delta") or {}
    return choice.get("text") or delta.get("content") or delta.get("reasoning_content") or ""
