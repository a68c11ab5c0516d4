"""What an answer shows by itself, whoever gave it: models, a text, a stream in pieces, tokens that are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from wellit.findings import Status
from wellit.smoke.ask import Answer

ONCE = 0.05  # of the whole time: pieces that come closer together came at once
LONG = 0.5  # seconds; of a shorter stream it cannot be told


class Verdict(NamedTuple):
    """A status, and what was seen, in words."""

    status: Status
    detail: str


def listed(answer: Answer) -> list[Mapping[str, Any]]:
    """The cards of a list of models; none when it is no such list."""
    cards = get(answer.data, "data")
    return [card for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []


def has_text(answer: Answer, *, chat: bool) -> bool:
    """Whether an answer has a text, or a thought, as a completion or a chat has it."""
    choice = get(answer.data, "choices", 0)
    text = get(choice, "message", "content") if chat else get(choice, "text")
    thought = get(choice, "message", "reasoning_content") or get(choice, "message", "reasoning")
    return isinstance(text, str) or bool(thought)


def streamed(answer: Answer) -> Verdict:
    """Whether a stream that was answered came in pieces, and to its end."""
    times = [at for at, text in answer.pieces if text] or [at for at, _ in answer.pieces]
    if not times:
        detail = f"{answer.words}, and no piece of a stream in it: something on the way took the stream apart"
        return Verdict("fail", detail)
    told = f"{len(times)} pieces, the first after {times[0]:.2f} s, the last after {times[-1]:.2f} s"
    if not answer.done:
        return Verdict("fail", f"{told}, and no [DONE]: it was cut off")
    if len(times) < 2:
        return Verdict(
            "fail", f"{told}: the whole answer is one piece, so something on the way, or the engine, gathers it"
        )
    if answer.seconds > LONG and times[-1] - times[0] < ONCE * answer.seconds:
        return Verdict("warn", f"{told}: all at once at the end; something on the way holds it back")
    return Verdict("pass", told)


def counted(whole: Answer, stream: Answer, why: str) -> Verdict:
    """Whether an answer, and a stream that asked for it, tell their tokens; `why` says what it spoils when not."""
    used = get(whole.data, "usage")
    if not isinstance(used, dict) or not used.get("prompt_tokens"):
        return Verdict("fail", f"the answer has no usage, so that {why}")
    told = f"{used['prompt_tokens']} in, {used.get('completion_tokens', 0)} out"
    if stream.ok and not stream.usage:
        return Verdict("warn", f"{told}; a stream does not tell them, though stream_options.include_usage asks for it")
    return Verdict("pass", told)


def get(data: Any, *path: str | int) -> Any:
    """What stands at a path of JSON; None when it is not there."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
