"""What kwok is told of a pod, so that `kubectl logs` and `kubectl port-forward` find what belongs to it."""

from __future__ import annotations

from typing import Any

from wellit.sandbox.box.kubelet.api import APPLY, named
from wellit.sandbox.box.kubelet.ground import Ground

Object = dict[str, Any]
GROUP = "kwok.x-k8s.io/v1alpha1"
KINDS = {"Logs": "logs", "PortForward": "portforwards"}


async def tell(ground: Ground, pod: Object, ip: str, ports: list[int], logs: list[Object]) -> None:
    """Publish ports of the pod and write its objects; they go with the pod. Raises Refused and Unreachable."""
    metadata = pod["metadata"]
    owner = {"apiVersion": "v1", "kind": "Pod", "name": metadata["name"], "uid": metadata["uid"]}
    about = {"name": metadata["name"], "namespace": metadata["namespace"], "ownerReferences": [owner]}
    forwards = [
        {"ports": [port], "target": {"address": "127.0.0.1", "port": await ground.box.publish(ip, port)}}
        for port in ports
    ]
    specs: dict[str, Object] = {"Logs": {"logs": logs}, "PortForward": {"forwards": forwards}}
    for kind, spec in specs.items():
        wanted = {"apiVersion": GROUP, "kind": kind, "metadata": about, "spec": spec}
        await ground.api.patch(_path(kind, pod), wanted, APPLY)


async def forget(ground: Ground, pod: Object) -> None:
    """Remove what tell() wrote. Raises Refused and Unreachable."""
    for kind in KINDS:
        await ground.api.delete(_path(kind, pod))


def _path(kind: str, pod: Object) -> str:
    return named(KINDS[kind], pod["metadata"]["namespace"], pod["metadata"]["name"], GROUP)
