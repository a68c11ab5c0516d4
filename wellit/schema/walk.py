"""Finding one's way in a JSON Schema: what it says about a path, and where it knows a name."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit import paths
from wellit.source import Key, Keys

_DEEPEST = 7
_MOST_KEPT = 32  # schemas


@functools.cache
def document(name: str) -> dict[str, Any]:
    """One file of schemas/, by its file name."""
    read: dict[str, Any] = json.loads((paths.SCHEMAS / name).read_text(encoding="utf-8"))
    return read


@dataclass(frozen=True)
class Node:
    """One schema, and the document that its references are relative to."""

    schema: Mapping[str, Any]
    root: Mapping[str, Any]

    def resolve(self, reference: str) -> Node:
        name, _, pointer = reference.partition("#")
        root: Mapping[str, Any] = document(name) if name else self.root
        found: Any = root
        for part in filter(None, pointer.split("/")):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        return Node(found, root)

    def all(self) -> Iterator[Node]:
        """This schema and every schema that speaks about the same value, the nearest first."""
        yield self
        for name in ("allOf", "anyOf", "oneOf", "then", "else"):
            listed = self.schema.get(name, [])
            for schema in listed if isinstance(listed, list) else [listed]:
                if isinstance(schema, Mapping):
                    yield from Node(schema, self.root).all()
        if reference := self.schema.get("$ref"):
            yield from self.resolve(reference).all()

    def properties(self) -> dict[str, Node]:
        """The named members of a map."""
        found: dict[str, Node] = {}
        for node in self.all():
            for name, schema in node.schema.get("properties", {}).items():
                if isinstance(schema, Mapping) and schema != {"not": {}}:
                    found.setdefault(name, Node(schema, node.root))
        return found

    def children(self, key: Key) -> list[Node]:
        """What is said about one member of a map, or one item of a list."""
        return [Node(s, node.root) for node in self.all() for s in _members(node.schema, key) if isinstance(s, Mapping)]

    def at(self, keys: Sequence[Key]) -> list[Node]:
        """What is said about the value at `keys`, the nearest first."""
        nodes = [self]
        for key in keys:
            nodes = [child for node in nodes for child in node.children(key)]
        return nodes

    def says(self, keys: Sequence[Key], name: str) -> Any:
        """The first `name` (description, type ...) among the schemas of the value at `keys`, or None."""
        for start in self.at(keys):
            for node in start.all():
                if name in node.schema:
                    return node.schema[name]
        return None

    def elsewhere(self, name: str) -> list[Keys]:
        """Paths of maps below this one that end in `name`, the shortest first; an item of a list is ``[]``."""
        return sorted((keys for keys in self._everywhere() if str(keys[-1]).lower() == name.lower()), key=len)

    def _everywhere(self) -> list[Keys]:
        """Every path below this one; worked out once for a schema, which nobody changes."""
        if id(self.schema) not in _paths:
            if len(_paths) > _MOST_KEPT:
                _paths.clear()
            _paths[id(self.schema)] = self.schema, list(dict.fromkeys(self._below(())))
        return _paths[id(self.schema)][1]

    def _below(self, above: Keys) -> Iterator[Keys]:
        if len(above) >= _DEEPEST:
            return
        for key, node in self.properties().items():
            if not node.schema.get("x-rare"):
                yield (*above, key)
                yield from node._below((*above, key))
        for item in self.children(0):
            yield from item._below((*above, "[]"))


_paths: dict[int, tuple[Mapping[str, Any], list[Keys]]] = {}  # with the schema, so that its id stays its own


def _members(schema: Mapping[str, Any], key: Key) -> Iterator[Any]:
    if isinstance(key, int):
        yield schema.get("items")
        return
    named = schema.get("properties", {})
    matching = [s for pattern, s in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
    if key in named:
        yield named[key]
    yield from matching
    if key not in named and not matching:
        yield schema.get("additionalProperties")
