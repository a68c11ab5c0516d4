"""JSON Schemas for an editor: of a chart's values at one version, and of the settings of a guide (-f).

The files of this checkout name theirs themselves, in a comment that editors read. What is made here stands alone, to be
kept beside a person's own files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from wellit import catalogue, subject, values_schema
from wellit.errors import CannotAnswer
from wellit.schema.walk import Node, document

DRAFT = "https://json-schema.org/draft/2020-12/schema"
STACK = "stack.schema.json"
Schema = dict[str, Any]


def asked(chart: str, guide: str) -> Schema:
    """The one of the two that was asked for. Raises CannotAnswer for none and for both."""
    if bool(chart) == bool(guide):
        message = "a schema of what?" if not chart else "one schema is of a chart or of a guide"
        raise CannotAnswer(message, write="--chart llm-d-modelservice@v0.4.9, or --guide inference-scheduling")
    return of_chart(chart) if chart else of_guide(guide)


def of_chart(word: str) -> Schema:
    """The values of ``NAME@VERSION``, as that version takes them. Raises CannotAnswer for one that is not known.

    helm takes a null to mean that a default goes away: it is no mistake anywhere in a map.
    """
    chart, version = subject.chart_version(word)
    schema = deepcopy(dict(values_schema.schema_for(chart, version)))
    for inner in list(_members(schema)):
        _or_null(inner)
    about = f"The values of {chart} {version}: what it reads, made by wellit."
    return {**schema, "$schema": DRAFT, "description": schema.get("description", about)}


def of_guide(name: str) -> Schema:
    """The settings that -f may lay over a guide's. Raises CannotAnswer for an unknown guide."""
    source = catalogue.guide_source(name)
    guide, form = source.data, f"{catalogue.way_of(source).environment}.schema.json"
    schema = deepcopy(document(form)["$defs"]["settings"])
    shared = catalogue.settings_source().data["settings"]
    known = {*shared, *guide["settings"], *catalogue.AXES, "engines", "perEngine", "values"}
    kept = {key: inner for key, inner in schema["properties"].items() if key in known}
    sizes = {"enum": sorted(guide["sizes"]), "description": "A size of the guide."}
    components = {"$ref": f"{STACK}#/$defs/components", "description": "Another component of an axis."}
    schema["properties"] = {"size": sizes, "components": components, **kept}
    about = f"Settings that -f lays over those of the guide {name}."
    whole = {"$schema": DRAFT, "title": f"Settings of {name}", "description": about, **schema}
    return _alone(whole, document(form))


def text(schema: Schema) -> str:
    """The document, ending in a line break."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(schema: Schema, output: str) -> str:
    """Write it into a file. Returns the comment that leads an editor there from a file beside it."""
    file = Path(output)
    try:
        file.write_text(text(schema), encoding="utf-8")
    except OSError as problem:
        raise CannotAnswer(f"cannot write {output}: {problem.strerror}", write="-o FILE.json") from None
    return f"# yaml-language-server: $schema={file.name}"


def _members(schema: Any) -> Iterator[Schema]:
    """Every schema of a value in a map, at any depth."""
    if isinstance(schema, list):
        for inner in schema:
            yield from _members(inner)
    if not isinstance(schema, dict):
        return
    for name in ("properties", "patternProperties", "$defs"):
        if isinstance(listed := schema.get(name), dict):
            yield from (inner for inner in listed.values() if isinstance(inner, dict))
    if isinstance(others := schema.get("additionalProperties"), dict):
        yield others
    for inner in schema.values():
        yield from _members(inner)


def _or_null(schema: Schema) -> None:
    types = schema.get("type", [])
    listed = [types] if isinstance(types, str) else list(types)
    if listed and "null" not in listed:
        schema["type"] = [*listed, "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]


def _alone(schema: Schema, root: Schema) -> Schema:
    """`schema`, which stands in the document `root`, with what it refers to of any document in a part of its own."""
    used: dict[str, Any] = {}
    names: dict[int, str] = {}

    def own(node: Any, root: Mapping[str, Any]) -> Any:
        if isinstance(node, list):
            return [own(inner, root) for inner in node]
        if not isinstance(node, dict):
            return node
        kept = {key: own(inner, root) for key, inner in node.items() if key != "$ref"}
        if "$ref" in node:
            found = Node(node, root).resolve(node["$ref"])
            if (name := names.get(id(found.schema))) is None:
                name = names[id(found.schema)] = _free(node["$ref"], used)
                used[name] = {}
                used[name] = own(found.schema, found.root)
            kept["$ref"] = f"#/$defs/{name}"
        return kept

    made: Schema = own(schema, root)
    return {**made, "$defs": used}


def _free(reference: str, used: Mapping[str, Any]) -> str:
    """A name for what is referred to: its own, with the document's before it where two have the same."""
    document_, _, pointer = reference.partition("#")
    name = pointer.rpartition("/")[2]
    return name if name not in used else f"{document_.partition('.')[0]}-{pointer.strip('/').replace('/', '-')}"
