"""Gateways, pools and the routes between them: of the releases' charts, and of objects that are given as they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFRA, Release, Subject

EXTRA = ("extraObjects", "extraDeploy")  # where charts take whole objects
LONGEST = 63  # characters of the names that charts make
GATEWAY_GROUP, CORE = "gateway.networking.k8s.io", ""


@dataclass(frozen=True, eq=False)
class Thing:
    """A gateway or a pool. `node` is what says its name, `group` the API group that it is of."""

    name: str
    node: Node
    group: str
    pool: Pool | None = None


@dataclass(frozen=True, eq=False)
class Things:
    """All of a kind that is given. `sure` is whether every name is known: one of a file alone may be any."""

    found: tuple[Thing, ...]
    sure: bool

    @property
    def names(self) -> list[str]:
        return [thing.name for thing in self.found]

    def of(self, name: str) -> Thing | None:
        return next((thing for thing in self.found if thing.name == name), None)


@dataclass(frozen=True, eq=False)
class Reference:
    """What a route names: a parent or a backend."""

    node: Node
    route: Node

    def word(self, key: str, default: str) -> str:
        return self.node[key].text(default)

    @property
    def name(self) -> str:
        return self.node["name"].text()

    @property
    def elsewhere(self) -> bool:
        """Whether it is in another namespace."""
        own = self.route.at("metadata", "namespace").text()
        return self.node["namespace"].text(own) != own


def objects(subject: Subject, *kinds: str) -> Iterator[Node]:
    """The objects of these kinds: rendered ones, and those that values hold as they are."""
    for manifest in subject.manifests or ():
        if manifest.root["kind"].text() in kinds:
            yield manifest.root
    for release in subject.releases:
        for place in EXTRA if not release.of_objects else ():
            for node in release.root[place]:
                if node["kind"].text() in kinds:
                    yield node


def routes(subject: Subject) -> list[Node]:
    return list(objects(subject, "HTTPRoute"))


def parents(route: Node) -> Iterator[Reference]:
    """The Gateways that a route belongs to."""
    for node in route.at("spec", "parentRefs"):
        found = Reference(node, route)
        if found.word("kind", "Gateway") == "Gateway" and found.name:
            yield found


def backends(route: Node) -> Iterator[Reference]:
    for rule in route.at("spec", "rules"):
        for node in rule["backendRefs"]:
            if node["name"].text():
                yield Reference(node, route)


def gateways(subject: Subject) -> Things:
    found = [Thing(_name(node), node.at("metadata", "name"), GATEWAY_GROUP) for node in objects(subject, "Gateway")]
    sure = True
    for release in subject.of(INFRA):
        name = None if release.of_objects else _gateway(release)
        if name and name not in [thing.name for thing in found]:
            found.append(Thing(name, release.root["gateway"], GATEWAY_GROUP))
        sure = sure and (name is not None or release.of_objects)
    return Things(tuple(found), sure)


def _gateway(release: Release) -> str | None:
    """The name of the release's Gateway; None when it is not known, "" when it has none."""
    root = release.root
    if not root["gateway"]["enabled"].flag(True):
        return ""
    overrides = (root["fullnameOverride"], root["nameOverride"], root["gateway"]["fullnameOverride"],
                 root["gateway"]["nameOverride"])  # fmt: skip
    if not release.named or any(node.value for node in overrides):
        return None
    return str(release.facts["gatewayName"]).format(release=release.name)[:LONGEST].rstrip("-")


def inference_pools(subject: Subject) -> Things:
    found = [
        Thing(_name(node), node.at("metadata", "name"), node["apiVersion"].text().partition("/")[0])
        for node in objects(subject, "InferencePool")
    ]
    sure = True
    for pool in pools(subject):
        release = pool.release
        if release.of_objects:
            continue
        sure = sure and release.named
        known = [thing for thing in found if thing.name == pool.name]
        if known:
            found[found.index(known[0])] = Thing(known[0].name, pool.pool, known[0].group, pool)
        elif release.named:
            found.append(Thing(pool.name, pool.pool, pool.group, pool))
    return Things(tuple(found), sure)


def _name(node: Node) -> str:
    return node.at("metadata", "name").text()
