"""invoke prerequisites as a report: what is there, what would be made, and after a yes what was made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from wellit import prerequisites, schema, tools
from wellit.access import Access
from wellit.compose import Stack
from wellit.findings import Check, Report
from wellit.helm import Helm
from wellit.lifecycle import Ask
from wellit.prerequisites import Charted, Judged, Seen
from wellit.provide import provide
from wellit.say import Say

ACCEPTED_SECONDS = 60.0
POLL_SECONDS = 1.0


def prepare(stack: Stack, access: Access, say: Say, ask: Ask, *, apply: bool) -> Report:
    """What the stack's way or gateway needs of the cluster; with `apply` what is missing is installed, after asking.

    Raises as prerequisites.steps() and provide() do, and what `ask` raises.
    """
    report = Report("prerequisites")
    report.add(schema.check_stack(stack))
    if report.findings:
        return report
    steps = prerequisites.steps(stack)
    charts = not access.sandbox and any(isinstance(step, Charted) for step in steps)
    helm = Helm(access, tools.ensure(["helm"], say) if charts else {})
    name = prerequisites.class_of(stack, steps)

    def look() -> Seen:
        return prerequisites.look(access, steps, name, helm)

    seen = look()
    judged = prerequisites.judge(steps, seen, name)
    todo = [one for one in judged if one.todo]
    unread = any(one.check.status == "unknown" for one in judged)
    lacking = any(one.check.status == "fail" for one in judged)
    result = "there is nothing to install" if not lacking else ""
    if unread and not lacking:
        result = "nothing was changed: what is there could not be read"
    if todo and apply:
        say("\n".join(_lines(stack, judged, access)))
        ask(f"Install this on {access.label}?")
        done = provide(judged, access, helm, say, bundle=stack.bundle)
        seen = _settled(look, waits=bool(name) and any(isinstance(one.step, Charted) for one in todo))
        judged = prerequisites.judge(steps, seen, name)
        result = f"installed: {', '.join(done)}"
    elif todo:
        result = "nothing was changed; --apply installs what is missing, after asking"
    report.summary |= _summary(stack, result or "nothing was changed")
    report.add(one.check for one in judged)
    if name:
        report.add([prerequisites.gateway_class(judged, seen, name)])
    return report


def _settled(look: Callable[[], Seen], *, waits: bool) -> Seen:
    until = time.monotonic() + ACCEPTED_SECONDS
    while True:
        seen = look()
        if not waits or seen.gateway_class is True or time.monotonic() > until:
            return seen
        time.sleep(POLL_SECONDS)


def _lines(stack: Stack, judged: Sequence[Judged], access: Access) -> Iterator[str]:
    train, title = stack.values["versions"]["name"], prerequisites.whose(stack)
    yield f"what {title} needs on {access.label}, for {train}"
    for one in judged:
        check = one.check
        yield f"  {_word(one, check):8} {_what(one)}{f': {check.detail}' if check.detail else ''}"
        if one.todo:
            yield f"           {check.fix}"


def _word(one: Judged, check: Check) -> str:
    return "make" if one.todo else {"pass": "there", "warn": "there", "fail": "lacking"}.get(check.status, check.status)


def _what(one: Judged) -> str:
    return one.check.title.removesuffix(" are there").removesuffix(" is on").replace(" is installed in ", " in ")


def _summary(stack: Stack, result: str) -> dict[str, object]:
    return {
        "guide": stack.name,
        "environment": stack.environment,
        "gateway": stack.values["gateway"]["name"],
        "versions": stack.values["versions"]["name"],
        "result": result,
    }
