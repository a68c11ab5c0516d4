"""Prefill and decode apart: which servers of a release share the work, and what each is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.engines import Engine
from wellit.node import Node
from wellit.seen.graph import Graph, graphs
from wellit.seen.modelservice import Pod, Service, services
from wellit.seen.neutral import Told, spec, told, unclear
from wellit.seen.service import Service as KServeService
from wellit.seen.service import services as kserve_services
from wellit.seen.sidecars import among as own_sidecars
from wellit.seen.started import Started
from wellit.subject import DECODE, PREFILL, Subject

ROLE, TRANSFER, PORT = "disaggregationRole", "disaggregationTransfer", "transferPort"
EITHER, NONE = "either", "none"


@dataclass(frozen=True, eq=False)
class Pair:
    """A prefill and a decode server that share the work, of the same engine, whatever starts them."""

    prefill: Started
    decode: Started
    engine: Engine

    @property
    def both(self) -> tuple[Started, Started]:
        return self.prefill, self.decode

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the engine's file says of the two."""
        return facts(self.engine)


@dataclass(frozen=True, eq=False)
class Apart:
    """A release of which prefill and decode servers run, both of the same engine."""

    service: Service
    prefill: Pod
    decode: Pod
    engine: Engine

    @property
    def both(self) -> tuple[Pod, Pod]:
        return self.prefill, self.decode

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the engine's file says of the two; empty when it cannot work so."""
        return facts(self.engine)

    @property
    def pair(self) -> Pair:
        return Pair(self.prefill.main, self.decode.main, self.engine)

    @cached_property
    def asked_for(self) -> bool:
        """Whether any of the two is told to share the work."""
        return any(told(pod.main, ROLE) or told(pod.main, TRANSFER) for pod in self.both)


def facts(engine: Engine) -> Mapping[str, Any]:
    found: Mapping[str, Any] = engine.data.get("disaggregation") or {}
    return found


def aparts(subject: Subject) -> Iterator[Apart]:
    """Every release whose prefill and decode servers both run, with the same known engine."""
    for service in services(subject):
        roles = {pod.role: pod for pod in service.pods if runs(pod)}
        if len(roles) == 2:
            engine = roles[DECODE].main.engine
            if engine and engine is roles[PREFILL].main.engine and facts(engine):
                yield Apart(service, roles[PREFILL], roles[DECODE], engine)


def pairs(subject: Subject) -> Iterator[Pair]:
    """Every prefill server with the decode server that takes over from it: of charts, graphs, services of KServe's."""
    yield from (apart.pair for apart in aparts(subject))
    for graph in graphs(subject):
        yield from graph_pairs(graph)
    yield from (pair for service in kserve_services(subject) if (pair := service_pair(service)))


def service_pair(service: KServeService) -> Pair | None:
    """That of a service of KServe's; None where prefill is not apart, or is another engine's."""
    if not service.apart:
        return None
    decode, prefill = service.workloads
    engine = decode.engine
    runs_both = decode.replicas != 0 and prefill.replicas != 0
    return (
        Pair(prefill, decode, engine) if runs_both and engine and engine is prefill.engine and facts(engine) else None
    )


def graph_pairs(graph: Graph) -> Iterator[Pair]:
    """Those of one graph; where it has several of a role, which belong together is not for the values to say."""
    prefills, decodes = graph.with_role(PREFILL), graph.with_role(DECODE)
    if len(prefills) == len(decodes) == 1:
        engine = decodes[0].engine
        if engine and engine is prefills[0].engine and facts(engine):
            yield Pair(prefills[0], decodes[0], engine)


def replicas(pod: Pod) -> int | None:
    """How many pods there are of the role; None when it is no number. An object without a number has one."""
    default = 1 if pod.service.release.of_objects else int(pod.service.facts["replicas"][pod.role])
    return pod.node["replicas"].number(default)


def runs(pod: Pod) -> bool:
    """Whether there are pods of the role, as far as the values tell."""
    return replicas(pod) != 0


def pod_of(service: Service, role: str) -> Pod | None:
    """The role's pods; None when there are none."""
    return next((pod for pod in service.pods if pod.role == role and runs(pod)), None)


@dataclass(frozen=True, eq=False)
class Role:
    """The role that a server is told: prefill, decode, either, none, or "" for nothing that is known.

    `default` says that nothing is written; `unclear` why that is not certain.
    """

    name: str
    at: Node
    told: Told | None
    unclear: str

    @property
    def untold(self) -> bool:
        return self.told is None or self.name == NONE


def role_told(container: Started) -> Role:
    """The role that a container's engine is told."""
    said = told(container, ROLE)
    if said is None:
        return Role(NONE, container.node["args"], None, unclear(container))
    assert container.engine
    named = {own: name for name, own in spec(container.engine, ROLE).get("values", {}).items()}
    name = named.get(said.value, said.value)
    known = name in (PREFILL, DECODE, EITHER, NONE)
    return Role(name if known else "", said.node, said, "it is only known when it starts" if said.open else "")


@dataclass(frozen=True, eq=False)
class Difference:
    """A setting that prefill and decode servers are told differently."""

    prefill: Told
    decode: Told

    @property
    def message(self) -> str:
        return (
            f"the decode servers have {self.decode.by} {self.decode.value},"
            f" the prefill servers {self.prefill.by} {self.prefill.value}"
        )

    @property
    def write(self) -> str:
        return f"{self.prefill.by} {self.prefill.value}, or {self.decode.value} on both"


def differences(pair: Pair, settings: Iterable[str]) -> Iterator[Difference]:
    """The settings that both are told, in other words on the one than on the other."""
    for setting in settings:
        prefill, decode = (told(one, setting) for one in pair.both)
        if prefill and decode and not (prefill.open or decode.open):
            same = pair.facts.get("equal", {}).get(setting, {})
            if same.get(prefill.value, prefill.value) != same.get(decode.value, decode.value):
                yield Difference(prefill, decode)


def own_proxy(pod: Pod) -> bool:
    """Whether a routing proxy of the person's own stands in the pod, as a container or before them."""
    return any(True for _ in own_sidecars(pod.node))


def way_to_tell(engine: Engine, role: str) -> str:
    """What to write so that a server of the engine has the role: its own arguments."""
    words = [str(word) for word in facts(engine)[role]["args"]]
    quoted = [f"'{word}'" if any(sign in word for sign in '{}"') else word for word in words[:2]]
    return f"args: [{', '.join(quoted)}, ...]"
