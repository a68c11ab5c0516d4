"""Lists of the API, read page by page, so that memory stays bounded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlencode

from wellit.access import Access, Missing, Unread
from wellit.process import Done

T = TypeVar("T")
PAGE = 500  # objects in one answer: some MB
HEAD = 2000  # characters of an answer within which the API server says where it goes on
MORE = re.compile(r'"metadata":\{[^{}]*"continue":"([^"]+)"')


def listed(access: Access, path: str, **query: str) -> Iterator[Any]:
    """All items of a list, page by page. Raises _Stop with the Unread when it may not be read.

    The next page is asked for as soon as one is here, before its items are looked at: where it goes on stands in its
    first words. Two pages are in memory at most.
    """
    with ThreadPoolExecutor(1) as ahead:
        coming: Future[Done] | None = ahead.submit(_asked, access, path, query, "")
        while coming:
            done = coming.result()
            begins = MORE.search(done.out, 0, HEAD)
            coming = ahead.submit(_asked, access, path, query, begins[1]) if begins else None
            answer = access.read(done, path)
            if isinstance(answer, Unread):
                raise _Stop(answer)
            if isinstance(answer, Missing):
                return
            yield from answer.get("items") or []
            more = (answer.get("metadata") or {}).get("continue")
            if more and not begins:  # another order of its words
                coming = ahead.submit(_asked, access, path, query, more)


def _asked(access: Access, path: str, query: Mapping[str, str], page: str) -> Done:
    asked = {"limit": str(PAGE)} | dict(query) | ({"continue": page} if page else {})
    return access.call("get", "--raw", f"{path}?{urlencode(asked)}")


def first(access: Access, path: str, make: Callable[[Any], T], **query: str) -> tuple[tuple[T, ...], bool] | Unread:
    """The first page of a list, each item reduced by `make`, and whether that is all; Unread as whole()."""
    answer = access.get(f"{path}?{urlencode({'limit': str(PAGE)} | query)}")
    if isinstance(answer, Unread):
        return answer
    if isinstance(answer, Missing):
        return (), True
    made = tuple(make(item) for item in answer.get("items") or [])
    return made, not (answer.get("metadata") or {}).get("continue")


class _Stop(Exception):
    """A list that may not be read."""

    def __init__(self, unread: Unread) -> None:
        super().__init__(unread.why)
        self.unread = unread


def whole(access: Access, path: str, make: Callable[[Any], T], **query: str) -> tuple[T, ...] | Unread:
    """A list, each item reduced by `make` as it comes; Unread when it may not be read."""
    try:
        return tuple(make(item) for item in listed(access, path, **query))
    except _Stop as stop:
        return stop.unread
