"""Whether the pods and claims of a stack keep within the namespace's LimitRanges (WL617). Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wellit.access import Unread
from wellit.cluster import Cluster
from wellit.demand import Demand, Manifest, containers
from wellit.findings import Check
from wellit.placement import words
from wellit.quantities import amounts, milli, pod_asks, pod_limits, written


@dataclass(frozen=True)
class Breach:
    """Something outside of a range: who, which bound of which item, what it asks; 0 for nothing."""

    who: str
    item: int
    bound: str
    resource: str
    asked: int
    limit: int
    block: str

    @property
    def words(self) -> str:
        edge = "at most" if self.bound == "max" else "at least"
        if not self.asked:
            said = f"says no {self.block[:-1]} of {self.resource}"
        else:
            said = f"has {words(_sized(self.resource), self.asked)} {self.resource} as its {self.block[:-1]}"
        return f"{self.who} {said}; {edge} {words(_sized(self.resource), self.limit)} is let in"


def ranges(demand: Demand, cluster: Cluster) -> Iterator[Check]:
    """One check for each LimitRange; nothing where there is none."""
    around = cluster.around
    if around is None:
        return
    if isinstance(around.ranges, Unread):
        yield Check("WL617", f"pods keep within the limits of {demand.namespace}", "unknown", around.ranges.words)
        return
    for one in around.ranges:
        name = one["metadata"]["name"]
        title = f"pods keep within the limit range {name} of {demand.namespace}"
        breaches = list(dict.fromkeys(_breaches(demand, one, around.ranges)))
        if not breaches:
            yield Check("WL617", title, "pass")
            continue
        told = "; ".join(breach.words for breach in breaches[:4])
        patch = json.dumps(list(_patch(one, breaches)))
        where = f"-n {demand.namespace} --type=json -p '{patch}'"
        fix = f"kubectl {cluster.flags} patch limitrange {name} {where}"
        yield Check("WL617", title, "fail", told, f"{fix}; or other resources in the settings")


def defaulted(spec: Manifest, ranges: Iterable[Manifest]) -> Manifest:
    """A pod as admission leaves it: its containers with what LimitRanges say for those that say nothing."""
    items = [
        item for one in ranges for item in (one.get("spec") or {}).get("limits") or [] if item["type"] == "Container"
    ]
    if not items:
        return spec
    return {
        **spec,
        **{key: [_filled(c, items) for c in spec[key]] for key in ("initContainers", "containers") if spec.get(key)},
    }


def _filled(container: Manifest, items: Iterable[Manifest]) -> Manifest:
    said = container.get("resources") or {}
    limits, requests = dict(said.get("limits") or {}), dict(said.get("requests") or {})
    requests = limits | requests  # a limit stands for a request before anything else is filled in
    for item in items:
        limits = (item.get("default") or {}) | limits
        requests = (item.get("defaultRequest") or {}) | requests
    return {**container, "resources": {**said, "limits": limits, "requests": requests}}


def _breaches(demand: Demand, one: Manifest, ranges: Iterable[Manifest]) -> Iterator[Breach]:
    for number, item in enumerate((one.get("spec") or {}).get("limits") or []):
        if item["type"] == "PersistentVolumeClaim":
            for by, claim in demand.claims:
                requests = (claim.get("resources") or {}).get("requests") or {}
                size = {name: milli(amount) for name, amount in requests.items()}
                yield from _outside(f"a volume claim of {by}", number, item, size, size)
            continue
        for workload in demand.workloads:
            spec = defaulted(workload.spec, ranges)
            if item["type"] == "Pod":
                yield from _outside(f"a pod of {workload}", number, item, pod_asks(spec), pod_limits(spec))
            elif item["type"] == "Container":
                for container in containers(spec):
                    who = f"container {container.get('name')} of {workload}"
                    asks, limits = amounts(container, "limits", "requests"), amounts(container, "limits")
                    yield from _outside(who, number, item, asks, limits)


def _outside(
    who: str, number: int, item: Manifest, asks: Mapping[str, int], limits: Mapping[str, int]
) -> Iterator[Breach]:
    """Kubernetes asks both of request and limit; below a minimum the request counts, above a maximum the limit."""
    for resource, said in (item.get("min") or {}).items():
        if asks.get(resource, 0) < milli(said):
            yield Breach(who, number, "min", resource, asks.get(resource, 0), milli(said), "requests")
    for resource, said in (item.get("max") or {}).items():
        if resource not in limits:
            yield Breach(who, number, "max", resource, 0, milli(said), "limits")
        elif limits[resource] > milli(said):
            yield Breach(who, number, "max", resource, limits[resource], milli(said), "limits")


def _patch(one: Manifest, breaches: list[Breach]) -> Iterator[dict[str, Any]]:
    """What widens the range just so far that all of it is let in."""
    widest: dict[tuple[int, str, str], list[Breach]] = {}
    for breach in breaches:
        widest.setdefault((breach.item, breach.bound, breach.resource), []).append(breach)
    for (item, bound, resource), some in widest.items():
        path = f"/spec/limits/{item}/{bound}/{resource.replace('~', '~0').replace('/', '~1')}"
        there = (one["spec"]["limits"][item].get("default") or {}).get(resource)
        if any(not breach.asked for breach in some) and not there:
            yield {"op": "remove", "path": path}
            continue
        reach = (max if bound == "max" else min)(breach.asked for breach in some)
        yield {"op": "replace", "path": path, "value": written(_sized(resource), reach)}


def _sized(resource: str) -> str:
    return "memory" if resource.endswith(("memory", "storage")) else resource
