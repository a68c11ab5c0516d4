"""The checks, by who asks them: what `invoke explain WL606` says. Who makes one of them is in preflight, verify, smoke.

A title says the good state; the text why it matters, and what mends it.
"""

from __future__ import annotations

from wellit.checks import doctor, drift, dynamo, kserve, launch, load, plan, preflight, ready, smoke, stack, validate

_ASKED = (validate, preflight, plan, ready, smoke, doctor, load, drift, stack, launch, dynamo, kserve)
CHECKS: dict[str, tuple[str, str]] = dict(sorted(pair for who in _ASKED for pair in who.CHECKS.items()))


def good(key: str) -> str:
    """The good state of a check, as the title of one."""
    title = CHECKS[key][0]
    return title[0].lower() + title[1:]
