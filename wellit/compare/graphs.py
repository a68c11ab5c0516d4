"""A graph of Dynamo, by meaning: its frontend, and its workers by the role that they have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from wellit import engines
from wellit.compare import workload
from wellit.compare.description import Fact, Part
from wellit.compare.objects import Object, Objects
from wellit.seen.graph import FRONTEND
from wellit.templates import Template, templates

ROLES = ("prefill", "decode")
LISTENS = ("host", "enginePort", "port")


def parts(graph: Object, objects: Objects) -> Iterator[Part]:
    """The frontends and the workers of a graph, in either version of its API."""
    framework = str((graph.get("spec") or {}).get("backendFramework", ""))
    for one in templates(graph):
        made = workload.part(_workload(one, framework), objects)
        if made is None:
            continue
        # A worker takes no requests where the engine's own server would listen; what nobody wrote of it is not so.
        facts = {what: fact for what, fact in made.facts.items() if what not in LISTENS or not fact.note}
        if secrets := list(_secrets(one)):
            facts["secret"] = Fact(", ".join(secrets))
        if one.nodes > 1:
            facts["nodes"] = Fact(str(one.nodes))
        if one.does == FRONTEND:
            api = Fact(str(graph.get("apiVersion", "")))
            kept = {key: fact for key, fact in facts.items() if key != "engine"}
            yield Part(FRONTEND, "", kept | {"api": api}, made.unsaid, made.under)
        elif made.engine:
            yield replace(made, role=one.does if one.does in ROLES else "decode", facts=facts)


def _workload(one: Template, framework: str) -> Object:
    """A component as a workload whose pod has one container, in which the engine is started."""
    container = dict(one.main)
    if engine := _engine(one, framework):
        container["runs"] = engine
    template = {"spec": {**one.spec, "containers": [container]}}
    return {"metadata": {"name": one.part}, "spec": {"replicas": one.count // one.nodes, "template": template}}


def _engine(one: Template, framework: str) -> str:
    """The name of the engine that a worker runs: by its module, or where it shows none as the graph says."""
    if one.does == FRONTEND:
        return ""
    words = workload.words_of(one.main).texts
    module = next((after for word, after in itertools.pairwise(words) if word == "-m"), "")
    found = engines.of_dynamo("module", module) if module else engines.of_dynamo("framework", framework)
    return found.name if found else ""


def _secrets(one: Template) -> Iterator[str]:
    for source in one.main.get("envFrom") or []:
        if name := (source.get("secretRef") or {}).get("name"):
            yield str(name)
