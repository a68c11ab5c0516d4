"""The objects of a namespace, as they are on a cluster: read side by side, nothing is written.

Not from wellit's own record: a stack that plain helmfile installed, or kubectl changed, is read like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wellit import capabilities, carriers, made
from wellit.access import Access, Missing, Unread
from wellit.cluster import PARALLEL, whole
from wellit.compare.objects import Objects, pod_of
from wellit.demand import Kind
from wellit.errors import CannotAnswer, unknown
from wellit.seen import graphform
from wellit.subject import KSERVE

# The newer API first: of a kind that is served twice, the first that has objects counts.
KINDS = (
    Kind("apps/v1", "Deployment"),
    Kind("apps/v1", "StatefulSet"),
    Kind("v1", "Service"),
    Kind("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
    Kind("inference.networking.k8s.io/v1", "InferencePool"),
    Kind("inference.networking.x-k8s.io/v1alpha2", "InferencePool"),
    Kind("gateway.networking.k8s.io/v1", "Gateway"),
    Kind("gateway.networking.k8s.io/v1", "HTTPRoute"),
    Kind("networking.istio.io/v1beta1", "DestinationRule"),
    Kind("serving.kserve.io/v1alpha2", made.KIND),
    Kind("serving.kserve.io/v1alpha1", made.KIND),
    Kind("nvidia.com/v1beta1", graphform.KIND),
    Kind("nvidia.com/v1alpha1", graphform.KIND),
    Kind("monitoring.coreos.com/v1", "PodMonitor"),
    Kind("monitoring.coreos.com/v1", "ServiceMonitor"),
)
STACK = (
    "Deployment", "StatefulSet", "LeaderWorkerSet", "InferencePool", "Gateway", "HTTPRoute", made.KIND, graphform.KIND,
)  # fmt: skip


def objects(access: Access, namespace: str) -> Objects:
    """What a comparison reads of a namespace. Raises CannotAnswer when there is nothing, or nothing may be read."""
    with ThreadPoolExecutor(PARALLEL) as pool:
        lists = {kind: pool.submit(whole, access, kind.path(namespace), dict) for kind in KINDS}
        answers = {kind: future.result() for kind, future in lists.items()}
    found: list[dict[str, Any]] = []
    unread: dict[str, str] = {}
    for kind, answer in answers.items():
        if isinstance(answer, Unread):
            unread[kind.kind] = f"you may not {answer.why}"
        elif not any(one["kind"] == kind.kind for one in found):
            found += [{"apiVersion": kind.api_version, "kind": kind.kind, **one} for one in answer]
    if not any(one["kind"] in STACK for one in found):
        raise _nothing(access, namespace, unread)
    for name in sorted(set(_config_maps(found))):
        one = access.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
        if isinstance(one, Unread):
            unread[f"ConfigMap/{name}"] = f"you may not {one.why}"
        elif not isinstance(one, Missing):
            found.append({**one, "kind": "ConfigMap"})
    return Objects(_of_services(access, namespace, found), unread)


def _of_services(access: Access, namespace: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With what comes of each LLMInferenceService by its spec, in the place of what its controller made of it.

    So that what the controller adds by itself is on neither side of a comparison.
    """
    asked = next((Kind(one["apiVersion"], one["kind"]) for one in found if one["kind"] == made.KIND), None)
    if not asked or not asked.carried:
        return found
    carriers_ = carriers.look(access, asked, asked.carried).found
    said = [] if isinstance(carriers_, Unread) else [one.version for one in carriers_ if one.version]
    known = [f"v{version.lstrip('v')}" for version in said]
    version = next((one for one in known if one in capabilities.versions(KSERVE)), "")
    kept = [one for one in found if not made.made_by_controller(one)]
    return [*kept, *made.objects(kept, namespace, version)]


def _config_maps(found: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The ConfigMaps that the objects read: they are asked for by name, and no others."""
    for one in found:
        reference = ((one.get("spec") or {}).get("infrastructure") or {}).get("parametersRef") or {}
        if one["kind"] == "Gateway" and reference.get("kind") == "ConfigMap":
            yield str(reference["name"])
        if one["kind"] == "Deployment":
            volumes = pod_of(one).get("volumes") or []
            yield from (str(v["configMap"]["name"]) for v in volumes if (v.get("configMap") or {}).get("name"))


def _nothing(access: Access, namespace: str, unread: dict[str, str]) -> CannotAnswer:
    """Why there is nothing to compare: no such namespace, nothing in it, or nothing that may be read."""
    if unread:
        why = "; ".join(sorted(set(unread.values())))
        return CannotAnswer(
            f"nothing of {namespace} on {access.label} can be read", why=why, write="ask for that right"
        )
    listed = whole(access, "/api/v1/namespaces", lambda item: str(item["metadata"]["name"]))
    if not isinstance(listed, Unread) and namespace not in listed:
        return unknown("namespace", namespace, listed, why=f"it is not on {access.label}")
    return CannotAnswer(
        f"nothing of a stack is in the namespace {namespace} on {access.label}",
        why="it has no workload, gateway, route or pool",
        write="another namespace: live:NAMESPACE; another cluster: --context, --kubeconfig, --sandbox",
    )
