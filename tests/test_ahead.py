"""The way to a cluster is opened beside other work, and what came of it is told where it is wanted."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from wellit import ahead, tools
from wellit.access import Access
from wellit.errors import CannotAnswer
from wellit.say import Say

THERE = Access(Path("kubectl"), "c")


@pytest.fixture(autouse=True)
def kubectl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "versions", lambda names, _: dict.fromkeys(names, "1.37.1"))


def test_it_is_opened_meanwhile_and_what_was_said_comes_when_it_is_wanted() -> None:
    opened, told = threading.Event(), list[str]()

    def way(say: Say) -> Access:
        say("kubectl on PATH is not used")
        opened.set()
        return THERE

    there = ahead.opened(way, told.append)
    assert opened.wait(60) and told == []
    assert there() is THERE
    assert told == ["kubectl on PATH is not used"]


def test_what_stands_against_it_is_raised_where_it_is_wanted() -> None:
    def way(_: Say) -> Access:
        raise CannotAnswer("there is no sandbox s")

    there = ahead.opened(way, lambda _: None)
    with pytest.raises(CannotAnswer, match="there is no sandbox s"):
        there()


def test_a_kubectl_that_must_be_built_is_built_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "versions", lambda *_: {})
    by: list[threading.Thread] = []

    def way(_: Say) -> Access:
        by.append(threading.current_thread())
        return THERE

    there = ahead.opened(way, lambda _: None)
    assert there() is THERE
    assert by == [threading.current_thread()]
