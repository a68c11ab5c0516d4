"""GKE asks another port for health than the pool sends to.

For provider gke the chart makes a HealthCheckPolicy. Up to v1.4.0 its port is targetPortNumber, which is 8000 unless
it is set, while the pool of the current kind sends to targetPorts. A load balancer that finds nobody healthy sends to
nobody.

Bad::

    # inferencepool@v1.4.0
    provider: {name: gke}
    inferencePool:
      targetPorts: [{number: 8200}]

Good::

    # inferencepool@v1.4.0
    provider: {name: gke}
    inferencePool:
      targetPorts: [{number: 8200}]
      targetPortNumber: 8200
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL239",
    "gke-health-port",
    "warning",
    (INFERENCEPOOL,),
    "read",
    reads="inferencePool.apiVersion inferencePool.targetPortNumber inferencePool.targetPorts provider.name",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        if not pool.makes("HealthCheckPolicy") or pool.facts["gkeHealthPort"] != "targetPortNumber" or pool.old_api:
            continue
        asked = pool.pool["targetPortNumber"]
        port = asked.number(pool.facts["ports"]["pool"])
        if port is not None and pool.ports and port not in pool.ports:
            yield Hit(
                asked if asked.written else pool.ports_node,
                f"the pool {pool.release.name} sends to {pool.ports[0]}, and GKE asks port {port} for health",
                write=f"targetPortNumber: {pool.ports[0]}",
                why="unless something healthy answers there too, the load balancer sends no request to any pod",
                also=(("the pool's port", pool.ports_node),) if asked.written else (),
            )
