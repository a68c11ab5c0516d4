"""What the figures of a Dynamo stack say, as checks: pure, in the order in which a request goes."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.findings import Check
from wellit.prometheus import grown
from wellit.smoke import verdicts
from wellit.smoke.ask import OVER, Answer
from wellit.smoke.frontend import workers
from wellit.smoke.frontend.causes import absent, cause
from wellit.smoke.frontend.parts import FACTS, Figures

SOON = 1.0  # seconds until it is ready, of which nothing is said
LONGER = "--timeout 180"
_FRONTEND = FACTS["frontend"]


def checks(figures: Figures) -> list[Check]:
    """All checks of a smoke."""
    return [*_of_frontend(figures), *workers.checks(figures)]


def _of_frontend(figures: Figures) -> Iterator[Check]:
    title, road = "the frontend is reached", figures.target.road
    if not road.url:
        yield Check("WL860", title, "fail" if road.permitted else "unknown", road.why, road.fix)
        return
    if not figures.models.status:
        yield _wrong("WL860", title, figures.models, figures)
        return
    yield Check("WL860", title, "pass", road.said)
    yield _listed(figures)
    yield _spoken("WL862", "a completion is answered", figures.completion, figures)
    yield _spoken("WL863", "a chat is answered", figures.chat, figures)
    yield _streamed(figures)
    yield _counted(figures)
    yield _unknown(figures)
    yield _measured(figures)


def _wrong(key: str, title: str, answer: Answer, figures: Figures) -> Check:
    if answer.over:
        return Check(key, title, "unknown", OVER, LONGER)
    why = cause(answer, figures)
    return Check(key, title, "fail", f"{answer.words}: {why.why}", why.fix, answer.evidence)


def _listed(figures: Figures) -> Check:
    title, answer, target = "the model is listed", figures.models, figures.target
    if not answer.ok:
        return _wrong("WL861", title, answer, figures)
    listed = [str(card.get("id")) for card in verdicts.listed(answer)]
    ready = figures.after.total(_FRONTEND["ready"], model=target.model)
    if target.model in listed and ready != 0:
        late = f", ready after {figures.settled:.0f} s" if figures.settled > SOON else ""
        also = f"; {target.stands_in}" if target.stands_in else ""
        return Check("WL861", title, "pass", f"{target.model}{late}{also}")
    if target.model in listed:
        detail = f"{target.model} is listed, and {_FRONTEND['ready']} is 0: not all that it needs is there"
        return Check("WL861", title, "fail", detail, target.commands.doctor)
    if listed:
        detail = f"{', '.join(listed)} is listed, not {target.model}: clients that ask for {target.model} get a 404"
        return Check("WL861", title, "fail", detail, f"{target.commands.again} --set model.servedName={listed[0]}")
    lacking = absent(figures.instances, split=target.split) if figures.health.ok else ""
    why = lacking or "the workers have registered, and do not belong together: doctor compares what they say"
    return Check("WL861", title, "fail", f"no model is listed: {why}", target.commands.doctor)


def _spoken(key: str, title: str, answer: Answer, figures: Figures) -> Check:
    if not answer.ok:
        return _wrong(key, title, answer, figures)
    if verdicts.has_text(answer, chat=key == "WL863"):
        return Check(key, title, "pass", answer.words)
    detail = f"{answer.words}, and no text in it: what answers is no frontend of Dynamo"
    return Check(key, title, "fail", detail, figures.target.commands.doctor, answer.evidence)


def _streamed(figures: Figures) -> Check:
    title, answer = "a streamed answer comes in pieces", figures.stream
    if not answer.ok:
        return _wrong("WL864", title, answer, figures)
    status, detail = verdicts.streamed(answer)
    if status == "pass":
        return Check("WL864", title, status, detail)
    return Check("WL864", title, status, detail, figures.target.commands.frontend_log, answer.evidence[-200:])


def _counted(figures: Figures) -> Check:
    title = "the tokens are counted"
    whole = figures.completion if figures.completion.ok else figures.chat
    if not whole.ok:
        return Check("WL865", title, "skip", "nothing was answered")
    status, detail = verdicts.counted(whole, figures.stream, "nobody knows what a client has used")
    return Check("WL865", title, status, detail, evidence=whole.evidence if status == "fail" else "")


def _unknown(figures: Figures) -> Check:
    title, answer, wanted = "an unknown model is refused", figures.unknown, _FRONTEND["unknownModel"]
    if not (figures.completion.ok or figures.chat.ok):
        return Check("WL866", title, "skip", "nothing was answered")  # the same 404 may be for want of any model
    if answer.status == wanted and not answer.error:
        return Check("WL866", title, "pass", answer.words)
    if answer.status != 200:
        return _wrong("WL866", title, answer, figures)
    detail = f"{answer.words}, not {wanted}: what answers is no frontend of Dynamo"
    return Check("WL866", title, "fail", detail, figures.target.commands.doctor, answer.evidence)


def _measured(figures: Figures) -> Check:
    title, name, model = "the frontend's metrics count what was asked", _FRONTEND["requests"], figures.target.model
    if figures.after.status != 200:
        detail = f"{_FRONTEND['metrics']}: {figures.after.why or f'status {figures.after.status}'}"
        return Check("WL867", title, "fail", detail, figures.target.commands.frontend_log)
    good = sum(answer.ok for answer in (figures.completion, figures.chat, figures.stream))
    if not good:
        return Check("WL867", title, "skip", "nothing was answered")
    counted = grown(figures.before, figures.after, name, model=model, status="success")
    if counted is None:
        detail = f"{name} is not on the page for {model}: dashboards of Dynamo show nothing"
        return Check("WL867", title, "fail", detail, figures.target.commands.frontend_log)
    told = f"{name} grew by {counted:.0f} for {good} answers"
    return Check("WL867", title, "pass" if counted >= good else "fail", told)
