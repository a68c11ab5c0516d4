"""Lists of the API, read page by page, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from urllib.parse import urlencode

from wellit.access import Access, Missing, Unread

T = TypeVar("T")
PAGE = 500  # objects in one answer: some MB


def listed(access: Access, path: str, **query: str) -> Iterator[Any]:
    """All items of a list, page by page. Raises _Stop with the Unread when it may not be read."""
    page = ""
    while True:
        asked = {"limit": str(PAGE)} | query | ({"continue": page} if page else {})
        answer = access.get(f"{path}?{urlencode(asked)}")
        if isinstance(answer, Unread):
            raise _Stop(answer)
        if isinstance(answer, Missing):
            return
        yield from answer.get("items") or []
        page = (answer.get("metadata") or {}).get("continue") or ""
        if not page:
            return


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
