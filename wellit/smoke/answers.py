"""Judges what each way was answered: listed, completed, chatted, streamed, counted, and refused where it must be."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.findings import Check
from wellit.smoke import verdicts
from wellit.smoke.ask import OVER, Answer
from wellit.smoke.causes import Words, cause
from wellit.smoke.figures import Figures, OfWay
from wellit.smoke.parts import Way

SOON = 1.0  # seconds until a picker takes requests, of which nothing is said


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
        if found.way.header:
            yield _named(found, words)


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
    cards = verdicts.listed(answer)
    listed = [str(card.get("id")) for card in cards]
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
    if verdicts.has_text(answer, chat=key == "WL713"):
        return Check(key, title, "pass", _from(answer))
    return Check(
        key, title, "fail", f"{answer.words}, and no text in it: what answers is no engine", words.invoke("doctor"),
        answer.evidence,
    )  # fmt: skip


def _named(found: OfWay, words: Words) -> Check:
    title, answer = f"the model's own header leads to it{found.way.label}", found.named
    header = ", ".join(f"{name}: {value}" for name, value in found.way.header.items())
    if answer.ok:
        return Check("WL940", title, "pass", f"{header}, {_from(answer)}")
    if answer.status == 404 and found.completion.ok:  # the route leads there, and the engine has no such name
        name = next(iter(found.way.header.values()))
        detail = f"{header}: {answer.words}: the engine does not serve the name {name} beside its own"
        return Check("WL940", title, "fail", detail, words.invoke("doctor"), answer.evidence)
    return _wrong("WL940", title, answer, found.way, words)


def _streamed(found: OfWay, words: Words) -> Check:
    title, answer = f"a streamed answer comes in pieces{found.way.label}", found.stream
    if not answer.ok:
        return _wrong("WL714", title, answer, found.way, words)
    status, detail = verdicts.streamed(answer)
    if status == "pass":
        return Check("WL714", title, status, detail)
    evidence = answer.evidence[-200:] if status == "fail" else ""
    return Check("WL714", title, status, detail, words.picker(found.way.pool, "logs"), evidence)


def _counted(found: OfWay) -> Check:
    title = f"the tokens are counted{found.way.label}"
    whole, stream = found.completion if found.completion.ok else found.chat, found.stream
    if not whole.ok:
        return Check("WL715", title, "skip", "nothing was answered")
    status, detail = verdicts.counted(whole, stream, "the picker's token metrics stay 0")
    return Check("WL715", title, status, detail, evidence=whole.evidence if status == "fail" else "")


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
