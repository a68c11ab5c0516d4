"""Lists in pages: the next is asked for before this one is looked at."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.support.clusters import access, forbidden
from wellit.access import Unread
from wellit.cluster import whole

FIRST = "get --raw /api/v1/nodes?limit=500"


def page(*names: str, more: str = "", late: bool = False) -> str:
    """An answer as the API server words it; `late` puts its metadata behind the items."""
    about: dict[str, Any] = {"resourceVersion": "7"} | ({"continue": more} if more else {})
    body = {"metadata": about, "items": [{"metadata": {"name": name}} for name in names]}
    return json.dumps(dict(reversed(body.items())) if late else body, separators=(",", ":"))


def names(item: Any) -> str:
    return str(item["metadata"]["name"])


def test_every_page_is_read_in_its_order() -> None:
    here, runner = access({
        FIRST: page("a", "b", more="x"), f"{FIRST}&continue=x": page("c", more="y"), f"{FIRST}&continue=y": page("d"),
    })  # fmt: skip
    assert whole(here, "/api/v1/nodes", names) == ("a", "b", "c", "d")
    assert len(runner.asked) == 3


def test_the_next_page_is_asked_for_before_the_items_of_this_one_are_looked_at() -> None:
    here, runner = access({FIRST: page("a", more="x"), f"{FIRST}&continue=x": page("b")})
    asked: list[int] = []
    until = time.monotonic() + 120

    def look(item: Any) -> str:
        while len(runner.asked) < 2 and time.monotonic() < until:  # it comes by itself, in another thread
            time.sleep(0.001)
        asked.append(len(runner.asked))
        return names(item)

    assert whole(here, "/api/v1/nodes", look) == ("a", "b") and asked[0] == 2


def test_an_answer_that_says_late_where_it_goes_on_is_followed_all_the_same() -> None:
    here, _ = access({FIRST: page("a", more="x", late=True), f"{FIRST}&continue=x": page("b", late=True)})
    assert whole(here, "/api/v1/nodes", names) == ("a", "b")


def test_a_list_that_may_not_be_read_on_is_unread() -> None:
    here, _ = access({FIRST: page("a", more="x"), f"{FIRST}&continue=x": forbidden("list", "nodes")})
    assert whole(here, "/api/v1/nodes", names) == Unread("list nodes")
