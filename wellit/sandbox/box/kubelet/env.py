"""The variables of a container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wellit.sandbox.box.kubelet.expand import expand
from wellit.sandbox.box.kubelet.references import Look, Missing, entries, entry, field, resource

Object = Mapping[str, Any]


def api_server(host: str, port: int) -> dict[str, str]:
    """The variables by which a program in a pod finds the API server."""
    address = f"tcp://{host}:{port}"
    return {
        "KUBERNETES_SERVICE_HOST": host,
        "KUBERNETES_SERVICE_PORT": str(port),
        "KUBERNETES_SERVICE_PORT_HTTPS": str(port),
        "KUBERNETES_PORT": address,
        f"KUBERNETES_PORT_{port}_TCP": address,
        f"KUBERNETES_PORT_{port}_TCP_PROTO": "tcp",
        f"KUBERNETES_PORT_{port}_TCP_PORT": str(port),
        f"KUBERNETES_PORT_{port}_TCP_ADDR": host,
    }


async def variables(
    pod: Object, container: Object, given: Mapping[str, str], place: Object, node: Mapping[str, str], look: Look
) -> dict[str, str]:
    """`given` (what every container has), then envFrom, then env, each able to name what stands before it.

    Raises Missing, in the kubelet's words, for a ConfigMap, Secret or key that is not there and not optional.
    """
    made = dict(given)
    for source in container.get("envFrom") or []:
        made |= await _all_of(source, look)
    for one in container.get("env") or []:
        value = await _value(pod, container, one, made, place, node, look)
        if value is not None:
            made[one["name"]] = value
    return made


async def _all_of(source: Object, look: Look) -> dict[str, str]:
    prefix = source.get("prefix", "")
    for key, kind in (("configMapRef", "configmaps"), ("secretRef", "secrets")):
        if chosen := source.get(key):
            found = await entries(look, kind, chosen.get("name", ""), bool(chosen.get("optional")))
            return {prefix + name: value.decode(errors="replace") for name, value in found.items()}
    return {}


async def _value(
    pod: Object, container: Object, one: Object, made: Mapping[str, str], place: Object, node: Mapping[str, str],
    look: Look,
) -> str | None:  # fmt: skip
    source = one.get("valueFrom")
    if not source:
        return expand(one.get("value") or "", made)
    namespace = pod["metadata"]["namespace"]
    if chosen := source.get("configMapKeyRef"):
        return await entry(look, "configmaps", chosen, namespace)
    if chosen := source.get("secretKeyRef"):
        return await entry(look, "secrets", chosen, namespace)
    ways: dict[str, Callable[[Object], str]] = {
        "fieldRef": lambda chosen: field(pod, chosen["fieldPath"], place),
        "resourceFieldRef": lambda chosen: resource(pod, container["name"], chosen, node),
    }
    for key, read in ways.items():
        if chosen := source.get(key):
            return read(chosen)
    raise Missing(f"variable {one['name']}: this sandbox does not know valueFrom.{next(iter(source))}")
