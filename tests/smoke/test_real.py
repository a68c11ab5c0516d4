"""A stack in a sandbox that answers: its real gateway, picker and proxy, and stand-ins of its engines."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from wellit import compose, lifecycle, plan, render, smoke
from wellit.access import Access, open_access
from wellit.compose import Choice
from wellit.findings import Check
from wellit.reach import reach
from wellit.record import Record
from wellit.sandbox import Sandbox
from wellit.smoke import parts
from wellit.smoke.talk import talk

NS = "smoked"
SECONDS = 120.0  # a machine that runs other tests besides is slow


@pytest.fixture(scope="module")
def here(answers: Sandbox) -> Access:
    return open_access(sandbox=answers.name)


@pytest.fixture(scope="module")
def installed(here: Access) -> Iterator[Record]:
    """Prefill and decode apart, with vLLM: its proxy hides a prefill server that fails."""
    choice = Choice("pd-disaggregation", "default", NS, {"charts": "offline"}, "small")
    stack = compose.compose(choice)
    made = render.render(stack, print)
    yield lifecycle.install(plan.prepare(stack, made, here), here, print, lambda _: None, timeout=300).record
    lifecycle.uninstall(lifecycle.recorded(here, NS), here, print, lambda _: None)


def smoked(here: Access, known: Record) -> dict[str, Check]:
    return {check.id: check for check in smoke.smoke(here, known, seconds=SECONDS).checks}


def tell(here: Access, known: Record, role: str, told: Mapping[str, Any]) -> None:
    """Tell the stand-ins of a role how to behave."""
    for server in parts.read(here, known).servers:
        if server.role == role:
            with reach(here, NS, f"pod/{server.name}", server.port) as url:
                request = urllib.request.Request(f"{url}/standin", json.dumps(told).encode(), method="PUT")
                with urllib.request.urlopen(request, timeout=20) as answer:
                    assert answer.status == 200


def test_all_that_the_guide_promises_is_found(here: Access, installed: Record) -> None:
    found = smoked(here, installed)
    wrong = {key: check.detail for key, check in found.items() if check.status not in ("pass", "skip")}
    assert wrong == {}
    assert "through the gateway infra-pd-inference-gateway" in found["WL710"].detail
    assert found["WL711"].detail.endswith("wellit stand-in for vLLM, answers mean nothing")
    assert found["WL716"].detail.startswith("404")
    assert "waiting, and the picker read up to" in found["WL719"].detail
    assert "prefill servers did 32 requests" in found["WL722"].detail
    assert {key for key, check in found.items() if check.status == "skip"} == {"WL720", "WL721"}  # one of each role


def test_a_prefill_tier_that_fails_behind_a_clean_200_is_noticed(here: Access, installed: Record) -> None:
    tell(here, installed, "prefill", {"fail_fraction": 1.0})
    try:
        found = smoked(here, installed)
    finally:
        tell(here, installed, "prefill", {"fail_fraction": 0.0})
    assert found["WL712"].status == found["WL718"].status == "pass"
    assert found["WL722"].status == "fail"
    assert "and no prefill server did one: the routing proxy gave up on them" in found["WL722"].detail
    assert f"kubectl {here.flags} -n {NS} logs deployment/" in found["WL722"].fix


def test_a_chat_comes_word_by_word(here: Access, installed: Record) -> None:
    said: list[str] = []
    assert talk(here, installed, print, said.append) == 0
    assert len(said) > 5
    text = "".join(said)
    assert "it:  This is ms-pd-llm-d-modelservice-decode" in text
    assert text.rstrip().endswith("s.") and "(wellit stand-in for vLLM, answers mean nothing)" in text
