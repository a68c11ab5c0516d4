"""What is said of a release that somebody else changed, by what helm has noted."""

from __future__ import annotations

from wellit.drift import revisions
from wellit.drift.seen import Release, Seen
from wellit.installed import Installed
from wellit.live import Live
from wellit.record import Record


def test_a_release_that_went_with_its_history_kept_is_not_at_the_revision_that_was_left() -> None:
    gone = Installed("ms-x", "c", "1", {}, "", revision=2, status="uninstalled")
    known = Record("guide", "sglang", "ns", "x", revisions={"ms-x": 2})
    check = revisions.check(Seen(known, Live(()), {"ms-x": Release("ms-x", gone, gone)}), "invoke install")
    assert check.status == "fail" and "ms-x: somebody uninstalled it, and helm keeps its history" in check.detail
