"""Rendered objects, read back into values: so that every rule about values holds for them as well.

A workload of model servers, a pool with its picker and a gateway become releases of the charts that make such
objects, of a version that adds nothing, has no label of its own and knows every key; a graph of Dynamo becomes one of
the chart dynamo, an LLMInferenceService of KServe's one of the chart kserve. Each value keeps the line of its object.
"""

from __future__ import annotations

from collections.abc import Sequence

from wellit.inputs.readback import dynamo, kserve
from wellit.inputs.readback.pools import pool_of
from wellit.inputs.readback.release import release
from wellit.inputs.readback.servers import served, serves, together
from wellit.inputs.readback.traced import Traced
from wellit.seen import graphform, service, workloads
from wellit.seen.workloads import Object
from wellit.subject import INFRA, Manifest, Release, Subject


def releases(manifests: Sequence[Manifest]) -> tuple[Release, ...]:
    """The releases that the objects may have come from."""
    subject = Subject((), tuple(manifests))
    pools = list(workloads.of_kind(subject, "InferencePool"))
    servers = [template for template in workloads.templates(subject) if serves(template)]
    found = [served(group, pools) for group in together(servers)]
    found += [pool_of(pool, subject) for pool in pools]
    found += [_gateway(gateway) for gateway in workloads.of_kind(subject, "Gateway")]
    found += [dynamo.graph_of(graph) for graph in workloads.of_kind(subject, graphform.KIND)]
    services = (one for one in workloads.of_kind(subject, service.KIND) if one.group == service.GROUP)
    found += [kserve.service_of(one) for one in services]
    return tuple(found)


def _gateway(gateway: Object) -> Release:
    mapped = Traced(gateway.manifest)
    mapped.put(("gateway", "enabled"), True)
    for key in ("gatewayClassName", "listeners"):
        mapped.copy(("gateway", key), gateway.root.at("spec", key))
    mapped.put(("gateway", "fullnameOverride"), gateway.name, gateway.root.at("metadata", "name"))
    return release(mapped, INFRA, gateway, {})
