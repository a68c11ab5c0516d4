"""Would this stack run on that cluster? Pure: a demand and a look at the cluster give checks, titled as the good state.

WL601 the cluster answers            WL606 pods find room (GPUs first)
WL602 its Kubernetes is new enough   WL607 secrets that the pods read
WL603 the namespace                  WL608 permissions
WL604 the kinds that are rendered    WL609 no other pods behind the pool
WL605 the gateway class              WL611 the controllers of kinds that have one of their own
WL610 what stands in (in a sandbox) has the plugins   WL960-966 what such a controller goes by (besides)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit import besides, operators
from wellit.cluster import Cluster
from wellit.demand import Demand
from wellit.findings import Check
from wellit.preflight import cluster as itself
from wellit.preflight.kinds import classes, kinds, stand_ins
from wellit.preflight.neighbours import neighbours
from wellit.preflight.room import room
from wellit.preflight.secrets import secrets

__all__ = ["classes", "preflight", "room", "secrets"]


def preflight(demand: Demand, cluster: Cluster, values: Mapping[str, Any]) -> list[Check]:
    """All checks. `values` are the stack's settings: the fix of a missing CRD names the version train's release."""
    return [
        itself.reachable(cluster),
        itself.version(cluster, values["versions"].get("kubernetes") or itself.OLDEST),
        itself.namespace(demand, cluster),
        *kinds(demand, cluster, values),
        *classes(demand, cluster, values),
        *operators.checks(demand, cluster, values),
        *(one for item, found in cluster.besides.items() for one in besides.checks(item, found, values, cluster.flags)),
        room(demand, cluster),
        *secrets(demand, cluster, str((values.get("model") or {}).get("secret") or "")),
        itself.permissions(demand, cluster),
        *neighbours(demand, cluster),
        *stand_ins(demand, cluster),
    ]
