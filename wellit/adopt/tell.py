"""What is shown of a stack that is to be adopted, and the checks: what fits, what does not, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import again, engines, planchecks
from wellit.access import Access
from wellit.adopt import names
from wellit.adopt.match import Match
from wellit.changes import Change, Changes, counted, words
from wellit.compare.difference import Line
from wellit.findings import Check, Report
from wellit.plan import Plan
from wellit.recorded import Record

SHOWN = 12  # differences; --format json and invoke plan --diff have all


def checks(match: Match, next_one: Plan, others: Mapping[str, str], judged: Report, live: Report) -> list[Check]:
    """WL794 to WL797 and WL799; a failed one means that nothing is recorded.

    `others` are releases of the namespace that fit nothing, each with why. `judged` is the validation of the choices
    that fit, `live` that of what is installed.
    """
    return [
        _engine(match), _releases(match, others), _charts(match), _next(match, next_one, judged),
        _mistakes(live, next_one),
    ]  # fmt: skip


def _releases(match: Match, others: Mapping[str, str]) -> Check:
    title = "every helm release of the namespace is a part of the stack"
    fits = f"is no release of {match.choice.guide} -e {match.choice.environment}"
    left = [f"{one.name} ({one.chart}) {fits}" for one in match.left]
    left += [f"{name} {why}" for name, why in others.items()]
    if left:
        return Check("WL794", title, "warn", f"left alone: {'; '.join(left)}")
    return Check("WL794", title, "pass", ", ".join(one.name for one in match.releases))


def _charts(match: Match) -> Check:
    train = match.stack.values["versions"]
    title = f"its charts are those of {train['name']}"
    wanted = {part: train["charts"][part]["version"] for part in match.stack.way.charts}
    other = [
        f"{one.chart} {one.stands_for}: the next install brings {wanted[part]}"
        for one in match.releases
        if (part := names.part_of(one)) in wanted and one.stands_for not in (wanted[part], one.version * one.offline)
    ]
    return Check("WL795", title, "warn" if other else "pass", "; ".join(other))


def _engine(match: Match) -> Check:
    title = f"its pods run {', '.join(one.title for one in engines.engines() if one.name in match.stack.engines)}"
    other = [line for line in match.found.different if line.what == "engine" or (line.what == "" and _of_engine(line))]
    if not other:
        return Check("WL796", title, "pass")
    told = "; ".join(f"{line.role}: {_value(line.a)} there, {_value(line.b)} in the guide" for line in other)
    return Check("WL796", title, "fail", told, "leave -g and -e out, or say --engine")


def _of_engine(line: Line) -> bool:
    return line.role in ("decode", "prefill")


def _next(match: Match, next_one: Plan, judged: Report) -> Check:
    title = "the next install changes nothing"
    found = next_one.changes or Changes()
    wrong = [finding for finding in judged.findings if judged.fails(finding)]
    told = [f"the settings that fit are refused: {wrong[0].id} {wrong[0].message}"] if wrong else []
    told += [f"{one.object} is refused: {one.refused}" for one in found.refused[:3]]
    told += [f"{what}: {counted(one.object.of.kind for one in some)}" for what, some in _kinds(found) if some]
    if not told:
        return Check("WL797", title, "pass")
    fix = (
        planchecks.give(found.refused[0], next_one.demand.namespace, next_one.cluster.flags)
        if found.refused
        else f"all of it: invoke plan {_words(match, next_one)} --diff"
    )
    return Check("WL797", title, "warn", "; ".join(told), fix)


def _words(match: Match, next_one: Plan) -> str:
    at = f"-n {next_one.demand.namespace} {next_one.cluster.invoke_flags}".strip()
    return f"-g {match.choice.guide} -e {match.choice.environment} {at}"


def _mistakes(live: Report, next_one: Plan) -> Check:
    title = "what is installed has no mistake that the rules know"
    wrong = [finding for finding in live.findings if live.fails(finding)]
    if not wrong:
        return Check("WL799", title, "pass")
    told = "; ".join(f"{one.id} {one.message}" for one in wrong[:3])
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    fix = f"invoke validate --live -n {next_one.demand.namespace} shows where"
    return Check("WL799", title, "warn", f"{told}{more}", fix)


def _kinds(found: Changes) -> Iterator[tuple[str, tuple[Change, ...]]]:
    yield from (("new", found.new), ("changed", found.changed), ("removed", found.removed), ("unknown", found.unknown))


def text(match: Match, what: Record, next_one: Plan, access: Access) -> str:
    """What is shown before the question."""
    return "\n".join(_lines(match, what, next_one, access))


def _lines(match: Match, what: Record, next_one: Plan, access: Access) -> Iterator[str]:
    yield f"adopt {what.postfix} in {what.namespace} on {access.label}"
    yield f"  as         invoke install {again.words(what)}"
    for one in match.releases:
        chart = f"{one.chart} {one.stands_for}"
        yield f"  release    {one.name}  {chart}, revision {one.revision}: {names.part_of(one)}"
    for name in match.lacking:
        yield f"  lacking    {name}: the next install makes it"
    for line in match.found.different[:SHOWN]:
        yield f"  differs    {_line(line)}"
    if (more := len(match.found.different) - SHOWN) > 0:
        yield f"  differs    and {more} more"
    if next_one.changes:
        yield "  with the next install:"
        yield from words.lines(words.as_data(next_one.changes))
    yield f"  writes     the Secret {what.secret} in {what.namespace}, and nothing else"


def _line(line: Line) -> str:
    what = " ".join(filter(None, [line.role, line.part, line.what]))
    return f"{what}: {_value(line.a)} now, {_value(line.b)} with the next install"


def _value(fact: Any) -> str:
    return fact.shown if fact else "nothing"


def summary(match: Match, written: Record, next_one: Plan) -> dict[str, object]:
    """The same for a program."""
    found = next_one.changes or Changes()
    return {
        "guide": written.guide, "environment": written.environment, "namespace": written.namespace,
        "adopted": {
            "postfix": written.postfix,
            "install": again.words(written),
            "releases": [
                {"name": one.name, "part": names.part_of(one), "chart": one.chart, "version": one.stands_for,
                 "revision": one.revision} for one in match.releases
            ],
            "left": [one.name for one in match.left],
            "lacking": list(match.lacking),
            "differences": [
                {"role": line.role, "part": line.part, "what": line.what, "installed": _value(line.a),
                 "rendered": _value(line.b)} for line in match.found.different
            ],
            "next": {word: [str(one.object) for one in some] for word, some in _kinds(found)},
        },
        "result": f"{written.guide} -e {written.environment} in {written.namespace} is recorded; nothing else changed",
    }  # fmt: skip
