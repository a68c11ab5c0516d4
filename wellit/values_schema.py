"""The JSON Schema of a chart's values at one version: the chart's own, narrowed by what that version accepts.

charts/NAME/values.schema.json has every key that some version reads; the capability data says which of them a version
takes (`closed.LEVEL`) or reads (`reads.LEVEL`), and which words (`narrows`). What a chart passes on to Kubernetes is
marked there by ``x-kubernetes`` and is of schemas/kubernetes.schema.json.

Of a map: ``x-open`` - helm takes a key that is not known here, and nothing reads it; ``x-of`` - whose form it is;
``x-superseded`` - keys of other versions, with what is read here and written as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any

from wellit import capabilities, moved, paths
from wellit.moved import ROLES
from wellit.source import dotted

Schema = dict[str, Any]
KINDS = {"list": "array", "map": "object"}


@lru_cache(maxsize=32)
def schema_for(chart: str, version: str, *, folder: Path | None = None) -> Mapping[str, Any]:
    """The schema of `chart`'s values at `version`, as upstream's chart takes them: without `imitates`.

    The result is shared: do not change it. Raises CannotAnswer for a chart or a version that is not known.
    """
    contract = capabilities.contract(chart, version, folder=folder)
    schema = _whole(chart)
    schema["title"] = f"{chart} {contract.version}"
    schema["required"] = [key for key in schema.get("required", ()) if key != "imitates"]
    schema["properties"].pop("imitates", None)
    if not contract.get("schema", True):
        schema["x-open"] = True
    closed = {level: keys for level, keys in contract.group("closed").items() if keys is not None}
    for level, keys in contract.group("reads").items():
        if level not in closed:
            _narrow(schema, "" if level == "root" else level, "reads", keys)
    for level, keys in closed.items():
        _narrow(schema, "" if level == "root" else level, "keys", keys)
    for level, how in contract.narrows.items():
        for what, fact in how.items():
            _narrow(schema, level, what, contract[fact])
    return schema


def schema_of(chart: str, version: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema for these very values: with devices that are claimed (DRA), the accelerator's type names a claim."""
    schema = schema_for(chart, version)
    places = [place for place in ([], *([role] for role in ROLES)) if _claims(values, place)]
    unread = list(moved.unread(capabilities.contract(chart, version), values))
    if not places and not unread:
        return schema
    own = deepcopy(dict(schema))
    for one in unread:
        _superseded(own, one, values)
    for place in places:
        if node := _node(own, [*place, "accelerator", "type"]):
            node.pop("enum", None)
    return own


def _superseded(schema: Schema, one: moved.Moved, values: Any) -> None:
    """Mark a key that is not read, and whose work another that is written does: nothing is lost by it."""
    *above, name = ["[]" if isinstance(key, int) else key for key in one.keys]
    node = _node(schema, map(str, above))
    if node is not None and one.instead and not one.lost(values):
        node.setdefault("x-superseded", {})[name] = dotted(one.instead[0])


def _claims(values: Any, place: Iterable[str]) -> bool:
    """Whether the accelerator there is claimed: that of a role, which may stand in the place of the common one."""
    common = values.get("accelerator") if isinstance(values, Mapping) else None
    for key in place:
        values = values.get(key) if isinstance(values, Mapping) else None
    own = values.get("accelerator") if isinstance(values, Mapping) else None
    said = [one["dra"] for one in (own, common) if isinstance(one, Mapping) and "dra" in one]
    return bool(said and said[0])


def other_versions(chart: str, version: str, keys: Sequence[str | int]) -> str:
    """Which other versions of `chart` know the key at the end of `keys`, as a clause; "" for none."""
    *above, name = ["[]" if isinstance(key, int) else "role" if key in ROLES else key for key in keys]
    level = ".".join(above) or "root"
    published = capabilities.versions(chart)
    with_it = [v for v in published if name in (_keys_of(capabilities.contract(chart, v), level) or ())]
    if not with_it:
        return ""
    if published.index(with_it[0]) > published.index(version):
        return f"{chart} reads {name} from {with_it[0]} on"
    return f"{chart} reads {name} until {with_it[-1]}"


def _keys_of(contract: capabilities.Contract, level: str) -> Any:
    return contract.get(f"closed.{level}") or contract.get(f"reads.{level}")


def _whole(chart: str) -> Schema:
    """values.schema.json of the chart folder whose Chart.yaml has this name."""
    for file in sorted(paths.CHARTS.glob("*/Chart.yaml")):
        if re.search(rf"^name:\s*{re.escape(chart)}\s*$", file.read_text("utf-8"), re.MULTILINE):
            schema: Schema = json.loads((file.parent / "values.schema.json").read_text("utf-8"))
            kubernetes = json.loads((paths.SCHEMAS / "kubernetes.schema.json").read_text("utf-8"))["$defs"]
            schema["$defs"] |= kubernetes
            return {key: _passed_on(part) for key, part in schema.items()}
    return {"type": "object", "properties": {}}  # of a chart that is only looked at in part, any values are taken


def _passed_on(part: Any) -> Any:
    """A part of a schema in which what is passed on to Kubernetes has its form."""
    if isinstance(part, list):
        return [_passed_on(item) for item in part]
    if not isinstance(part, dict):
        return part
    if name := part.get("x-kubernetes"):
        about = {"description": part["description"]} if "description" in part else {}
        return {**about, "$ref": f"#/$defs/{name}"}
    return {key: _passed_on(item) for key, item in part.items()}


def _narrow(schema: Schema, level: str, what: str, fact: Any) -> None:
    for place in _places(level):
        node = _node(schema, place)
        if node is not None:
            {"keys": _keep, "reads": _read, "enum": _one_of, "kind": _of_kind}[what](node, fact)


def _places(level: str) -> list[list[str]]:
    steps = level.split(".") if level else []
    return [[role, *steps[1:]] for role in ROLES] if steps[:1] == ["role"] else [steps]


def _node(schema: Schema, place: Iterable[str]) -> Schema | None:
    """The node at `place`, a copy of its own where a ``$ref`` shared it; None where the key is not taken."""
    node = schema
    for step in place:
        parent, key = (node, "items") if step == "[]" else (node.get("properties", {}), step)
        if key not in parent:
            return None
        node = parent[key] = _own(schema, parent[key])
    return node


def _own(schema: Schema, node: Schema) -> Schema:
    reference = node.get("$ref")
    if reference is None:
        return node
    target: Any = schema
    for step in reference.removeprefix("#/").split("/"):
        target = target[step]
    return {**deepcopy(_own(schema, target)), **{key: value for key, value in node.items() if key != "$ref"}}


def _keep(node: Schema, keys: Iterable[str]) -> None:
    others = node.get("additionalProperties")
    known = node.get("properties", {})
    of_others = others if isinstance(others, dict) else {}
    node["properties"] = {key: known.get(key, of_others) for key in keys}
    node["additionalProperties"] = False


def _read(node: Schema, keys: Iterable[str]) -> None:
    _keep(node, keys)
    node["x-open"] = True


def _one_of(node: Schema, words: Iterable[str]) -> None:
    if listed := list(words):
        node["enum"] = listed


def _of_kind(node: Schema, kind: str) -> None:
    if kind in KINDS:
        node["type"] = KINDS[kind]
