"""Descriptions for the tests of compare: of stacks, of values files, of objects written by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from wellit import compare as comparing
from wellit import validate
from wellit.access import Access
from wellit.compare import Asked, Comparison, describe, difference
from wellit.compare.description import Description
from wellit.compare.difference import Line
from wellit.compare.objects import Objects
from wellit.compose import Choice
from wellit.subject import Subject
from wellit.validate import subjects


def silent(_: str) -> None:
    """Nothing is to be said in these tests."""


def nowhere() -> Access:
    raise AssertionError("no cluster was to be asked")


def asked(*sets: str, size: str = "small", guide: str = "inference-scheduling", **components: str) -> Asked:
    chosen = Choice(guide=guide, components={"charts": "offline"} | components, size=size, sets=sets)
    return Asked(chosen, nowhere, silent)


def compared(a: str, b: str, *sets: str, **about: str) -> Comparison:
    return comparing.stacks(a, b, asked(*sets, **about))


def rendered(environment: str = "sglang", *sets: str, **components: str) -> tuple[list[dict[str, Any]], Subject]:
    """A stack's manifests, to be changed at will, and its chart values."""
    chosen = {"charts": "offline"} | components
    done = validate.stack(Choice(environment=environment, components=chosen, size="small", sets=sets), silent)
    assert done.stack and done.rendered and not done.rendered.unrendered, done.report
    return copy.deepcopy(done.rendered.manifests), subjects.subject_of(done.stack, done.rendered)


def described(manifests: list[dict[str, Any]], word: str = "x") -> Description:
    return Description(word, "live", word, describe.parts(Objects(manifests)))


def changed(change: Callable[[list[dict[str, Any]]], None]) -> Comparison:
    """The SGLang stack against itself after a change of its objects."""
    before, _ = rendered()
    after = copy.deepcopy(before)
    change(after)
    return difference.compare(described(before, "before"), described(after, "after"))


def one(manifests: list[dict[str, Any]], kind: str, name: str = "") -> dict[str, Any]:
    return next(m for m in manifests if m["kind"] == kind and name in m["metadata"]["name"])


def pod(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    """The pod of the decode servers."""
    spec: dict[str, Any] = one(manifests, "Deployment", "decode")["spec"]["template"]["spec"]
    return spec


def told(found: Comparison) -> dict[str, str]:
    """What differs: ``role what`` -> ``A | B``."""
    return {f"{line.role} {line.what}".strip(): shown(line) for line in found.different}


def shown(line: Line) -> str:
    a, b = (fact.value if fact else "none" for fact in (line.a, line.b))
    return f"{a} | {b}"
