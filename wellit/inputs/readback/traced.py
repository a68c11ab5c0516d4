"""Values that are put together from places of rendered objects, each with the way back to its line."""

from __future__ import annotations

from typing import Any

from wellit.findings import Location
from wellit.node import Node
from wellit.source import Keys
from wellit.subject import Manifest


class Traced:
    """Values under construction. `home` is the object that a value belongs to when it stands nowhere."""

    def __init__(self, home: Manifest) -> None:
        self.home = home
        self.values: dict[str, Any] = {}
        self._from: dict[Keys, tuple[Manifest, Keys]] = {(): (home, ())}

    def put(self, keys: Keys, value: Any, at: Node | None = None) -> None:
        """Write a value, and note the place that it comes from; below it the keys are the same."""
        data: Any = self.values
        for key in keys[:-1]:
            data = data.setdefault(key, {})
        data[keys[-1]] = value
        if at is not None and isinstance(at.owner, Manifest):
            self._from[keys] = at.owner, at.keys

    def copy(self, keys: Keys, node: Node) -> None:
        """Take over what stands at `node`, when anything does."""
        if node.written:
            self.put(keys, node.value, node)

    def note(self, keys: Keys, at: Node) -> None:
        """Where a value would be written, without one."""
        if isinstance(at.owner, Manifest):
            self._from[keys] = at.owner, at.keys

    def locate(self, keys: Keys) -> Location:
        manifest, below = self._back(keys)
        return manifest.locate(below)

    def path(self, keys: Keys) -> Keys:
        """The path in the file that the object stands in."""
        manifest, below = self._back(keys)
        return manifest.path(below)

    def _back(self, keys: Keys) -> tuple[Manifest, Keys]:
        for cut in range(len(keys), -1, -1):
            if keys[:cut] in self._from:
                manifest, below = self._from[keys[:cut]]
                return manifest, (*below, *keys[cut:]) if cut else below
        return self.home, ()
