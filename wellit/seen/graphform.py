"""The form of a DynamoGraphDeployment, as our schema of it has it: what is not of it, and which version it would be of.

The schema (schemas/dynamographdeployments.yaml) has Dynamo's own fields; pods and containers are Kubernetes'
(schemas/kubernetes.schema.json).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import remembered
from wellit.carried import PARTS
from wellit.node import Node
from wellit.paths import SCHEMAS
from wellit.schema import problems_of
from wellit.schema.problems import Problem
from wellit.seen.workloads import Object, of_kind
from wellit.source import Key, Keys
from wellit.subject import Subject

KIND, GROUP = "DynamoGraphDeployment", "nvidia.com"
_POD = {"$ref": "#/$defs/PodSpec"}
_CONTAINER = {"$ref": "#/$defs/MoreOfContainer"}
_ANYTHING: dict[str, Any] = {}


@dataclass(frozen=True, eq=False)
class Form:
    """One object of a version that there is, and what is wrong with its form."""

    object: Object
    version: str
    problems: tuple[Problem, ...]

    @property
    def spec(self) -> Node:
        return self.object.root["spec"]

    @property
    def api(self) -> str:
        return f"{GROUP}/{self.version}"

    def instead(self, keys: Keys) -> str:
        """What this version has for a field of the other one; "" for a field that the other has not, either."""
        level = level_of(keys)
        found = fields()[other(self.version)].get(level, {}).get(keys[-1]) if level else None
        return str(found or "")

    def known(self, keys: Keys) -> list[str]:
        """The fields that may stand beside this one."""
        node: Any = schema_of(self.version)
        for key in keys[:-1]:
            node = _below(node, key)
        return sorted(_resolved(node).get("properties", {}))


def forms(subject: Subject) -> list[Form]:
    """Every graph whose API version there is."""
    return subject.once(_forms)


def _forms(subject: Subject) -> list[Form]:
    graphs = [one for one in of_kind(subject, KIND) if one.group == GROUP]
    return [_form(one, version) for one in graphs if (version := one.api.rpartition("/")[2]) in versions()]


def _form(one: Object, version: str) -> Form:
    found = problems_of(one.root["spec"].value or {}, schema_of(version))
    return Form(one, version, tuple(found))


def level_of(keys: Keys) -> str:
    """Where in the spec a field stands: spec, component, or ""."""
    if len(keys) == 1:
        return "spec"
    return "component" if len(keys) == 3 and keys[0] in PARTS else ""


@functools.cache
def fields() -> Mapping[str, Any]:
    """What the versions call the same: schemas/graph-fields.yaml."""
    read: Mapping[str, Any] = remembered.data(SCHEMAS / "graph-fields.yaml")
    return read


def other(version: str) -> str:
    return next(one for one in versions() if one != version)


def frameworks() -> list[str]:
    """The engines that a graph may name."""
    return list(schema_of(versions()[-1])["properties"]["backendFramework"]["enum"])


def types(version: str) -> list[str]:
    """The types of a component that the operator knows."""
    return list(fields()["types"][version])


@functools.cache
def _definition() -> Mapping[str, Any]:
    read = remembered.data(SCHEMAS / "dynamographdeployments.yaml")
    return {one["name"]: one["schema"]["openAPIV3Schema"] for one in read["spec"]["versions"]}


def versions() -> list[str]:
    """The versions of the API, the older one first."""
    return sorted(_definition())


@functools.cache
def schema_of(version: str) -> Mapping[str, Any]:
    """The JSON Schema of an object's spec."""
    spec = _closed(_definition()[version]["properties"]["spec"], ())
    for name in fields()[other(version)]["spec"]:
        spec["properties"].pop(name, None)
    kubernetes = json.loads((SCHEMAS / "kubernetes.schema.json").read_text("utf-8"))["$defs"]
    pod = kubernetes["PodSpec"]
    containers = {"containers": {"type": "array", "items": _CONTAINER}, "mainContainer": _CONTAINER}
    kubernetes["Strings"] = _ANYTHING  # words that are none have a rule of their own
    return {**spec, "$defs": {**kubernetes, "PodSpec": {**pod, "properties": pod["properties"] | containers}}}


def _closed(schema: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """A schema of Kubernetes' kind as JSON Schema has it, in which a field that is not named is none."""
    if keys[-1:] == ("extraPodSpec",) or keys[-2:] == ("podTemplate", "spec"):
        return dict(_POD)
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    kept = {name: value for name, value in schema.items() if not name.startswith("x-") and name not in _OF_RULES}
    if "pattern" in schema and "description" in schema:
        kept["x-must"] = f"be {schema['description']}"
    if "properties" in schema:
        kept["properties"] = {name: _closed(inner, (*keys, name)) for name, inner in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            kept["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), Mapping):
        kept["additionalProperties"] = _closed(schema["additionalProperties"], keys)
    if "items" in schema:
        kept["items"] = _closed(schema["items"], keys)
    return kept


# What has a rule with words of its own: how many components there are, and what they are called.
_OF_RULES = ("maxItems", "maxProperties", "format", "default", "description")


def _below(schema: Any, key: Key) -> Any:
    schema = _resolved(schema)
    if isinstance(key, int):
        return schema.get("items", {})
    return schema.get("properties", {}).get(key) or schema.get("additionalProperties") or {}


def _resolved(schema: Any) -> Mapping[str, Any]:
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    if not reference:
        return schema
    found: Mapping[str, Any] = schema_of(versions()[0])["$defs"][reference.rpartition("/")[2]]
    return _resolved(found)


def iterate(subject: Subject, kind: str) -> Iterator[tuple[Form, Problem]]:
    """The problems of one kind, of every graph."""
    return ((form, problem) for form in forms(subject) for problem in form.problems if problem.kind == kind)
