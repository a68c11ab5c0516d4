"""Judges what each way was answered: listed, completed, chatted, streamed, counted, and refused where it must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wellit.findings import Check
from wellit.smoke.ask import OVER, Answer
from wellit.smoke.causes import Words, cause
from wellit.smoke.figures import Figures, OfWay
from wellit.smoke.parts import Way

ONCE = 0.05  # of the whole time: pieces that come closer together came at once
SOON = 1.0  # seconds until a picker takes requests, of which nothing is said
LONG = 0.5  # seconds; of a shorter stream it cannot be told


def checks(figures: Figures, words: Words) -> Iterator[Check]:
    """WL710 for each way, and what those that are reached answered."""
    for found, road in zip(figures.ways, figures.roads.entry, strict=True):
        title = f"the stack is reached{found.way.label}"
        if not road.url:
            status = "fail" if road.permitted else "unknown"
            yield Check("WL710", title, status, road.why, road.fix)  # type: ignore[arg-type]
            continue
        late = f"; its picker took requests after {found.settled:.0f} s" if found.settled > SOON else ""
        yield Check("WL710", title, "pass", road.said + late)
        if figures.parts.gateway and found.completion.ok and found.way.pool and found.way.pool.picker:
            yield _picked(found, words)
        yield _listed(found, words)
        yield _spoken("WL712", "a completion is answered", found, found.completion, words)
        yield _spoken("WL713", "a chat is answered", found, found.chat, words)
        yield _streamed(found, words)
        yield _counted(found)
        yield _unknown(figures, found, words)


def _picked(found: OfWay, words: Words) -> Check:
    title = f"requests go by the picker{found.way.label}"
    if found.completion.picked:
        return Check("WL724", title, "pass")
    detail = "an answer has no mark of it: the gateway goes past a picker that it cannot ask (failureMode FailOpen)"
    return Check("WL724", title, "warn", detail, words.invoke("doctor"))


def _wrong(key: str, title: str, answer: Answer, way: Way, words: Words) -> Check:
    if answer.over:
        return Check(key, title, "unknown", OVER, words.invoke("smoke", "--timeout 180"))
    why = cause(answer, way, words)
    return Check(key, title, "fail", f"{answer.words}: {why.why}", why.fix, answer.evidence)


def _from(answer: Answer) -> str:
    return f"{answer.words}, from {answer.pod}" if answer.pod else answer.words


def _listed(found: OfWay, words: Words) -> Check:
    title, answer, wanted = f"the model is listed{found.way.label}", found.models, found.way.model
    if not answer.ok:
        return _wrong("WL711", title, answer, found.way, words)
    cards = _get(answer.data, "data")
    listed = [str(card.get("id")) for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []
    if wanted in listed:
        said = next((card["stand_in"] for card in cards if card.get("stand_in")), "")
        return Check("WL711", title, "pass", f"{wanted}, {answer.words}" + (f": {said}" if said else ""))
    if not listed:
        detail = f"{answer.words}, and no list of models in it: what answers is no model server"
        return Check("WL711", title, "fail", detail, words.invoke("doctor"), answer.evidence)
    detail = f"{', '.join(listed)} is listed, not {wanted}: clients that ask for {wanted} get an error"
    return Check("WL711", title, "fail", detail, words.invoke("install", f"--set model.servedName={listed[0]}"))


def _spoken(key: str, title: str, found: OfWay, answer: Answer, words: Words) -> Check:
    title += found.way.label
    if not answer.ok:
        return _wrong(key, title, answer, found.way, words)
    choice = _get(answer.data, "choices", 0)
    text = _get(choice, "text") if key == "WL712" else _get(choice, "message", "content")
    thought = _get(choice, "message", "reasoning_content") or _get(choice, "message", "reasoning")
    if isinstance(text, str) or thought:
        return Check(key, title, "pass", _from(answer))
    return Check(
        key, title, "fail", f"{answer.words}, and no text in it: what answers is no engine", words.invoke("doctor"),
        answer.evidence,
    )  # fmt: skip


def _streamed(found: OfWay, words: Words) -> Check:
    title, answer = f"a streamed answer comes in pieces{found.way.label}", found.stream
    if not answer.ok:
        return _wrong("WL714", title, answer, found.way, words)
    times = [at for at, text in answer.pieces if text] or [at for at, _ in answer.pieces]
    logs = words.picker(found.way.pool, "logs")
    if not times:
        detail = f"{answer.words}, and no piece of a stream in it: something on the way took the stream apart"
        return Check("WL714", title, "fail", detail, logs, answer.evidence)
    told = f"{len(times)} pieces, the first after {times[0]:.2f} s, the last after {times[-1]:.2f} s"
    if not answer.done:
        return Check("WL714", title, "fail", f"{told}, and no [DONE]: it was cut off", logs, answer.evidence[-200:])
    if len(times) < 2:
        detail = f"{told}: the whole answer is one piece, so something on the way, or the engine, gathers it"
        return Check("WL714", title, "fail", detail, logs, answer.evidence)
    if answer.seconds > LONG and times[-1] - times[0] < ONCE * answer.seconds:
        return Check(
            "WL714", title, "warn", f"{told}: all at once at the end; something on the way holds it back", logs
        )
    return Check("WL714", title, "pass", told)


def _counted(found: OfWay) -> Check:
    title = f"the tokens are counted{found.way.label}"
    whole, stream = found.completion if found.completion.ok else found.chat, found.stream
    if not whole.ok:
        return Check("WL715", title, "skip", "nothing was answered")
    used = _get(whole.data, "usage")
    if not isinstance(used, dict) or not used.get("prompt_tokens"):
        detail = "the answer has no usage, so that the picker's token metrics stay 0"
        return Check("WL715", title, "fail", detail, evidence=whole.evidence)
    told = f"{used['prompt_tokens']} in, {used.get('completion_tokens', 0)} out"
    if stream.ok and not stream.usage:
        detail = f"{told}; a stream does not tell them, though stream_options.include_usage asks for it"
        return Check("WL715", title, "warn", detail)
    return Check("WL715", title, "pass", told)


def _unknown(figures: Figures, found: OfWay, words: Words) -> Check:
    way, answer = found.way, found.unknown
    servers = way.pool.servers if way.pool else ()
    known = {server.engine.title: (server.engine.data.get("serves") or {}).get("unknownModel") for server in servers}
    who = " and ".join(known) or "an engine"
    title = f"an unknown model is answered as {'nobody' if figures.parts.by_model else who} answers it{way.label}"
    if figures.parts.by_model:  # no rule of the route has that name
        wanted = {404}
    else:
        wanted = {told["status"] for told in known.values() if told}
        if not wanted or None in known.values():
            return Check("WL716", title, "skip", f"it is not known how {who} answers it")
    if not answer.status or answer.status == 429 or answer.status >= 500:
        return _wrong("WL716", title, answer, way, words)
    named = " or ".join(map(str, sorted(wanted)))
    if answer.status in wanted:
        any_name = ": it takes any name, so a misspelt one is not noticed" if answer.status == 200 else ""
        return Check("WL716", title, "pass", f"{answer.words}{any_name}")
    detail = f"{answer.words}, not {named}: something else than {who} answers, or a release that is not known here"
    return Check("WL716", title, "fail", detail, words.invoke("doctor"), answer.evidence)


def _get(data: Any, *path: str | int) -> Any:
    """What stands at a path of JSON; None when it is not there."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
