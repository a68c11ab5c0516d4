"""A load on a stack that answers: the real gateway, picker and routing proxy, in a sandbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.stacks import parts
from wellit import access, lifecycle, plan
from wellit.access import Access
from wellit.load import Loaded, load
from wellit.load.asked import Asked, Spread
from wellit.record import Record
from wellit.sandbox import Sandbox
from wellit.smoke import smoke

NAMESPACE = "load-real"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods?labelSelector=llm-d.ai/inference-serving=true"


@pytest.fixture(scope="module")
def here(answers: Sandbox) -> Access:
    return access.open_access(sandbox=answers.name)


@pytest.fixture(scope="module")
def known(here: Access) -> Iterator[Record]:
    stack, manifests, _ = parts(NAMESPACE)
    prepared = plan.prepare(stack, manifests, here)
    made = lifecycle.install(prepared, here, print, lambda _: None, timeout=600).record
    smoke(here, made)  # which waits until the gateway asks the picker: before that every answer is an error
    yield made
    here.call("delete", "namespace", NAMESPACE, "--wait=false")


def loaded(here: Access, known: Record, asked: Asked) -> Loaded:
    return load(here, known, asked, print, lambda _: None)


def test_every_request_is_answered_and_the_pods_say_who_they_are(here: Access, known: Record) -> None:
    made = loaded(here, known, Asked(concurrency=8, requests=60, shared=0.5, groups=6, output=Spread(8)))
    assert (made.found.answered, made.found.output_tokens, made.found.known_by) == (60, 480, "answers")
    assert made.found.cached and {one.name for one in made.found.pods} <= set(pods(here))
    assert [(one.name, one.answered) for one in made.found.engines] == [("sglang", 60)]
    assert made.report.summary["load"]["target"]["standIns"] is True  # type: ignore[index]
    assert {check.status for check in made.report.checks if check.id in ("WL770", "WL771", "WL772")} == {"pass"}


def test_nothing_hangs_and_nothing_is_lost_while_a_pod_is_killed(here: Access, known: Record) -> None:
    """The pod goes while its requests run: each of them is answered, or fails clearly."""
    killed: list[str] = []

    def kill() -> None:
        time.sleep(1.5)
        killed.append(pods(here)[0])
        here.call("delete", "pod", killed[0], "-n", NAMESPACE, "--wait=false", "--grace-period=1")

    killer = threading.Thread(target=kill)
    killer.start()
    found = loaded(here, known, Asked(concurrency=100, requests=600, output=Spread(64), limit=120)).found
    killer.join()
    assert killed and (found.sent, found.hanging, found.cut_off) == (600, 0, 0)
    assert found.answered + found.failed == 600 and found.answered > 300
    assert sum(one.count for one in found.failures) == found.failed


def pods(here: Access) -> list[str]:
    listed: Any = here.get(PODS)
    return [pod["metadata"]["name"] for pod in listed["items"]]
