"""From a stack's objects to what they mean: alike for rendered objects, live ones, and those values would make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wellit.compare import graphs, picker, routing, workload
from wellit.compare.description import Part
from wellit.compare.objects import Object, Objects, name_of
from wellit.seen import graphform


def parts(objects: Objects) -> tuple[Part, ...]:
    """Every part of the stack, named where several play one role."""
    return tuple(_parts(objects))


def _parts(objects: Objects) -> Iterator[Part]:
    pools = objects.of("InferencePool")
    pickers = {name_of(pool): objects.picker_of(pool) for pool in pools}
    picking = [one for one in pickers.values() if one is not None]
    engines = {
        name_of(one): made
        for one in objects.workloads()
        if one not in picking and _serves(objects, one) and (made := workload.part(one, objects))
    }
    names = {name_of(pool): _name(objects, pool, engines) for pool in pools}
    several = len(pools) > 1
    yield from routing.gateways(objects)
    told = {pool: f"the pool of {name}" if several else "the pool" for pool, name in names.items()}
    yield from routing.routes(objects, told)
    for pool in pools:
        name = names[name_of(pool)]
        yield Part("pool", name, routing.pool_facts(pool))
        if (deployment := pickers[name_of(pool)]) is not None:
            found, unsaid = picker.facts(objects, deployment)
            yield Part("picker", name, found, unsaid)
    for graph in objects.of(graphform.KIND):
        found_parts = list(graphs.parts(graph, objects))
        yield from (part for part in found_parts if part.role == "frontend")
        engines |= {f"{name_of(graph)} {i}": one for i, one in enumerate(found_parts) if one.role != "frontend"}
    for role in ("decode", "prefill"):
        here = {name: part for name, part in engines.items() if part.role == role}
        yield from _named(here)
    yield from routing.charts(objects)
    yield from routing.monitoring(objects)


def _serves(objects: Objects, one: Object) -> bool:
    """Whether its pods are model servers: a pool selects them, or a known engine runs in them."""
    if any(one in objects.selected_by(pool) for pool in objects.of("InferencePool")):
        return True
    made = workload.part(one, objects)
    return bool(made and made.engine)


def _name(objects: Objects, pool: Object, engines: dict[str, Part]) -> str:
    """A pool is told apart by the engines that it selects, else by its own name."""
    found = {engines[name_of(one)].engine for one in objects.selected_by(pool) if name_of(one) in engines}
    return " and ".join(sorted(filter(None, found))) or name_of(pool)


def _named(parts_of_role: dict[str, Part]) -> Iterator[Part]:
    """Each has its engine's name, and its own as well where two run the same engine."""
    listed = list(parts_of_role.items())
    names = [part.name for _, part in listed]
    for name, part in listed:
        own = part.name if names.count(part.name) == 1 else f"{part.name} {name}"
        yield replace(part, name=own)
