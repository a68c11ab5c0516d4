"""From what the JSON Schema library found to problems in our own words' terms: one kind, one place, one cause each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wellit.schema import words
from wellit.source import Keys

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Kind = Literal["unknown", "kind", "value", "missing"]


@dataclass(frozen=True)
class Problem:
    """One thing wrong at `keys`. `must` completes "NAME must ..."; `types` or `choices` are what is taken instead.

    For an unknown or a missing member `keys` ends with its name. `value` is what stands there.
    """

    kind: Kind
    keys: Keys
    value: Any = None
    must: str = ""
    types: tuple[str, ...] = ()
    choices: tuple[Any, ...] = ()
    needed_by: str = ""

    @property
    def empty(self) -> bool:
        """Whether an empty map stands for a list, or the reverse: templates leave out either, as charts' values do."""
        wanted = [kind for kind in self.types if kind != "null"]
        return (wanted, self.value) in ((["array"], {}), (["object"], []))


def problems(errors: Iterable[ValidationError]) -> Iterator[Problem]:
    """What `errors` of one validation mean, the nearest alternative of anyOf and oneOf only."""
    for error in errors:
        yield from _problems(error)


def _problems(error: ValidationError) -> Iterator[Problem]:
    keys = tuple(error.absolute_path)
    schema, keyword, wanted, value = _parts(error)
    if "x-must" in schema and keyword not in ("type", "required", "additionalProperties"):
        yield Problem("value", keys, value, must=schema["x-must"])
    elif keyword in ("anyOf", "oneOf") and error.context:
        yield from _nearest(error)
    elif keyword == "additionalProperties":
        yield from (Problem("unknown", (*keys, key), value[key]) for key in value if not _knows(schema, key))
    elif keyword == "required":
        yield from (Problem("missing", (*keys, key)) for key in wanted if key not in value)
    elif keyword == "dependentRequired":
        given = [(key, name) for key, names in wanted.items() if key in value for name in names]
        yield from (Problem("missing", (*keys, name), needed_by=key) for key, name in given if name not in value)
    elif keyword == "type":
        yield Problem("kind", keys, value, types=(wanted,) if isinstance(wanted, str) else tuple(wanted))
    elif keyword == "not" and keys and not wanted:
        yield Problem("unknown", keys, value)
    else:
        choices = {"enum": wanted, "const": [wanted]}.get(keyword, [])
        yield Problem("value", keys, value, must=words.must(keyword, wanted), choices=tuple(choices))


def _parts(error: ValidationError) -> tuple[Mapping[str, Any], str, Any, Any]:
    """The schema that said no, its keyword, what that wants, and what there is."""
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    return schema, str(error.validator or ""), error.validator_value, error.instance


def _knows(schema: Mapping[str, Any], key: str) -> bool:
    patterns = schema.get("patternProperties", {})
    return key in schema.get("properties", {}) or any(re.search(pattern, key) for pattern in patterns)


def _nearest(error: ValidationError) -> Iterator[Problem]:
    """The alternative that fits best: of the right type, with the deepest mistake, with the fewest of them."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or []:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    depth = len(error.absolute_path)
    fitting = [b for b in branches.values() if not any(_wrong_kind(e, depth) for e in b)]
    if not fitting:
        found = [p for b in branches.values() for e in b if _wrong_kind(e, depth) for p in _problems(e)]
        types = dict.fromkeys(t for p in found for t in p.types)
        yield Problem("kind", tuple(error.absolute_path), error.instance, types=tuple(types))
        return
    told = [list(problems(branch)) for branch in fitting]
    if all(p.choices for branch in told for p in branch) and len({p.keys for b in told for p in b}) == 1:
        choices = tuple(dict.fromkeys(c for branch in told for p in branch for c in p.choices))
        yield Problem("value", told[0][0].keys, told[0][0].value, words.must("enum", choices), choices=choices)
        return
    yield from max(told, key=lambda branch: (max(len(p.keys) for p in branch), -len(branch)))


def _wrong_kind(error: ValidationError, depth: int) -> bool:
    return error.validator == "type" and len(error.absolute_path) == depth
