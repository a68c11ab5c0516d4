"""A graph of Dynamo: its frontend takes the requests and sends them to its workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from wellit.carried import Carried, carried
from wellit.picture import pods
from wellit.picture.model import Edge, Node
from wellit.picture.objects import Object, World
from wellit.picture.plain import mapping
from wellit.seen import words as command_lines
from wellit.seen.graphflags import router
from wellit.seen.words import Words
from wellit.subject import DECODE, PREFILL
from wellit.templates import Template, templates

OWN_ROUTER = "round-robin, as it is by itself"


def all_of(world: World) -> Iterator[tuple[Object, Carried]]:
    """Every object of the stack that a project's own controller makes pods of, but those of which all is drawn."""
    for item in world.objects:
        if (known := carried(item.group, item.kind)) and not known.makes:
            yield item, known


def nodes(item: Object, known: Carried, world: World) -> list[Node]:
    """One for each part of it, its frontends first."""
    made = [_node(item, known, one, world) for one in templates(item.manifest)]
    return sorted(made, key=lambda node: node.kind != "frontend")


def edges(known: Carried, made: list[Node], item: Object) -> Iterator[Edge]:
    """From the client to its frontends, from those to the workers, and where a decode worker has its KV cache from."""
    split = any(node.role == PREFILL for node in made)
    workers = sorted((node for node in made if node.kind == "pods"), key=lambda node: node.role == PREFILL)
    for front in (node for node in made if node.kind == "frontend"):
        port = known.entry["port"]
        yield Edge("client/client", front.id, "sends", (f"service {front.facts['service']}", f"port {port}"))
        for worker in workers:
            label = "prompts first" if worker.role == PREFILL else "then its answer" if split else "all of a request"
            yield Edge(front.id, worker.id, "sends", (label,))
    for decode in (node for node in workers if node.role == DECODE):
        for prefill in (node for node in workers if node.role == PREFILL):
            yield Edge(decode.id, prefill.id, "prefills", ("KV cache from", *_handed_over(item, prefill)))


def troubles(made: list[Node]) -> Iterator[tuple[str, str]]:
    """(node, what does not join) of the parts of one graph."""
    running = [node for node in made if node.facts.get("pods")]
    roles = {node.role for node in running if node.kind == "pods"}
    fronts = [node for node in running if node.kind == "frontend"]
    for node in running:
        if node.kind == "frontend" and not roles:
            yield node.id, "no worker answers what it takes"
        if node.kind == "pods" and not fronts:
            yield node.id, "no frontend sends requests here"
        if node.role == PREFILL and DECODE not in roles:
            yield node.id, "no decode worker takes its KV caches"
        if node.role == DECODE and PREFILL not in roles:
            yield node.id, "no prefill worker reads its prompts"


def _node(item: Object, known: Carried, one: Template, world: World) -> Node:
    front = known.takes_requests(one.does)
    labels = {key: value for key, value in one.labels.items() if key not in (known.pods, known.part)}
    template = {"metadata": {"labels": labels}, "spec": one.spec}
    body = {"kind": item.kind, "metadata": {"name": f"{item.name}/{one.part}"},
            "spec": {"replicas": one.count, "template": template}}  # fmt: skip
    made = pods.node_of(Object(body, item.namespace), world)
    facts = {key: value for key, value in made.facts.items() if key != "labels" or value}
    if one.does in (PREFILL, DECODE):
        facts = {"role": one.does} | facts
    if front:
        facts |= {"service": known.service(item.name, one.part), "chooses a worker": router(one.main) or OWN_ROUTER}
    containers = () if front else made.containers
    kind = "frontend" if front else made.kind
    return replace(
        made, kind=kind, facts=facts, containers=containers, object=(item.api_version, item.kind), live=item.name
    )


def _handed_over(item: Object, prefill: Node) -> Iterator[str]:
    """By what, and at which port, a prefill worker hands its KV caches over."""
    for one in templates(item.manifest):
        if prefill.name != f"{item.name}/{one.part}":
            continue
        spoken = _words(one.main)
        engine = pods.worker_of(spoken)
        flags: Mapping[str, Any] = mapping(engine.dynamo.get("flags")) if engine else {}
        for flag, said in (("backend", "by {}"), ("bootstrapPort", "met at port {}")):
            if given := spoken.given(str(flags.get(flag, ""))):
                yield said.format(given.value)


def _words(container: Mapping[str, Any]) -> Words:
    place = Object({"kind": "Pod", "spec": {"containers": [container]}}, "").place("containers", 0)
    return command_lines.read(place["command"], place["args"])
