"""The form of an LLMInferenceService: which fields its spec has in a release of KServe, and what stands there instead.

The fields are those of schemas/kserve-fields.yaml; pods and containers are Kubernetes'
(schemas/kubernetes.schema.json).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities, remembered
from wellit.paths import SCHEMAS
from wellit.schema import problems_of
from wellit.schema.problems import Problem
from wellit.seen.service import Service, services
from wellit.source import Keys
from wellit.subject import KSERVE, Subject

_KINDS: Mapping[str, Mapping[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "number": {"type": ["integer", "null"], "minimum": 0, "x-must": "be a whole number from 0 on"},
    "count": {"type": ["integer", "null"], "minimum": 1, "x-must": "be a whole number from 1 on"},
    "flag": {"type": ["boolean", "null"]},
    "quantity": {"anyOf": [{"$ref": "#/$defs/Quantity"}, {"type": "null"}]},
    "texts": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
    "pod": {"anyOf": [{"$ref": "#/$defs/PodSpec"}, {"type": "null"}]},
    "any": {},
}


def problems(subject: Subject) -> Iterator[tuple[Service, Problem]]:
    """What is wrong with the form of every service's spec."""
    return iter(subject.once(_problems))


def _problems(subject: Subject) -> list[tuple[Service, Problem]]:
    found = []
    for one in services(subject):
        raw = (one.release.root.value or {}).get("spec")
        schema = schema_of(one.facts.version, one.api)
        found += [(one, problem) for problem in problems_of({} if raw is None else raw, schema)]
    return found


@functools.cache
def schema_of(version: str, api: str) -> Mapping[str, Any]:
    """The JSON Schema of the spec in a release and a version of its API."""
    spec = _below({"fields": _fields()["spec"]}, version, api)
    if capabilities.contract(KSERVE, version)["runtimes"]:
        spec["properties"]["runtime"] = _KINDS["text"]
    kubernetes = json.loads((SCHEMAS / "kubernetes.schema.json").read_text("utf-8"))["$defs"]
    pod = kubernetes["PodSpec"]
    containers = {key: {"type": "array", "items": _container(kubernetes)} for key in ("containers", "initContainers")}
    return {**spec, "$defs": {**kubernetes, "PodSpec": {**pod, "properties": pod["properties"] | containers}}}


def _container(kubernetes: Mapping[str, Any]) -> Mapping[str, Any]:
    whole: Mapping[str, Any] = kubernetes["MoreOfContainer"]
    return whole


def _below(entry: Mapping[str, Any], version: str, api: str) -> dict[str, Any]:
    """A map of fields, of which those stay that the release and the API have."""
    known = {
        name: _schema(field, version, api) for name, field in entry["fields"].items() if not lacks(field, version, api)
    }
    return {
        "type": ["object", "null"], "additionalProperties": False, "properties": known,
        "required": list(entry.get("needs", ())),
    }  # fmt: skip


def _schema(field: Any, version: str, api: str) -> Mapping[str, Any]:
    if isinstance(field, str):
        return _KINDS[field]
    if "fields" in field:
        whole = _below(field, version, api)
        return {"type": ["array", "null"], "items": whole} if field.get("list") else whole
    if choices := field.get("choices"):
        return {"enum": list(choices)}
    return _KINDS[field["is"]]


def lacks(field: Any, version: str, api: str) -> str:
    """Why a release or an API does not have a field, as a clause; "" when it does."""
    if isinstance(field, str):
        return ""
    if (only := field.get("api")) and api and api != only:
        return f"only {only} has it"
    since = field.get("since")
    known = capabilities.versions(KSERVE)
    if since and known.index(version) < known.index(since):
        return f"it came with KServe {since}"
    return ""


def field_of(keys: Keys) -> Any:
    """What schemas/kserve-fields.yaml has for a path of the spec; None for nothing."""
    entry: Any = {"fields": _fields()["spec"]}
    for key in (key for key in keys if not isinstance(key, int)):
        entry = entry.get("fields", {}).get(key) if isinstance(entry, Mapping) else None
    return entry


def known_beside(keys: Keys, version: str, api: str) -> list[str]:
    """The fields that may stand in the same place, of a pod's as well."""
    whole = schema_of(version, api)
    node: Any = whole
    for key in keys[:-1]:
        node = _resolved(node, whole)
        node = node.get("items") if isinstance(key, int) else node.get("properties", {}).get(key)
    return sorted(_resolved(node, whole).get("properties", {}))


def _resolved(schema: Any, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(schema, Mapping):
        return {}
    if alternatives := schema.get("anyOf"):
        return _resolved(alternatives[0], whole)
    if reference := schema.get("$ref"):
        return _resolved(whole["$defs"][reference.rpartition("/")[2]], whole)
    return schema


def instead(keys: Keys) -> str:
    """What to write for a field that people look for here and that is none; "" when nothing is known."""
    *above, name = (str(key) for key in keys if not isinstance(key, int))
    found = _fields()["instead"].get(".".join(above), {}).get(name, "")
    return str(found)


@functools.cache
def _fields() -> Mapping[str, Any]:
    read: Mapping[str, Any] = remembered.data(SCHEMAS / "kserve-fields.yaml")
    return read
