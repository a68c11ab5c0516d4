"""Would this stack run on that cluster? Pure: a demand and a look at the cluster give checks, titled as the good state.

WL601 the cluster answers            WL606 pods find room (GPUs first)
WL602 its Kubernetes is new enough   WL607 secrets that the pods read
WL603 the namespace                  WL608 permissions
WL604 the kinds that are rendered    WL609 no other pods behind the pool
WL605 the gateway class              WL611 the controllers of kinds that have one of their own
WL610 what stands in (in a sandbox) has the plugins   WL960-966 what such a controller goes by (besides)
WL613 nodes let the pods in          WL624 the token looks like one
WL614 accelerators, WL615 devices    WL625 the hub's address and proxies
WL616 quotas, WL617 limit ranges     WL626 definitions of the train's release
WL618 claims, WL619 storage classes  WL627 the gateway's controller looks at pools
WL620 pull secrets
WL629-631 priority class, service account, config maps and runtime classes   WL632 helm and helmfile
WL633 all that is asked may be looked at
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit import besides, operators
from wellit.cluster import Cluster
from wellit.demand import Demand
from wellit.findings import Check
from wellit.needs import Needs
from wellit.preflight import cluster as itself
from wellit.preflight.hub import addresses, token
from wellit.preflight.kinds import classes, definitions, kinds, stand_ins, switch
from wellit.preflight.named import named, pulls
from wellit.preflight.neighbours import neighbours
from wellit.preflight.nodes import nodes
from wellit.preflight.quota import quotas
from wellit.preflight.ranges import ranges
from wellit.preflight.rights import permissions, reading
from wellit.preflight.room import room
from wellit.preflight.secrets import secrets
from wellit.preflight.volumes import volumes

NOTHING = Needs()
__all__ = ["classes", "preflight", "room", "secrets"]


def preflight(demand: Demand, cluster: Cluster, values: Mapping[str, Any], needs: Needs = NOTHING) -> list[Check]:
    """All checks. `values` are the stack's settings: the fix of a missing CRD names the version train's release.

    `needs` are those with which the look was made.
    """
    on_nodes = list(nodes(demand, cluster, values))
    return [
        itself.reachable(cluster),
        itself.version(cluster, values["versions"].get("kubernetes") or itself.OLDEST),
        *itself.programs(cluster),
        itself.namespace(demand, cluster),
        *kinds(demand, cluster, values),
        *definitions(needs, cluster, values),
        *classes(demand, cluster, values),
        *switch(needs, cluster),
        *operators.checks(demand, cluster, values),
        *(one for item, found in cluster.besides.items() for one in besides.checks(item, found, values, cluster.flags)),
        *on_nodes,
        room(demand, cluster, behind=[check for check in on_nodes if check.status == "fail"]),
        *quotas(demand, cluster),
        *ranges(demand, cluster),
        *volumes(demand, cluster, values),
        *named(cluster),
        *pulls(demand, needs, cluster),
        *secrets(demand, cluster, str((values.get("model") or {}).get("secret") or "")),
        *token(demand, needs, cluster),
        *addresses(demand),
        permissions(demand, cluster),
        *reading(cluster),
        *neighbours(demand, cluster),
        *stand_ins(demand, cluster),
    ]
