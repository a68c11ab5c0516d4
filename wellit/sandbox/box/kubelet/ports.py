"""The ports of a pod that are worth reaching from outside: those it names, and those that are probed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.sandbox.box.kubelet.api import Api, named
from wellit.sandbox.box.kubelet.ask import Failed, port_of
from wellit.sandbox.box.kubelet.probe import KINDS
from wellit.sandbox.box.simulated import GROUP

Object = Mapping[str, Any]


def of_pod(pod: Object) -> list[int]:
    """Every TCP port of the pod's containers and probes, in order."""
    spec = pod["spec"]
    containers = [*(spec.get("initContainers") or []), *spec["containers"]]
    return sorted({port for container in containers for port in _of_container(container)})


async def of_gateway(pod: Object, api: Api) -> list[int]:
    """The ports on which a gateway's pod takes requests: its containers do not name them. None of another pod.

    Raises Refused and Unreachable.
    """
    metadata = pod["metadata"]
    name = (metadata.get("labels") or {}).get(f"{GROUP}/gateway-name")
    found = await api.found(named("gateways", metadata["namespace"], name, f"{GROUP}/v1")) if name else None
    return sorted({listener["port"] for listener in found["spec"]["listeners"]}) if found else []


def _of_container(container: Object) -> set[int]:
    named = {int(one["containerPort"]) for one in container.get("ports") or [] if one.get("protocol", "TCP") == "TCP"}
    return named | _probed(container)


def _probed(container: Object) -> set[int]:
    found = set()
    for kind in KINDS:
        probe = container.get(f"{kind}Probe") or {}
        for way in ("httpGet", "tcpSocket", "grpc"):
            if way in probe:
                try:
                    found.add(port_of(probe[way]["port"], container))
                except Failed:
                    continue  # the probe says so itself, each time
    return found
