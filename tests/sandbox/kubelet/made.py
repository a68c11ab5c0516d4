"""Pods for tests, in the shape in which the API server gives them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

Object = dict[str, Any]
PLACE = {"podIP": "10.66.0.7", "hostIP": "10.0.0.1"}
NODE = {"cpu": "96", "memory": "1Ti"}


def container(name: str = "c", **more: Any) -> Object:
    return {"name": name, "image": "wellit.dev/python:1", **more}


def pod(*containers: Object, init: tuple[Object, ...] = (), **spec: Any) -> Object:
    return {
        "metadata": {"name": "p", "namespace": "ns", "uid": "u-1", "labels": {"app": "web"}, "generation": 3},
        "spec": {
            "nodeName": "gpu-node-1",
            "serviceAccountName": "default",
            "restartPolicy": "Always",
            "containers": list(containers or (container(),)),
            **({"initContainers": list(init)} if init else {}),
            **spec,
        },
    }


class There:
    """What is in the pod's namespace; anything else is not there."""

    def __init__(self, maps: Mapping[str, Mapping[str, str]], secrets: Mapping[str, Mapping[str, str]]) -> None:
        self._there: dict[tuple[str, str], Object] = {("configmaps", name): {"data": dict(data)} for name, data in
                                                      maps.items()}  # fmt: skip
        for name, data in secrets.items():
            packed = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
            self._there["secrets", name] = {"data": packed}

    async def __call__(self, kind: str, name: str) -> Object | None:
        return self._there.get((kind, name))


def there(maps: Mapping[str, Mapping[str, str]] = {}, secrets: Mapping[str, Mapping[str, str]] = {}) -> There:
    return There(maps, secrets)
