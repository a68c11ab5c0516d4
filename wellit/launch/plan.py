"""What is to be started: of the values that Kubernetes would get, the processes that do the same on this machine.

Pure: nothing is looked at and nothing is started. What another way of running needs otherwise (--mock) is said by the
Programs that a plan is made with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wellit import capabilities
from wellit.capabilities import Contract
from wellit.launch import devices, words
from wellit.launch.facts import Local, facts
from wellit.launch.planned import BOOTSTRAP, EVENTS, HTTP, SYSTEM, Options, Plan, Process, Programs, Real
from wellit.launch.ports import Ports
from wellit.launch.unfit import unfit
from wellit.seen import neutral
from wellit.seen.graph import FRONTEND, Component, Graph
from wellit.subject import DYNAMO, PREFILL


def plan(
    name: str, graph: Graph, local: Local, options: Options, programs: Programs | None = None,
    surroundings: Mapping[str, str] | None = None,
) -> Plan:  # fmt: skip
    """What a graph is on this machine.

    `surroundings` is the person's environment, which may say where etcd and NATS are.
    """
    maker = _Maker(graph, local, options, programs or Real(), Ports())
    misfits = tuple(unfit(graph))
    processes = () if misfits else tuple(maker.processes())
    return Plan(
        name, _model(graph), maker.programs.release(graph), local, processes, misfits,
        maker.beside(surroundings or {}), options.traces, graph.framework,
    )  # fmt: skip


@dataclass(frozen=True)
class _Maker:
    graph: Graph
    local: Local
    options: Options
    programs: Programs
    ports: Ports

    @property
    def release(self) -> Contract:
        """What the release of the programs takes, which may be another than the graph is written for."""
        return capabilities.contract(DYNAMO, self.programs.release(self.graph))

    def processes(self) -> Iterator[Process]:
        # The frontend has the port that it is asked for; the others make way.
        for component in sorted(self.graph.running, key=lambda one: one.type != FRONTEND):
            for number in range(component.replicas or 0):
                several = component.replicas != 1
                yield self.process(
                    component, f"{component.name.lower()}-{number}" if several else component.name.lower()
                )

    def process(self, component: Component, name: str) -> Process:
        kind = "frontend" if component.type == FRONTEND else "worker"
        own = (
            {HTTP: self.ports.at(self.local.port)}
            if kind == "frontend"
            else {SYSTEM: self.ports.at(self.local.system_port)}
        )
        variables = _environment(component)
        said = [words.filled(word.text, variables) for word in component.arguments]
        said = words.without(said, [*facts()["every"]["flags"], *facts()[kind]["flags"]])
        if kind == "worker":
            said = self.worker(component, said, own)
        command = self.programs.command(component, said)
        told = {**variables, **self.told(component, kind, own), **command.environment}
        gpus = devices.wanted(component, said) if kind == "worker" and command.on_gpus else 0
        return Process(
            name,
            component,
            FRONTEND if kind == "frontend" else component.role,
            command.argv,
            told,
            own,
            gpus,
            modules=command.modules,
        )

    def worker(self, component: Component, said: list[str], own: dict[str, int]) -> list[str]:
        """A worker's words with this machine's address and with ports of its own, which are added to `own`."""
        if not self.local.open:
            said = words.replaced(said, words.flags(component, "host"), self.local.host)
        bootstrap = words.flags(component, "transferPort")
        wanted = words.value(said, bootstrap)
        if component.role == PREFILL and wanted and wanted.isdecimal():
            own[BOOTSTRAP] = self.ports.at(int(wanted))
            said = words.replaced(said, bootstrap, str(own[BOOTSTRAP]))
        said = self.events(component, said, own)
        return [*said, *(self.tracing(component) if self.options.traces else ())]

    def events(self, component: Component, said: list[str], own: dict[str, int]) -> list[str]:
        """KV events are published at a port of its own, one more for each rank.

        The address stays what it is: an engine binds to one with a star, and connects to any other.
        """
        flags, key = words.flags(component, "kvEventsEndpoint"), _key(component, "kvEventsEndpoint")
        config = words.value(said, flags)
        endpoint = neutral.told(component, "kvEventsEndpoint")
        address, _, port = (endpoint.value if endpoint else "").rpartition(":")
        if not config or not port.isdecimal():
            return said
        ranks = neutral.told(component, "dataParallel")
        own[EVENTS] = self.ports.at(int(port), (ranks and ranks.number) or 1)
        changed = words.with_member(config, key, f"{address}:{own[EVENTS]}")
        return words.replaced(said, flags, changed) if changed else said

    def tracing(self, component: Component) -> list[str]:
        """The words with which its engine sends traces."""
        switch, where = words.flags(component, "tracing"), words.flags(component, "traces")
        address = self.options.traces.partition("://")[2]
        return [*switch[:1], *((where[0], address) if where else ())]

    def told(self, component: Component, kind: str, own: Mapping[str, int]) -> dict[str, str]:
        """The variables that this machine is said by."""
        known, local = facts(), self.local
        values = {
            "host": local.host, "folder": str(self.options.folder / "kv"), "requestPlane": local.request_plane,
            "port": own.get(HTTP, ""), "system": own.get(SYSTEM, ""), "endpoint": self.options.traces,
        }  # fmt: skip
        templates = {**known["every"]["variables"], **known[kind]["variables"]}
        if self.options.traces:
            templates |= known["traces"]["variables"]
        said = {name: template.format(**values) for name, template in templates.items()}
        if not local.open:
            said |= dict.fromkeys(known["loopback"], local.host)
            said |= known["interfaces"].get(local.host, {})
            said |= dict.fromkeys(
                (component.engine.dynamo.get("hostVariables", ()) if component.engine else ()), local.host
            )
        said |= self.by_release()
        return {**said, known["service"]["variable"]: _service(component, kind)}

    def by_release(self) -> dict[str, str]:
        """How this release is told by what its processes find each other, and how they publish events."""
        release = self.release
        said = {str(release["discoveryVariable"]): self.local.discovery}
        if (events := release["eventPlane"]) and self.local.request_plane != "nats":
            said[str(events["variable"])] = str(events["without"])
        return said

    def beside(self, surroundings: Mapping[str, str]) -> dict[str, str]:
        """What must run already: its name and where it is looked for."""
        events = not self.release["eventPlane"] and any(
            neutral.told(one, "kvEventsEndpoint") for one in self.graph.workers
        )
        wanted = {self.local.discovery, self.local.request_plane, *(("nats",) if events else ())}
        return {
            name: surroundings.get(how["variable"]) or str(how["default"])
            for name, how in facts()["beside"].items()
            if name in wanted
        }


def _environment(component: Component) -> dict[str, str]:
    """The variables that the graph says, as far as it says their values."""
    said: dict[str, str] = {}
    for name, entry in component.environment.items():
        if entry["value"].written:
            said[name] = words.filled(str(entry["value"].value), said)
    return said


def _service(component: Component, kind: str) -> str:
    return "-".join(part for part in (facts()["service"][kind], component.role) if part)


def _key(component: Component, setting: str) -> str:
    return str(neutral.spec(component.engine, setting).get("key", "")) if component.engine else ""


def _model(graph: Graph) -> str:
    """The name that requests say."""
    for worker in graph.workers:
        if said := neutral.told(worker, "servedName") or neutral.told(worker, "model"):
            return said.value
    return ""
