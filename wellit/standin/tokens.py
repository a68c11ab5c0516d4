"""Texts as numbers, without a model: a token is a space, if there is one, and up to four letters or one sign after it.

The stand-ins of the engines and of the tokenizer service use the same function, so that the picker finds the blocks
that an engine publishes. Text that is added changes no token but the last one.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

_PIECES = re.compile(r"\s?\w{1,4}|\s?[^\w\s]|\s", re.ASCII)


def tokens(text: str) -> list[int]:
    """The tokens of a text: numbers of 32 bits, about one for each four characters."""
    return [zlib.crc32(piece.encode(errors="replace")) for piece in pieces(text)]


def pieces(text: str) -> list[str]:
    """The text cut where its tokens end."""
    return _PIECES.findall(text)


def chat_text(messages: Iterable[Mapping[str, Any]], tools: Any = None) -> str:
    """What a model's chat template would make of messages (and tools): one text that ends where the answer begins."""
    offered = f"<|tools|>{json.dumps(tools, sort_keys=True)}\n" if tools else ""
    return offered + "".join(_said(message) for message in messages) + "<|assistant|>"


def _said(message: Mapping[str, Any]) -> str:
    return f"<|{message.get('role', '')}|>{content_text(message.get('content'))}\n"


def content_text(content: Any) -> str:
    """The text of a message's content, which may be in parts; a part that is no text is its type's name."""
    if isinstance(content, list):
        parts = (part if isinstance(part, dict) else {"text": str(part)} for part in content)
        return "".join(str(part.get("text") or f"<|{part.get('type', '')}|>") for part in parts)
    return str(content or "")
