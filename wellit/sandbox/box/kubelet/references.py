"""What a pod refers to: ConfigMaps, Secrets, its own fields, its containers' resources - in Kubernetes' own words."""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from wellit.quantities import milli

Object = Mapping[str, Any]
_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")


class Missing(Exception):
    """What a pod refers to is not there; the message is the kubelet's."""


class Look(Protocol):
    """Finds ("configmaps" or "secrets", name) in the pod's namespace; None when it is not there."""

    def __call__(self, kind: str, name: str) -> Awaitable[Object | None]: ...


KINDS = {"configmaps": "ConfigMap", "secrets": "Secret"}


async def entries(look: Look, kind: str, name: str, optional: bool) -> dict[str, bytes]:
    """The entries of a ConfigMap or Secret. Raises Missing when it is not there and not optional."""
    found = await look(kind, name)
    if found is None:
        if optional:
            return {}
        raise Missing(f'{KINDS[kind].lower()} "{name}" not found')
    data: Mapping[str, str] = found.get("data") or {}
    if kind == "secrets":
        return {key: base64.b64decode(value or "") for key, value in data.items()}
    binary: Mapping[str, str] = found.get("binaryData") or {}
    return {key: value.encode() for key, value in data.items()} | {
        key: base64.b64decode(value) for key, value in binary.items()
    }


async def entry(look: Look, kind: str, chosen: Object, namespace: str) -> str | None:
    """The entry that a configMapKeyRef or secretKeyRef names; None for an optional one that is not there."""
    name, key, optional = chosen.get("name", ""), chosen["key"], bool(chosen.get("optional"))
    found = await entries(look, kind, name, optional)
    if key in found:
        return found[key].decode(errors="replace")
    if optional:
        return None
    raise Missing(f"couldn't find key {key} in {KINDS[kind]} {namespace}/{name}")


def field(pod: Object, path: str, place: Object) -> str:
    """What a fieldRef names; `place` has what the pod's object does not know yet (podIP, hostIP).

    Raises Missing for a path that Kubernetes does not have.
    """
    metadata, spec = pod["metadata"], pod["spec"]
    if found := _SUBSCRIPT.fullmatch(path):
        return str((metadata.get(found[1]) or {}).get(found[2], ""))
    if path in ("metadata.labels", "metadata.annotations"):
        said = metadata.get(path.partition(".")[2]) or {}
        return "\n".join(f'{key}="{_escaped(value)}"' for key, value in sorted(said.items()))
    known = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata["namespace"],
        "metadata.uid": metadata.get("uid", ""),
        "spec.nodeName": spec.get("nodeName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "status.podIP": place["podIP"],
        "status.podIPs": place["podIP"],
        "status.hostIP": place["hostIP"],
        "status.hostIPs": place["hostIP"],
    }
    if path not in known:
        raise Missing(f"unsupported fieldPath: {path}")
    return str(known[path])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def resource(pod: Object, container: str, chosen: Object, node: Mapping[str, str]) -> str:
    """What a resourceFieldRef names, rounded up by its divisor; a limit that is not set is what the node offers.

    Raises Missing for a container or a resource that is not there.
    """
    name = chosen.get("containerName") or container
    every = [*(pod["spec"].get("initContainers") or []), *pod["spec"]["containers"]]
    of = next((one for one in every if one["name"] == name), None)
    kind, _, what = chosen["resource"].partition(".")
    if of is None or kind not in ("limits", "requests"):
        raise Missing(f"container {name} not found" if of is None else f"unsupported resource: {chosen['resource']}")
    said = (of.get("resources") or {}).get(kind) or {}
    amount = said.get(what, node.get(what, "0") if kind == "limits" else "0")
    divisor = milli(chosen.get("divisor") or "1") or 1000
    return str(-(-milli(amount) // divisor))
