"""Manifests -> picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wellit.carried import Carried
from wellit.node import whole
from wellit.picture import events, filters, graphs, pickers, pods, routes
from wellit.picture.model import Edge, Node, Picture
from wellit.picture.objects import WORKLOADS, Object, World, matched_labels
from wellit.picture.plain import maps
from wellit.subject import PREFILL

ORDER = ("client", "gateway", "filter", "route", "pool", "service", "picker", "frontend", "pods", "workload")


def read(manifests: Iterable[Mapping[str, Any]], namespace: str, about: Mapping[str, str] | None = None) -> Picture:
    """The picture of the manifests of one stack that goes into `namespace`."""
    return _Drawing(World.of(manifests, namespace)).picture(about or {})


@dataclass
class _Drawing:
    world: World
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    def picture(self, about: Mapping[str, str]) -> Picture:
        used: list[Object] = []
        for item in self.world.all("Gateway"):
            self._add(routes.gateway(item))
        for item in self.world.all("HTTPRoute"):
            self._add(routes.route(item))
        for node, edge, behind in filters.of_gateways(self.world):
            self._add(node)
            self.edges.append(edge)
            used += behind
            if edge.target not in self.nodes:
                self._add(Node("gateway", edge.target.partition("/")[2], there=False))
        pools = list(self.world.all("InferencePool"))
        for pool in pools:
            used += self._pool(pool)
        for item in self.world.all(*WORKLOADS):
            if item not in used:
                self._add(pods.node_of(item, self.world))
        for pool in pools:
            self._members(pool)
        for item in self.world.all("HTTPRoute"):
            self._route(item)
        self._prefills()
        for item, known in graphs.all_of(self.world):
            self._graph(item, known)
        notes = self._entrance()
        self._shared()
        ordered = sorted(self.nodes.values(), key=lambda node: (ORDER.index(node.kind), _rank(node)))
        return Picture(tuple(ordered), tuple(self.edges), about, notes)

    def _add(self, node: Node) -> None:
        known = self.nodes.get(node.id)
        if known is None or (node.there and not known.there):
            self.nodes[node.id] = node

    def _trouble(self, key: str, words: str) -> None:
        self.nodes[key] = self.nodes[key].with_trouble(words)

    def _pool(self, pool: Object) -> list[Object]:
        spec = pool.spec
        ports = [one.get("number") for one in maps(spec.get("targetPorts"))] or [spec.get("targetPortNumber")]
        facts: dict[str, Any] = {"ports": [number for port in ports if (number := whole(port))]}
        facts["selects"] = matched_labels(spec.get("selector"))
        node = Node("pool", pool.name, facts, object=(pool.api_version, pool.kind))
        self._add(node)
        picker, edge, behind = pickers.of_pool(pool, node, self.world)
        self._add(picker)
        self.edges.append(edge)
        return behind

    def _members(self, pool: Object) -> None:
        node = self.nodes[f"pool/{pool.name}"]
        chosen = self.world.selected(node.facts["selects"], pool.namespace)
        members = [found for item in chosen if (found := self._pods(item)) is not None]
        for member in sorted(members, key=_rank):
            ports = node.facts["ports"]
            fronts = pods.fronts(member)
            broken = ""
            if fronts and not fronts & set(ports):
                broken = f"the pool {pool.name} sends to port {_several(ports)}; {member.name} listens at {min(fronts)}"
            labels = ("picked for prompts",) if member.role == PREFILL else (f"to port {_several(ports)}",)
            self.edges.append(Edge(node.id, member.id, "sends", labels, broken))
        for edge in [one for one in self.edges if one.target == node.id and one.does == "picks"]:
            self._events(self.nodes[edge.source], members)
        if not members:
            self._trouble(node.id, "it selects no pod of this stack")
        elif not any(member.facts["pods"] for member in members):
            self._trouble(node.id, "all that it selects is scaled to 0 pods")

    def _events(self, picker: Node, members: list[Node]) -> None:
        arrows = events.arrows(picker, members)
        self.edges += arrows
        if members and events.HEARS in picker.facts and not arrows:
            self._trouble(picker.id, "it listens for KV events, and no pod of its pool publishes any")

    def _pods(self, item: Object) -> Node | None:
        return next((self.nodes[k] for k in (f"pods/{item.name}", f"workload/{item.name}") if k in self.nodes), None)

    def _route(self, item: Object) -> None:
        for edge, missing in routes.parents(item, self.world):
            if missing:
                self._add(missing)
            self.edges.append(edge)
        for group, kind, space, name, labels, reference in routes.backends(item):
            self._backend(item, (group, kind, space, name), labels, reference)

    def _backend(
        self, item: Object, wanted: tuple[str, str, str, str], labels: tuple[str, ...], reference: Mapping[str, Any]
    ) -> None:
        group, kind, space, name = wanted
        found = self.world.get(kind, name, space, group)
        what = "pool" if kind == "InferencePool" else "service"
        key = f"{what}/{name}"
        broken = ""
        if not found:
            other = self.world.get(kind, name, space)
            said = f"is of the group {other.group}, not {group}" if other else "is not in this stack"
            broken = f"the route {item.name} leads to the {kind} {name}, which {said}"
            self._add(Node("pool" if what == "pool" else "service", name, there=False))
        elif what == "service":
            broken = self._service(found, reference, item)
        self.edges.append(Edge(f"route/{item.name}", key, "sends", labels, broken))

    def _service(self, service: Object, reference: Mapping[str, Any], item: Object) -> str:
        """Adds a service that takes a route's requests. Returns what is broken about the way to it."""
        ports = maps(service.spec.get("ports"))
        selector = matched_labels(service.spec.get("selector"))
        key = f"service/{service.name}"
        if key not in self.nodes:
            facts = {"ports": [one.get("port") for one in ports], "selects": selector}
            self._add(Node("service", service.name, facts))
            for member in filter(None, map(self._pods, self.world.selected(selector, service.namespace))):
                self.edges.append(Edge(key, member.id, "sends"))
        port = reference.get("port")
        if port not in [one.get("port") for one in ports]:
            return f"the route {item.name} leads to port {port} of the service {service.name}, which it does not have"
        return ""

    def _prefills(self) -> None:
        """Arrows from decode to prefill pods of one pool: the decode pods' proxy sends prompts there first."""
        for pool in [node for node in self.nodes.values() if node.kind == "pool"]:
            keys = [edge.target for edge in self.edges if edge.source == pool.id and edge.does == "sends"]
            members = [self.nodes[key] for key in keys]
            asking = [one for one in members if one.role != PREFILL and pods.proxy_of(one)]
            for prefill in [one for one in members if one.role == PREFILL]:
                if not asking:
                    self._trouble(prefill.id, "nothing sends prompts here: no pod of its pool has a routing proxy")
                for decode in asking:
                    proxy = pods.proxy_of(decode)
                    connector = str(proxy.facts.get("connector", "")) if proxy else ""
                    asked = [f"to port {port}" for port in sorted(pods.fronts(prefill))[:1]]
                    labels = ("prompt first", *asked, *([f"KV by {connector}"] if connector else []))
                    self.edges.append(Edge(decode.id, prefill.id, "prefills", labels))

    def _graph(self, item: Object, known: Carried) -> None:
        made = graphs.nodes(item, known, self.world)
        for node in made:
            self._add(node)
        self._add(Node("client", "client"))
        self.edges += graphs.edges(known, made, item)
        for key, words in graphs.troubles(made):
            self._trouble(key, words)

    def _entrance(self) -> tuple[str, ...]:
        """A client before the gateways. Returns what is to be known where there is none."""
        gateways = [node for node in self.nodes.values() if node.kind == "gateway"]
        for node in gateways:
            if not any(edge.source == node.id for edge in self.edges):
                self._trouble(node.id, "no route hangs on it")
        led = {edge.target for edge in self.edges if edge.does == "sends"}
        for node in list(self.nodes.values()):
            if node.kind == "route" and node.id not in led:
                self._trouble(node.id, "it hangs on no gateway")
            if node.kind == "pool" and node.id not in led and gateways:
                self._trouble(node.id, "no route leads to it")
            if node.kind == "pods" and node.id not in led and not node.live:
                self._trouble(node.id, "no pool selects it")
        if not gateways and "client/client" in self.nodes:
            return ()
        if not gateways:
            return ("there is no gateway: requests go straight to a model pod, and the picker is not asked",)
        self._add(Node("client", "client"))
        first = [Edge("client/client", node.id, "sends", tuple(_url(node))) for node in gateways]
        self.edges[:0] = first
        return ()

    def _shared(self) -> None:
        """Pods that two pools select: each picker counts on having them for itself."""
        for node in [one for one in self.nodes.values() if one.kind in ("pods", "workload")]:
            owners = [e.source for e in self.edges if e.target == node.id and e.source.startswith("pool/")]
            if len(owners) > 1:
                names = " and ".join(owner.partition("/")[2] for owner in owners)
                self._trouble(node.id, f"it is in {len(owners)} pools at once: {names}")
                self.edges = [
                    replace(e, broken=e.broken or f"{node.name} is in another pool too")
                    if e.target == node.id and e.source in owners and e.source != owners[0]
                    else e
                    for e in self.edges
                ]


def _rank(node: Node) -> int:
    """Prefill pods stand after the others."""
    return int(node.role == PREFILL)


def _several(ports: Iterable[Any]) -> str:
    known = list(ports)
    return f"{known[0]}-{known[-1]}" if len(known) > 2 else " and ".join(map(str, known)) or "?"


def _url(gateway: Node) -> list[str]:
    return [str(one) for one in gateway.facts.get("listens", [])]
