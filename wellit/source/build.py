"""From the events of the YAML parser to plain data and the place of every value.

Without recursion, and counting as it goes: what an alias or a merge repeats counts again, so that a few lines which
stand for billions of values are refused before they are made. Merges are helm's: in the order in which they stand.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

from wellit.source import scalar
from wellit.source.limits import MAX_DEPTH, MAX_VALUES, Mark, Unreadable, too_deep, too_many

Key = str | int
Keys = tuple[Key, ...]

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


Place = tuple[Mark, Mark, Mark | None]  # begin and end of a value, and where its key begins
Marks = dict[Keys, Place]


def documents(text: str) -> Iterator[tuple[Any, Marks]]:
    """The data and the marks of each document of a text; marks count from the top of the text.

    Raises Unreadable, or the YAMLError of the parser.
    """
    loader = LOADER(text)
    try:
        while loader.check_event():
            if isinstance(loader.get_event(), yaml.DocumentStartEvent):
                with _no_collection():
                    document = _Document(loader)
                    document.read()
                yield document.data, document.marks
    finally:
        loader.dispose()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing that is built here is garbage; looking for some all the while would take most of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@dataclass(slots=True)
class _Open:
    """A map or a list that has begun. In a map, `key` is what the next value belongs to, once `waits` is true."""

    keys: Keys
    data: Any
    start: Mark
    key_mark: Mark | None
    anchor: str | None
    waits: bool = False
    key: Any = None
    next_mark: Mark | None = None
    merges: bool = False
    seen: dict[Any, Mark] = field(default_factory=dict)


class _Document:
    def __init__(self, loader: Any) -> None:
        self.loader = loader
        self.data: Any = None
        self.marks: Marks = {}
        self.stack: list[_Open] = []
        # The path and value of each anchor; None while what it names has not ended.
        self.anchors: dict[str, tuple[Keys, Any] | None] = {}
        self.count = 0

    def read(self) -> None:
        while True:
            event = self.loader.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._begin(event, {})
            elif kind is yaml.SequenceStartEvent:
                self._begin(event, [])
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentEndEvent:
                return
            else:
                self._end(Mark.of(event.end_mark))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = Mark.of(event.start_mark), Mark.of(event.end_mark)
        try:
            value = scalar.value(event.value, event.tag, event.implicit[0])
        except ValueError as problem:
            raise Unreadable(str(problem), start, end) from problem
        if self._is_key():
            self._key(value, start, end, merges=event.value == "<<" and event.implicit[0])
            if event.anchor:
                self.anchors[event.anchor] = (), value
            return
        keys, key_mark = self._place(start, end)
        self.marks[keys] = (start, end, key_mark)
        self._put(value)
        if event.anchor:
            self.anchors[event.anchor] = keys, value

    def _begin(self, event: Any, data: Any) -> None:
        start, end = Mark.of(event.start_mark), Mark.of(event.end_mark)
        if self._is_key():
            raise Unreadable("a key must be a word", start, end, write="a plain key, as in name: value")
        keys, key_mark = self._place(start, end)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(_Open(keys, data, start, key_mark, event.anchor))

    def _end(self, end: Mark) -> None:
        done = self.stack.pop()
        self.marks[done.keys] = (done.start, end, done.key_mark)
        if done.anchor:
            self.anchors[done.anchor] = done.keys, done.data
        self._put(done.data)

    def _alias(self, event: yaml.AliasEvent) -> None:
        start, end = Mark.of(event.start_mark), Mark.of(event.end_mark)
        if event.anchor not in self.anchors:
            raise Unreadable(f"there is no anchor &{event.anchor} above", start, end)
        named = self.anchors[event.anchor]
        if named is None:
            raise Unreadable(f"the anchor &{event.anchor} contains itself", start, end, write="a value of its own")
        old, value = named
        if self._is_key():
            if isinstance(value, dict | list):
                raise Unreadable("a key must be a word", start, end, write="a plain key, as in name: value")
            self._key(value, start, end)
            return
        keys, key_mark = self._place(start, end)
        self._repeat(value, old, keys, start, end)
        first, last, _ = self.marks.get(old, (start, end, None))
        self.marks[keys] = (first, last, key_mark)
        self._put(value)

    def _is_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and not self.stack[-1].waits

    def _key(self, key: Any, start: Mark, end: Mark, *, merges: bool = False) -> None:
        top = self.stack[-1]
        if key is None:
            raise Unreadable("a key must be a word, not null", start, end, write="a plain key, as in name: value")
        word = str(key).lower() if isinstance(key, bool) else str(key)
        if word in top.seen and not merges:
            first = top.seen[word].line + 1
            raise Unreadable(
                f'the key "{key}" stands here twice; the first is on line {first}', start, end,
                slug="duplicate-key", write="keep one of the two", why="helm and helmfile keep the last without a word",
            )  # fmt: skip
        top.seen[word] = start
        top.key, top.next_mark, top.merges, top.waits = key, start, merges, True

    def _place(self, start: Mark, end: Mark) -> tuple[Keys, Mark | None]:
        """The path of the value that begins here, and where its key is."""
        self._counted(start, end)
        if not self.stack:
            return (), None
        if len(self.stack) >= MAX_DEPTH:
            raise too_deep(start, end)
        top = self.stack[-1]
        if isinstance(top.data, list):
            return (*top.keys, len(top.data)), None
        if not top.merges and top.key in top.data:  # merged before; what is written here counts
            self._forget(top.data[top.key], (*top.keys, top.key))
        return (*top.keys, top.key), top.next_mark

    def _put(self, value: Any) -> None:
        """Hang a value that has ended where it belongs."""
        if not self.stack:
            self.data = value
            return
        top = self.stack[-1]
        if isinstance(top.data, list):
            top.data.append(value)
            return
        top.waits = False
        if top.merges:
            self._merge(top, value)
        else:
            top.data[top.key] = value

    def _merge(self, top: _Open, value: Any) -> None:
        place = (*top.keys, top.key)
        start, end, _ = self.marks[place]
        maps = [(place, value)]
        if isinstance(value, list):  # the first one wins
            maps = [((*place, number), each) for number, each in enumerate(value)][::-1]
        for keys, each in maps:
            if not isinstance(each, dict):
                raise Unreadable("<<: merges a map, or a list of maps", start, end, write="<<: *NAME of a map")
            for key, inner in each.items():
                below = (*top.keys, key)
                if key in top.data:
                    self._forget(top.data[key], below)
                self._repeat(inner, (*keys, key), below, start, end)
                top.data[key] = inner

    def _repeat(self, data: Any, old: Keys, new: Keys, start: Mark, end: Mark) -> None:
        """What stands at `old` stands at `new` as well."""
        todo = [(data, old, new)]
        while todo:
            value, one, other = todo.pop()
            self._counted(start, end)
            if len(other) > MAX_DEPTH:
                raise too_deep(start, end)
            if one in self.marks:
                self.marks[other] = self.marks[one]
            todo += [(inner, (*one, key), (*other, key)) for key, inner in _members(value)]

    def _forget(self, data: Any, keys: Keys) -> None:
        todo = [(data, keys)]
        while todo:
            value, one = todo.pop()
            self.marks.pop(one, None)
            todo += [(inner, (*one, key)) for key, inner in _members(value)]

    def _counted(self, start: Mark, end: Mark) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise too_many(start, end)


def _members(value: Any) -> list[tuple[Key, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []
