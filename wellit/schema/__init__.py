"""Shape: what JSON Schemas say about files, as findings with their line and in plain words.

The schemas of what a person edits are in schemas/. A schema may say ``x-must`` where its keywords have no plain words:
it completes the sentence "NAME must ...".
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from wellit.findings import Finding, Location
from wellit.schema.judge import Judge, Locate
from wellit.schema.kinds import KINDS, SETTINGS, VALUES, severity
from wellit.schema.problems import Problem, problems
from wellit.schema.walk import document
from wellit.source import Key, Keys, Source

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

    from wellit.ways import Way

__all__ = ["KINDS", "check", "check_stack", "check_values", "problems_of", "severity"]


class Settings(Protocol):
    """A stack, as far as its form goes."""

    @property
    def values(self) -> Mapping[str, Any]: ...

    @property
    def way(self) -> Way: ...

    def at(self, keys: Sequence[Key]) -> Location: ...


def check(source: Source, schema_name: str) -> list[Finding]:
    """Judge one file by schemas/`schema_name`.schema.json (guide, environment, component)."""
    name = f"{schema_name}.schema.json"
    judge = Judge(document(name), lambda: _known(name), source.at, SETTINGS)
    return judge.findings({} if source.data is None else source.data)


def check_stack(stack: Settings) -> list[Finding]:
    """Judge the merged settings of a stack by the schema of its way; each finding has the place of the last writer."""
    name = stack.way.schema
    return Judge(document(name), lambda: _known(name), stack.at, SETTINGS).findings(stack.values)


def check_values(
    data: Any,
    schema: Mapping[str, Any],
    locate: Locate,
    label: str = "",
    prefix: Keys = (),
    other: Callable[[Keys], str] = lambda _: "",
) -> list[Finding]:
    """Judge a chart's values by `schema` (WL020-023, WL040).

    `locate` finds the place of a path, `label` names the chart and version in messages, `prefix` is where `data` hangs
    in the file and goes before every path, `other` tells of a key which versions know it. A member that may not be
    there is ``{"not": {}}`` in `schema`: of the form ``false`` the library tells no place. A null in a map is helm's
    way to take a default away: never a wrong type.
    """
    judge = Judge(
        schema, lambda: _validator(schema), lambda keys: locate((*prefix, *keys)), VALUES, label, prefix, other
    )
    return judge.findings({} if data is None else data)


def problems_of(data: Any, schema: Mapping[str, Any]) -> list[Problem]:
    """What `schema` has against `data`, for whoever has words of their own for it."""
    return list(problems(_validator(schema).iter_errors(data)))


@functools.cache
def _known(name: str) -> Draft202012Validator:
    return _validator(document(name))


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT202012

    def retrieve(uri: str) -> Resource[Any]:
        return Resource.from_contents(document(uri), DRAFT202012)

    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    return Draft202012Validator(schema, registry=registry)
