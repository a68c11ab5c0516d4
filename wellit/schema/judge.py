"""One file held against one schema: what is wrong in it, as findings in plain words."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wellit import errors, paths, remembered
from wellit.findings import Finding, Location
from wellit.schema import rename, unknown, words
from wellit.schema.kinds import KINDS, SETTINGS, VALUES, Scheme, severity
from wellit.schema.problems import Problem, problems
from wellit.schema.walk import Node
from wellit.source import Key, Keys, dotted

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

Locate = Callable[[Keys], Location]


class Judge:
    """One file against one schema."""

    def __init__(
        self,
        schema: Mapping[str, Any],
        validator: Callable[[], Draft202012Validator],
        locate: Locate,
        scheme: Scheme,
        label: str = "",
        prefix: Keys = (),
        other: Callable[[Keys], str] = lambda _: "",
    ) -> None:
        self.root = Node(schema, schema)
        self.validator = validator
        self.locate = locate
        self.scheme = scheme
        self.label = label
        self.prefix = prefix
        self.data: Any = None
        self.other = other

    def findings(self, data: Any) -> list[Finding]:
        """All findings, in the order of their places, none twice. What was good before is not judged again."""
        name = remembered.key(_self(), _name_of(self.root.schema), data)
        if remembered.good(name):
            return []
        if not (found := self._judged(data)):
            remembered.remember(name)
        return found

    def _judged(self, data: Any) -> list[Finding]:
        self.data = data
        odd: list[Finding] = []
        plain = self._plain(data, (), odd)
        wrong = problems(self.validator().iter_errors(plain))
        found = [self._finding(problem) for problem in wrong if self._counts(problem)]
        told = [*odd, *filter(None, found)]
        if self.scheme is VALUES:
            told = unknown.of_one_cause(told, VALUES.unknown, VALUES.missing)
        distinct = {(f.id, f.path): f for f in told}
        return sorted(distinct.values(), key=lambda f: (f.at.file, f.at.line, f.at.column))

    def _counts(self, problem: Problem) -> bool:
        takes_away = problem.kind in ("kind", "value") and problem.value is None
        in_a_map = takes_away and problem.keys and not isinstance(problem.keys[-1], int)
        return not (self.scheme is VALUES and (in_a_map or problem.empty))

    def _plain(self, data: Any, keys: Keys, odd: list[Finding]) -> Any:
        """`data` without keys that are no text; each becomes a finding."""
        if isinstance(data, list):
            return [self._plain(item, (*keys, i), odd) for i, item in enumerate(data)]
        if not isinstance(data, Mapping):
            return data
        kept = {}
        for key, value in data.items():
            if isinstance(key, str):
                kept[key] = self._plain(value, (*keys, key), odd)
            else:
                odd.append(self._odd_key(key, keys))
        return kept

    def _odd_key(self, key: Any, keys: Keys) -> Finding:
        at = self.locate((*keys, key))
        if written := re.search(r"""([^\s{,"']+)["']?\s*:\s*$""", at.text[: max(0, at.column - 1)]):
            at = replace(at, column=written.start(1) + 1, length=len(written.group(1)))
        write = words.literal(at.words or str(key))
        why = "YAML reads on, off, yes, no and digits as something else than text"
        message = f"a key must be text, not {words.said(key)}"
        return self._told(self.scheme.kind, (*keys, str(key)), message, at, write, why)

    def _finding(self, problem: Problem) -> Finding | None:
        return {"unknown": self._unknown, "kind": self._kind, "value": self._value, "missing": self._missing}[
            problem.kind
        ](problem)

    def _unknown(self, problem: Problem) -> Finding | None:
        *above, name = problem.keys
        here = words.below(self.name(above))
        said = unknown.judge(self.root, problem, self.prefix, self.other(problem.keys))
        if said.harmless:
            return None
        who = f"{said.owner or self.label} knows no" if said.owner or self.label else "there is no setting"
        message = f'{who} "{name}"{here}'
        at = self.locate(problem.keys).of_key(str(name))
        id_ = self.scheme.ignored if said.ignored and self.scheme.ignored else self.scheme.unknown
        told = self._told(id_, problem.keys, message, at, said.write, said.why)
        if said.write not in said.known:  # it is to go to another place, or to go
            return told
        merged = self.scheme is SETTINGS
        return replace(told, **rename.edit(self.root, self.data, problem.keys, at, said.known, merged=merged))

    def _kind(self, problem: Problem) -> Finding:
        at = self.locate(problem.keys)
        message = f"{self.subject(problem.keys)} must be {words.kinds(problem.types)}, not {words.said(problem.value)}"
        write = words.meant(problem.value, problem.types, at.words) or self._members(problem)
        about = self._about(problem.keys)
        if self.scheme is VALUES and "boolean" in problem.types and isinstance(problem.value, str):
            about = words.ANY_TEXT + (f"; {about}" if about else "")
        return self._told(self.scheme.kind, problem.keys, message, at, write, about)

    def _members(self, problem: Problem) -> str:
        """What a map that is wanted has in it."""
        names = [key for node in self.root.at(problem.keys) for key in node.properties()]
        wants_map = "object" in problem.types and names
        return f"name what it has: {', '.join(dict.fromkeys(names))}" if wants_map else ""

    def _value(self, problem: Problem) -> Finding:
        subject = self.subject(problem.keys)
        stands = words.said(problem.value).removeprefix("the text ").removeprefix("the number ")
        message = f"{subject} must {problem.must}, not {stands}"
        if problem.must.startswith("not ") or isinstance(problem.value, list | Mapping):
            message = f"{subject} must {problem.must}"
        names = [c for c in problem.choices if isinstance(c, str)]
        near = errors.nearest(str(problem.value), names)
        write = words.literal(near) if near else ""
        return self._told(
            self.scheme.value, problem.keys, message, self.locate(problem.keys), write, self._about(problem.keys)
        )

    def _missing(self, problem: Problem) -> Finding:
        *above, name = problem.keys
        message = f'"{name}" is missing{words.below(self.name(above), "from the file")}'
        message += f'; "{problem.needed_by}" needs it' if problem.needed_by else ""
        types = self.root.says(problem.keys, "type")
        write = f"add {name}: {words.kinds(types)}" if types else f"add {name}:"
        return self._told(
            self.scheme.missing, problem.keys, message, self.locate(tuple(above)), write, self._about(problem.keys)
        )

    def name(self, keys: Sequence[Key]) -> str:
        """The dotted path as a person sees it."""
        return dotted((*self.prefix, *keys))

    def subject(self, keys: Keys) -> str:
        """The path as a sentence begins with it."""
        return self.name(keys) or "the file"

    def _about(self, keys: Keys) -> str:
        text = self.root.says(keys, "description")
        return f"{keys[-1]}: {text}" if text and keys and isinstance(keys[-1], str) else str(text or "")

    def _told(
        self, id_: str, keys: Sequence[Key], message: str, at: Location, write: str = "", why: str = ""
    ) -> Finding:
        return Finding(id_, KINDS[id_][0], severity(id_), message, at, path=self.name(keys), write=write, why=why)


@functools.cache
def _self() -> list[tuple[str, int]]:
    """All that a verdict depends on besides schema and data: this package, and the schemas that others refer to."""
    files = [*Path(__file__).parent.glob("*.py"), *paths.SCHEMAS.glob("*.json")]
    return sorted((str(file), file.stat().st_mtime_ns) for file in files)


_names: dict[int, tuple[Mapping[str, Any], str]] = {}


def _name_of(schema: Mapping[str, Any]) -> str:
    """A hash of a schema, made once for the same object, which nobody changes."""
    if id(schema) not in _names or len(_names) > 100:
        _names.clear() if len(_names) > 100 else None
        _names[id(schema)] = schema, remembered.key(schema)
    return _names[id(schema)][1]
