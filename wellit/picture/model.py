"""What a picture is made of: nodes, and the arrows between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

# In the order in which a request meets them. A service takes a route's requests where no pool does; a frontend is
# Dynamo's; a workload is none of the others.
Kind = Literal["client", "gateway", "filter", "route", "pool", "service", "picker", "frontend", "pods", "workload"]
# sends: requests go that way. picks: a picker chooses among a pool's pods. prefills: prompts go there first.
# tells: pods say to a picker what is in their KV cache. filters: a gateway asks it before it chooses a route.
Does = Literal["sends", "picks", "prefills", "tells", "filters"]
ASKED = ("picks", "filters")


@dataclass(frozen=True)
class State:
    """How a node stands in the cluster at this moment. `good` is None when that is unknown."""

    words: str
    good: bool | None = None
    simulated: bool = False

    @property
    def text(self) -> str:
        return f"{self.words} (simulated)" if self.simulated else self.words


@dataclass(frozen=True)
class Container:
    """One container of a pod: the routing proxy, an engine, or another that stands beside them."""

    name: str
    does: Literal["proxy", "engine", "other"]
    image: str
    title: str = ""  # the engine's
    port: int | None = None  # where it listens
    passes: int | None = None  # of a proxy: where it looks for the engine
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Node:
    """One object, or several that are one to a reader (a picker is a service and its deployment).

    `facts` are what a reader wants to know of it, in order; a value is a word, a number, a list or a map. `there` is
    False for what is only named, and no manifest makes it. `troubles` are what does not join, in words.
    """

    kind: Kind
    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    containers: tuple[Container, ...] = ()
    troubles: tuple[str, ...] = ()
    there: bool = True
    object: tuple[str, str] | None = None  # (apiVersion, kind) of what is looked up in a cluster
    live: str = ""  # its name there, when it is not `name`
    state: State | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def role(self) -> str:
        """Of pods: prefill, decode, or another word of the label; "" when they have none."""
        return str(self.facts.get("role", ""))

    def with_trouble(self, *words: str) -> Node:
        return replace(self, troubles=(*self.troubles, *words))


@dataclass(frozen=True)
class Edge:
    """An arrow. `labels` stand beside it, one a line; `broken` says why nothing comes through."""

    source: str
    target: str
    does: Does
    labels: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True)
class Picture:
    """The whole. `about` says which stack it is; `note` what is to be known of all of it."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    about: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def node(self, key: str) -> Node:
        """The node with this id. Raises KeyError when there is none."""
        for node in self.nodes:
            if node.id == key:
                return node
        raise KeyError(key)

    def of(self, *kinds: Kind) -> list[Node]:
        return [node for node in self.nodes if node.kind in kinds]

    def below(self, node: Node) -> Iterator[tuple[Edge, Node]]:
        """What requests meet after `node`."""
        return (
            (edge, self.node(edge.target)) for edge in self.edges if edge.source == node.id and edge.does == "sends"
        )

    def pickers(self, pool: Node) -> Iterator[tuple[Edge, Node]]:
        """What a pool or a gateway asks: a pool its picker, one where all is well."""
        asked = [edge for edge in self.edges if edge.target == pool.id and edge.does in ASKED]
        return ((edge, self.node(edge.source)) for edge in asked)

    @property
    def roots(self) -> list[Node]:
        """The nodes that nothing leads to: the client, and whatever is left alone."""
        led = {edge.target for edge in self.edges if edge.does == "sends"}
        pickers = {edge.source for edge in self.edges if edge.does in ASKED}
        return [node for node in self.nodes if node.id not in led | pickers]

    @property
    def troubles(self) -> list[str]:
        """All that does not join, in words."""
        found = [f"{node.kind} {node.name}: {words}" for node in self.nodes for words in node.troubles]
        return found + [edge.broken for edge in self.edges if edge.broken]

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "about": dict(self.about),
            "notes": list(self.notes),
            "nodes": [_node(node) for node in self.nodes],
            "edges": [
                {"from": e.source, "to": e.target, "does": e.does, "labels": list(e.labels), "broken": e.broken}
                for e in self.edges
            ],
            "troubles": self.troubles,
        }


def _node(node: Node) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": node.id, "kind": node.kind, "name": node.name, "there": node.there, "facts": dict(node.facts),
        "containers": [
            {"name": c.name, "does": c.does, "image": c.image, "title": c.title, "port": c.port, "passes": c.passes,
             "facts": dict(c.facts)}
            for c in node.containers
        ],
        "troubles": list(node.troubles),
    }  # fmt: skip
    if node.state:
        made["state"] = {"words": node.state.words, "good": node.state.good, "simulated": node.state.simulated}
    return made


def words(value: Any) -> str:
    """A fact as a person reads it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={inner}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(words(inner) for inner in value)
    return str(value)
