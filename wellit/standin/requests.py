"""What a request asks for, as an engine reads its body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wellit.standin.answers import Refused
from wellit.standin.tokens import chat_text, tokens

COMPLETION_TOKENS = 16  # what all engines generate when a completion does not say how much
TOO_LONG = (
    "This model's maximum context length is {context} tokens. However, you requested {asked} tokens ({prompt} in the "
    "prompt, {most} in the completion). Please reduce the length of the prompt or completion."
)


@dataclass(frozen=True)
class Asked:
    """A completion or a chat that is asked for. `most` tokens are to be generated of each choice; None: as it likes."""

    chat: bool
    body: Mapping[str, Any]
    model: str
    prompts: tuple[tuple[int, ...], ...]
    most: int | None
    choices: int
    stream: bool
    with_usage: bool

    @property
    def prompt_tokens(self) -> int:
        return sum(map(len, self.prompts))


def parsed(raw: bytes) -> Mapping[str, Any]:
    """The body. Raises Refused for one that is no JSON object."""
    try:
        body = json.loads(raw)
    except ValueError as problem:
        raise Refused(400, f"the body is not JSON: {problem}") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body must be a JSON object")
    return body


def asked(chat: bool, body: Mapping[str, Any]) -> Asked:
    """What a body asks for. Raises Refused."""
    most = body.get("max_completion_tokens") if chat and body.get("max_completion_tokens") else body.get("max_tokens")
    if most is not None:
        most = _count("max_tokens", most)
    prompts = (_of_messages(body),) if chat else _of_prompt(body.get("prompt"))
    options = body.get("stream_options") or {}
    return Asked(
        chat=chat,
        body=body,
        model=str(body.get("model") or ""),
        prompts=prompts,
        most=most if chat or most is not None else COMPLETION_TOKENS,
        choices=_count("n", body.get("n") or 1),
        stream=bool(body.get("stream")),
        with_usage=isinstance(options, dict) and bool(options.get("include_usage")),
    )


def fits(request: Asked, context: int) -> None:
    """Raises Refused for a request that is longer than the context."""
    longest, most = max(map(len, request.prompts)), request.most or 0
    if longest + most > context:
        raise Refused(
            400, TOO_LONG.format(context=context, asked=longest + most, prompt=longest, most=most), param="max_tokens"
        )


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Refused(400, f"{name} must be at least 1, got {value}.", param=name)
    return value


def _of_messages(body: Mapping[str, Any]) -> tuple[int, ...]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(message, dict) for message in messages):
        raise Refused(400, "messages must be a list of at least one message", param="messages")
    return tuple(tokens(chat_text(messages, body.get("tools"))))


def _of_prompt(prompt: Any) -> tuple[tuple[int, ...], ...]:
    """A text, several texts, token ids, or several lists of them."""
    if isinstance(prompt, str):
        return (tuple(tokens(prompt)),)
    if isinstance(prompt, list) and prompt:
        if all(isinstance(part, int) for part in prompt):
            return (tuple(prompt),)
        if all(isinstance(part, (str, list)) for part in prompt):
            return tuple(text for part in prompt for text in _of_prompt(part))
    raise Refused(400, "prompt must be a text, a list of texts, or token ids", param="prompt")
