"""What the live objects ask of the cluster: so that preflight's checks can be put to what is installed. Pure."""

from __future__ import annotations

from dataclasses import replace

from wellit import demand
from wellit.demand import Demand
from wellit.doctor import ways
from wellit.doctor.sight import Sight
from wellit.owners import made_by
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps


def wants(sight: Sight) -> Demand:
    """What preflight would ask for: room for the pods that found none, classes, and secrets that pods read."""
    made = [one.manifest for one in sight.all("Deployment", "StatefulSet")]
    whole_demand = demand.of([("", one) for one in made], sight.namespace)
    stuck = {
        workload.object.name: count
        for workload in whole_demand.workloads
        if (
            count := sum(
                _unscheduled(pod) and made_by(ways.owner(pod), workload.object.name) for pod in sight.all("Pod")
            )
        )
    }
    waiting = tuple(replace(w, pods=stuck[w.object.name]) for w in whole_demand.workloads if w.object.name in stuck)
    classes = sorted({str(gateway.spec.get("gatewayClassName")) for gateway in sight.all("Gateway")})
    return replace(whole_demand, workloads=waiting, gateway_classes=tuple(classes), acts=(), selectors=())


def _unscheduled(pod: Object) -> bool:
    conditions = maps(mapping(pod.manifest.get("status")).get("conditions"))
    return any(one.get("type") == "PodScheduled" and one.get("status") == "False" for one in conditions)
