"""The bodies of answers: OpenAI's shapes, with what an engine has of its own."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit.standin.settings import Settings
from wellit.standin.tokens import pieces

FILLER = " The quick brown fox jumps over the lazy dog, and nobody has thought about it."
KIND = {True: "chat.completion", False: "text_completion"}
PLAIN_IDS = {"completion": "cmpl-", "chat": "chatcmpl-"}
NO_SUCH_MODEL = {"status": 404, "type": "NotFoundError", "message": "The model `{model}` does not exist."}


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, message: str, kind: str = "BadRequestError", param: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.param = status, message, kind, param


def error(settings: Settings, refused: Refused) -> dict[str, Any]:
    """An error's body, in the engine's form."""
    said = {"message": refused.message, "type": refused.kind, "param": refused.param, "code": refused.status}
    return {"object": "error", **said} if settings.serves.get("error") == "flat" else {"error": said}


def stands_in(settings: Settings) -> str:
    return f"wellit stand-in for {settings.engine.title}, answers mean nothing"


def models(settings: Settings, context: int, created: int) -> dict[str, Any]:
    """The body of /v1/models."""
    cards = [_card(settings, name, context, created) for name in settings.names]
    adapters = [
        _card(settings, name, context, created) | {"root": name, "parent": settings.names[0]}
        for name in settings.adapters
    ]
    return {"object": "list", "data": [*cards, *adapters]}


def _card(settings: Settings, name: str, context: int, created: int) -> dict[str, Any]:
    owner = settings.serves.get("ownedBy", settings.engine.name)
    more = {"root": settings.model, "parent": None, "max_model_len": context}
    return {
        "id": name, "object": "model", "created": created, "owned_by": owner,
        **{key: more[key] for key in settings.serves.get("card", ())},
        "stand_in": stands_in(settings),
    }  # fmt: skip


def named(settings: Settings, asked: str) -> str:
    """The model's name in the answer to a request that asks for one. Raises Refused for one that is not served."""
    if not asked or asked in settings.names or asked in settings.adapters:
        return asked or settings.names[0]
    rule: Mapping[str, Any] = settings.serves.get("unknownModel", NO_SUCH_MODEL)
    if rule["status"] == 200:
        return asked if rule.get("named") == "asked" else settings.names[0]
    message = str(rule.get("message", NO_SUCH_MODEL["message"])).replace("{model}", asked)
    raise Refused(rule["status"], message, rule.get("type", NO_SUCH_MODEL["type"]), "model")


def words(settings: Settings, pod: str, count: int | None) -> list[str]:
    """The pieces of an answer, one for each token: who answers, and what comes after it up to `count`."""
    said = pieces(
        f"This is {pod}, a stand-in for {settings.engine.title}: no model is loaded, and these words mean nothing."
    )
    if count is None:
        return said
    filler = pieces(FILLER)
    while len(said) < count:
        said += filler
    return said[:count]


@dataclass(frozen=True)
class Draft:
    """What all parts of one answer have in common. `more` is what the engine adds to it (kv_transfer_params)."""

    chat: bool
    id: str
    model: str
    prompt_tokens: int
    cached_tokens: int
    created: int = field(default_factory=lambda: int(time.time()))

    def usage(self, generated: int) -> dict[str, Any]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": generated,
            "total_tokens": self.prompt_tokens + generated,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
        }

    def whole(self, texts: list[str], finish: str, generated: int, more: Mapping[str, Any]) -> dict[str, Any]:
        """The answer in one piece."""
        choices = [self._choice(number, text, finish) for number, text in enumerate(texts)]
        return self._body(KIND[self.chat], choices) | {"usage": self.usage(generated)} | dict(more)

    def _choice(self, number: int, text: str, finish: str) -> dict[str, Any]:
        said = {"message": {"role": "assistant", "content": text}} if self.chat else {"text": text}
        return {"index": number, **said, "logprobs": None, "finish_reason": finish}

    def first(self, number: int) -> dict[str, Any]:
        """The first chunk of a chat: who speaks."""
        return self._chunk(number, {"delta": {"role": "assistant", "content": ""}}, None)

    def part(self, number: int, text: str, finish: str | None) -> dict[str, Any]:
        """A chunk of a stream."""
        return self._chunk(number, {"delta": {"content": text}} if self.chat else {"text": text}, finish)

    def last(self, generated: int) -> dict[str, Any]:
        """The chunk that has the usage and nothing else."""
        return self._body(self._kind, []) | {"usage": self.usage(generated)}

    @property
    def _kind(self) -> str:
        return "chat.completion.chunk" if self.chat else KIND[False]

    def _chunk(self, number: int, said: Mapping[str, Any], finish: str | None) -> dict[str, Any]:
        return self._body(self._kind, [{"index": number, **said, "logprobs": None, "finish_reason": finish}])

    def _body(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices}


def answer_id(settings: Settings, chat: bool, headers: Mapping[str, str]) -> str:
    """The id of an answer. Of several x-request-id headers the first counts."""
    ids = settings.serves.get("ids", PLAIN_IDS)
    given = headers.get(ids.get("header", ""), "")
    return str(ids["chat" if chat else "completion"]) + (given or uuid.uuid4().hex)
