"""How many accelerators an engine takes, as its command line says, and how many its container gets."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from wellit import flags
from wellit.capabilities import Unknown
from wellit.node import Node
from wellit.seen.commandline import ChartLine, CommandLine, GraphLine, ServiceLine
from wellit.seen.devices import Devices, resources
from wellit.seen.graph import Component
from wellit.seen.modelservice import Pod
from wellit.seen.workload import Workload


@dataclass(frozen=True, eq=False)
class Amount:
    """A number of accelerators: `node` is where it is written, `by` how it comes about, `key` the setting of it."""

    number: int
    node: Node
    by: str
    key: str = ""


def given(line: CommandLine) -> Amount | None:
    """How many an engine gets; None for one without any, or where that is not for the values to say."""
    if isinstance(line, ChartLine):
        return _of_pod(line.container.pod)
    if isinstance(line, ServiceLine):
        return _of_workload(line.container)
    return _of_component(line.container) if isinstance(line, GraphLine) else None


def _of_workload(one: Workload) -> Amount | None:
    """How many a pod gets; None where a replica is spread over several."""
    for name, limit in one.node.at("resources", "limits").items():
        if name in resources() and (number := limit.number()) and not one.place["worker"].value:
            return Amount(number, limit, f"{name}: {number}", f"limits {name}")
    return None


def _of_component(component: Component) -> Amount | None:
    """How many each replica gets: those of a pod, times its pods."""
    gpus = component.node["gpus"]
    if not component.gpus:
        return None
    by = f"{component.gpus} GPU{'s' if component.gpus > 1 else ''}" + (
        f" in each of {component.nodes} pods" if component.nodes > 1 else ""
    )
    key = str(gpus.owner.path(gpus.keys)[-1])  # in an object: gpu, nvidia.com/gpu
    return Amount(component.gpus * component.nodes, gpus, by, f"{key} times its pods" if component.nodes > 1 else key)


def _of_pod(pod: Pod) -> Amount | None:
    devices, facts, parallel = Devices(pod), pod.service.facts, pod.parallel
    resource = devices.resource(pod.main)
    if (
        not resource
        or resource in facts["severalDevices"]
        or devices.by_claim
        or parallel.wrong
        or pod.service.release.root["multinode"].value
    ):
        return None
    limits = pod.main.node.at("resources", "limits", resource)
    if limits.written and facts["userGpuLimitWins"]:
        number = limits.number()
        return Amount(number, limits, f"{resource}: {number}", f"limits {resource}") if number else None
    by = f"parallelism.tensor {parallel.tensor}" + (f" times dataLocal {parallel.local}" if parallel.local > 1 else "")
    return Amount(parallel.devices, parallel.node["tensor"], by, f"{pod.role}.parallelism.tensor")


def taken(line: CommandLine) -> Amount | None:
    """How many the engine takes; None when it cannot be told, or when it takes none at all."""
    known = flags.program(line.engine.name)
    devices = known.head.get("devices") if known else None
    answer = line.anyway
    if not devices or isinstance(answer, Unknown) or answer.problems or line.container.words.elsewhere:
        return None
    if any(answer.last(flag) for flag in devices.get("elsewhere", ())):
        return None
    said = [line.mention(flag) or line.mention(devices.get("else", {}).get(flag, "")) for flag in devices["times"]]
    found = [mention for mention in said if mention]
    numbers = [given.value for given, _ in found]
    if not all(number.isdecimal() for number in numbers):
        return None
    node = found[0][1] if found else line.container.node["args"]
    by = " ".join(f"{given.spelled} {given.value}" for given, _ in found)
    return Amount(prod(map(int, numbers)) * _written(line), node, by)


def _written(line: CommandLine) -> int:
    """What the chart writes of it by itself, where the words do not say otherwise."""
    if not isinstance(line, ChartLine) or line.container.own:
        return 1
    parallel = line.container.pod.parallel
    degrees = {"tensorParallel": parallel.tensor, "dataParallel": parallel.local}
    return prod(
        degree for name, degree in degrees.items() if line.container.injects(name) and not line.given(name)
    )  # fmt: skip
