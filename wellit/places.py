"""Where a rendered chart value was written: rules name a path in the values, a person wants the file and the line."""

from __future__ import annotations

import functools
from typing import Any

from wellit import paths, source
from wellit.compose import Stack
from wellit.findings import Location
from wellit.render import Release
from wellit.source import BadSource, Keys, Source


@functools.lru_cache(maxsize=32)
def _parsed(text: str, name: str) -> Source:
    return source.parse_template(text, name)


class Places:
    """Where a rendered chart value comes from: a raw value, the setting behind the template's line, or that line."""

    def __init__(self, composed: Stack, release: Release) -> None:
        self.stack = composed
        self.release = release
        file = paths.GUIDES / "values" / f"{release.part}.yaml.gotmpl"
        try:
            self.template: Source | None = _parsed(file.read_text(encoding="utf-8"), paths.shown(file))
        except (BadSource, OSError):
            self.template = None
        self.file = paths.shown(file)

    def at(self, keys: Keys) -> Location:
        """The place that a person would mend to change the value at `keys`."""
        raw = ("values", self.release.part, *keys)
        if self.stack.layer_of(raw) >= 0:
            return self.stack.at(raw)
        return self._argument(keys) or self._setting(keys) or self._line(keys)

    def also(self, keys: Keys) -> tuple[tuple[str, Location], ...]:
        """The template's line when at() names the setting behind it."""
        here, line = self.at(keys), self._line(keys)
        return (("passed on here", line),) if line.line and here != line else ()

    def _line(self, keys: Keys) -> Location:
        return self.template.at(keys) if self.template else Location(self.file)

    def _setting(self, keys: Keys) -> Location | None:
        """The setting that the template's line reads; of several, the one that was written last."""
        read = [
            where for path in source.referenced(self._line(keys).text) for where in self._own(tuple(path.split(".")))
        ]
        set_ = [parts for parts in read if self._value(parts) is not None]
        return self.stack.at(max(set_, key=self.stack.layer_of)) if set_ else None

    def _own(self, keys: Keys) -> list[Keys]:
        """Where a setting may stand: with several engines, for this release's engine before that for all."""
        if not (engine := self.release.engine):
            return [keys]
        if keys[0] == "engine":
            return [("engines", engine, *keys[1:])]
        return [("perEngine", engine, *keys), keys]

    def _value(self, keys: Keys) -> Any:
        try:
            return source.lookup(self.stack.values, keys)
        except KeyError:
            return None

    def _argument(self, keys: Keys) -> Location | None:
        """The place of one engine argument: in the person's or the engine's list, or the setting that it says."""
        if "args" not in keys:
            return None
        try:
            words: Any = source.lookup(self.release.values, keys[:-1])
            word = words[keys[-1]]
        except (KeyError, IndexError, TypeError):
            return None
        if not isinstance(word, str):
            return None
        at = keys.index("args")
        role = str(keys[0] if keys[0] != "components" else keys[at - 1])
        block = (self.stack.way.engine,) if self.stack.way.engine else ()
        for setting in ((role, "args"), ("engine", "args"), ("engine", *block, "disaggregation", role, "args")):
            for where in self._own(setting):
                listed = self._value(where) or []
                if word in listed:
                    return self.stack.at((*where, listed.index(word)))
        number = keys[-1]
        before = words[number - 1] if isinstance(number, int) and number else ""
        return self._neutral(role, word if word.startswith("--") else str(before), block) if block else None

    def _neutral(self, role: str, flag: str, block: Keys) -> Location | None:
        """The neutral setting that the template writes as this flag (decode.pageSize ...)."""
        flags = {**(self._value(("engine", "flags")) or {}), **(self._value(("engine", *block, "flags")) or {})}
        name = next((name for name, own in flags.items() if own == flag), "")
        places = ((role, name), ("model", "name" if name == "model" else name), ("disaggregation", name), (name,))
        written = [where for where in places if self.stack.layer_of(where) >= 0] if name else []
        said = [where for where in written if self._value(where) is not None]
        return self.stack.at((said or written)[0]) if written else None
