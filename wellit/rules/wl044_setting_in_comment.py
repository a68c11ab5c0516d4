"""A setting is lost in a comment.

Two lines were joined, or one was commented out and the next with it: ``# priorityClassName: high  replicas: 2`` sets
neither. The second is a key that is known here and set nowhere.

Bad::

    # llm-d-modelservice@v0.4.12
    decode:
      create: true
      #  priorityClassName: high  replicas: 2
      parallelism: {tensor: 2}

Good::

    # llm-d-modelservice@v0.4.12
    decode:
      create: true
      #  priorityClassName: high
      replicas: 2
      parallelism: {tensor: 2}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wellit import values_schema
from wellit.findings import Location
from wellit.node import Also, Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.schema.walk import Node as SchemaNode
from wellit.source import Keys
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, Release, Subject

RULE = Rule("WL044", "setting-in-comment", "warning", (MODELSERVICE, INFERENCEPOOL, INFRA), "read", reads="*")
# `# one: word  other: word`, and nothing behind it: no sentence looks like that.
JOINED = re.compile(r"^(\s*)#+\s*([A-Za-z][\w.-]*):\s+(\S+)\s{2,}([A-Za-z]\w*):(?:\s+(\S+))?(?:\s+#.*)?$")


@dataclass(frozen=True, eq=False)
class Comment:
    """What a comment's words belong to, as an owner of them: they stand on its line."""

    at: Location
    read: set[Keys] = field(default_factory=set)

    def locate(self, _keys: Keys) -> Location:
        return self.at

    def also(self, _keys: Keys) -> Also:
        return ()

    def path(self, keys: Keys) -> Keys:
        return keys


def check(subject: Subject) -> Items:
    for release in subject.of(*RULE.charts):
        list(release.root.items())
        if release.source:
            yield from _lost(release, release.source.lines)


def _lost(release: Release, lines: Sequence[str]) -> Iterator[Hit]:
    schema = values_schema.schema_for(release.chart, release.version)
    root = SchemaNode(schema, schema)
    for number, line in enumerate(lines, 1):
        found = JOINED.match(line)
        if not found:
            continue
        for keys, here in _maps(release, number):
            known = {name for node in root.at(keys) for name in node.properties()}
            if {found[2], found[4]} <= known and found[4] not in here:
                yield _hit(release, (*keys, found[4]), number, line, found)
                break


def _maps(release: Release, number: int) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The maps that a line can belong to: those with a key on the lines next to it, the nearest first."""
    found: dict[Keys, int] = {}
    for keys in _all_maps(release.values, ()):
        for key in _at(release.values, keys):
            distance = abs(release.locate((*keys, key)).line - number)
            found[keys] = min(found.get(keys, distance), distance)
    for keys in sorted(found, key=lambda keys: (found[keys], -len(keys))):
        yield keys, _at(release.values, keys)


def _all_maps(value: Any, keys: Keys) -> Iterator[Keys]:
    if isinstance(value, Mapping):
        yield keys
        for key, inner in value.items():
            yield from _all_maps(inner, (*keys, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _all_maps(inner, (*keys, place))


def _at(value: Any, keys: Keys) -> Mapping[str, Any]:
    for key in keys:
        value = value[key]
    found: Mapping[str, Any] = value
    return found


def _hit(release: Release, keys: Keys, number: int, line: str, found: re.Match[str]) -> Hit:
    start = found.start(4)
    file = release.source.name if release.source else release.locate(()).file
    at = Location(file, number, start + 1, found.end(5 if found[5] else 4) - start, line)
    written = f"{found[4]}: {found[5]}" if found[5] else f"{found[4]}:"
    return Hit(
        Node(Comment(at), keys, None),
        f"{found[4]} stands in a comment, and is set nowhere",
        write=f"{written} on a line of its own",
        why="what stands behind # is not read: the chart's default is used",
    )
