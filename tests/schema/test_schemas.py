"""The schema files themselves: well formed, described for the docs, closed where nothing else is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from wellit import paths, schema
from wellit.schema.kinds import SETTINGS, VALUES
from wellit.schema.walk import Node, document
from wellit.source import IDS, Keys, dotted

FILES = [
    f"{name}.schema.json"
    for name in (
        "comparison",
        "component",
        "dynamo",
        "environment",
        "environment-dynamo",
        "environment-kserve",
        "guide",
        "kserve",
        "load",
        "report",
        "settings",
        "stack",
        "translation",
        "ways",
    )
]
# Maps that somebody else judges: raw chart values, the plugins' parameters, Kubernetes' own blocks.
RAW = {"values.gateway", "values.inferencepool", "values.modelservice", "gateway.poolProvider",
       "gateway.prerequisites[0].chart.values",
       "engine.dynamo.health[0].payload", "engine.dynamo.health[0].text",
       "engine.kvEvents.json", *(f"{where}.env[0].valueFrom" for where in
        ("engine", "decode", "prefill", "engine.disaggregation.prefill", "engine.disaggregation.decode",
         "engine.dynamo", "engine.dynamo.disaggregation.prefill", "engine.dynamo.disaggregation.decode",
         "engine.kserve", "engine.kserve.disaggregation.prefill", "engine.kserve.disaggregation.decode"))}  # fmt: skip


def members(node: Node, above: Keys = ()) -> Iterator[tuple[Keys, Node]]:
    """Every named member below a schema, items of lists as number 0."""
    for name, child in node.properties().items():
        yield (*above, name), child
        yield from members(child, (*above, name))
    for child in node.children(0):
        yield from members(child, (*above, 0))


def test_every_file_is_a_schema() -> None:
    for file in FILES:
        Draft202012Validator.check_schema(document(file))


def test_every_member_is_described() -> None:
    for file in FILES:
        root = Node(document(file), document(file))
        bare = [keys for keys, _ in members(root) if not root.says(keys, "description")]
        assert bare == [], file


def test_maps_are_closed_unless_somebody_else_judges_them() -> None:
    assert _opened("stack.schema.json") == RAW
    assert _opened("dynamo.schema.json") - RAW == {"values.dynamo", "frontend.env[0].valueFrom"}
    assert _opened("kserve.schema.json") - RAW == {"values.kserve", "scheduler.config.inline"}


def _opened(file: str) -> set[str]:
    """The open maps of a file, without the three of an affinity, which Kubernetes judges."""
    every = ((keys, node) for keys, node in members(Node(document(file), document(file))))
    return {dotted(keys) for keys, node in every if _is_open(node) and "affinity" not in keys[:-1]}


def _is_open(node: Node) -> bool:
    said: list[dict[str, Any]] = [dict(n.schema) for n in node.all()]
    is_map = any(s.get("type") == "object" for s in said)
    return is_map and not any("additionalProperties" in s for s in said)


def test_every_x_must_completes_a_sentence() -> None:
    for file in FILES:
        for words in re.findall(r'"x-must": "([^"]*)', (paths.SCHEMAS / file).read_text()):
            assert words.split()[0] in ("be", "begin", "hold", "name"), (file, words)


def test_every_kind_of_mistake_can_be_explained() -> None:
    ids = {*vars(SETTINGS).values(), *vars(VALUES).values(), *IDS.values()} - {""}
    assert set(schema.KINDS) == ids
    slugs = [slug for slug, _ in schema.KINDS.values()]
    assert len(set(slugs)) == len(slugs)
    for _, text in schema.KINDS.values():
        assert "Bad: " in text
        assert "Good:" in text


def test_reading_and_explaining_agree_on_ids() -> None:
    for slug, id_ in IDS.items():
        assert schema.KINDS[id_][0] == slug
