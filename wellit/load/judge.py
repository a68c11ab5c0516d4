"""What a load's figures say of the stack: the checks WL770 to WL774. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wellit.checks import CHECKS
from wellit.findings import Check, Status
from wellit.load.drive import Client, Run
from wellit.load.figures import Figures, quantile
from wellit.load.send import Way
from wellit.load.target import Answers
from wellit.smoke.causes import Words

CPU = 0.85  # of a core: beyond it what is measured may be this program
LATE = 0.05  # seconds
RATE = 0.95  # of the asked rate


def checks(run: Run, found: Figures, ways: Sequence[Way], answered: Sequence[Answers], words: Words) -> list[Check]:
    """One for each question; a load that was stopped is judged by what it had come to."""
    return [_listed(ways, answered, words), *_all_answered(found, words), _client(run.client), *_rate(run, found)]


def _listed(ways: Sequence[Way], answered: Sequence[Answers], words: Words) -> Check:
    unknown = [
        f"{way.engine or 'the stack'} lists {', '.join(said.models) or 'none'}, not {way.model}"
        for way, said in zip(ways, answered, strict=True)
        if way.model not in said.models
    ]
    if unknown:
        fix = f"{words.invoke('status')} names the model that was installed; was a model server changed by hand?"
        return _check("WL772", "warn", "; ".join(unknown), fix)
    return _check("WL772", "pass", ", ".join(dict.fromkeys(way.model for way in ways)))


def _all_answered(found: Figures, words: Words) -> Iterator[Check]:
    ended = found.sent - found.cut_off
    if not ended:
        yield _check("WL770", "unknown", "no request had come to its end")
        return
    bad = found.failed + found.hanging
    kinds = "\n".join(f"{one.count} x {one.kind}{f': {one.said}' if one.said else ''}" for one in found.failures)
    detail = f"{bad} of {ended} were not" if bad else f"{ended} of {ended}"
    fix = f"{words.invoke('doctor')} follows a request's way and says where it stops" if bad else ""
    yield _check("WL770", "fail" if bad else "pass", detail, fix, kinds)
    hung = f"{found.hanging} of {ended} had none" if found.hanging else "none hung"
    fix = f"{words.invoke('doctor')}; --limit SECONDS, when answers of this length take longer" if found.hanging else ""
    yield _check("WL771", "fail" if found.hanging else "pass", hung, fix)


def _client(client: Client) -> Check:
    late = quantile(sorted(client.late), 0.99) if client.late else 0.0
    detail = f"{client.cpu:.0%} of a core, {late * 1000:.0f} ms late at worst (p99)"
    if client.cpu > CPU or late > LATE:
        fix = "fewer requests at a time, --no-stream, or a machine with more room"
        return _check("WL773", "warn", detail, fix)
    return _check("WL773", "pass", detail)


def _rate(run: Run, found: Figures) -> Iterator[Check]:
    """Only of a load that has a rate."""
    if not run.asked.rate or len(run.samples) < 2:
        return
    span = run.samples[-1].began - run.samples[0].began
    kept = (len(run.samples) - 1) / span if span else run.asked.rate
    detail = f"{kept:.1f} of {run.asked.rate:g} a second, {found.latest * 1000:.0f} ms late at worst"
    if kept < run.asked.rate * RATE:
        fix = f"a lower --rate, or more than {run.asked.concurrency} open requests by --concurrency"
        yield _check("WL774", "warn", detail, fix)
    else:
        yield _check("WL774", "pass", detail)


def _check(key: str, status: Status, detail: str, fix: str = "", evidence: str = "") -> Check:
    return Check(key, CHECKS[key][0], status, detail, fix, evidence)
