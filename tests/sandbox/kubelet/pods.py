"""Pods in a real sandbox: made, waited for, looked at, and gone again at the end of a test."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.sandbox.looks import get, until
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import apply, asked

Object = dict[str, Any]
IMAGE = "wellit.dev/python:1"
SECONDS = 180.0  # a busy machine takes its time


def running(name: str = "c", script: str = "sleep 1000", **more: Any) -> Object:
    """A container that runs a script of the shell."""
    return {"name": name, "image": IMAGE, "command": ["sh", "-c", script], **more}


def serving(port: int, name: str = "c", **more: Any) -> Object:
    """A container that serves the files of its /srv."""
    return {"name": name, "image": IMAGE, "args": ["-m", "http.server", str(port)], "workingDir": "/srv", **more}


class Pods:
    """The pods of a sandbox, in its namespace default."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def pod(self, name: str, *containers: Object, **spec: Any) -> None:
        whole = {"terminationGracePeriodSeconds": 1, "containers": list(containers), **spec}
        self.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": whole})

    def deployment(self, name: str, replicas: int, *containers: Object) -> None:
        labels = {"app": name}
        pod = {"terminationGracePeriodSeconds": 1, "containers": list(containers)}
        self.apply({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels}, "spec": pod}},
        })  # fmt: skip

    def apply(self, *objects: Object) -> None:
        apply(self.sandbox, objects=objects)

    def kubectl(self, *words: str) -> str:
        return asked(self.sandbox, *words)

    def get(self, name: str) -> Object:
        found: Object = get(self.sandbox, "pod", name)
        return found

    def address(self, name: str) -> str:
        """A pod's address, which may be written after its containers run."""
        self.until(lambda: bool(self.get(name)["status"].get("podIP")), name)
        return str(self.get(name)["status"]["podIP"])

    def names(self, app: str) -> list[str]:
        return [pod["metadata"]["name"] for pod in get(self.sandbox, "pods", "-l", f"app={app}")["items"]]

    def state(self, name: str, container: str = "c") -> Object:
        """The containerStatus."""
        status = self.get(name)["status"]
        every = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
        return next((one for one in every if one["name"] == container), {"state": {}, "lastState": {}})

    def ready(self, name: str) -> bool:
        conditions = self.get(name)["status"].get("conditions", ())
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

    def waiting(self, name: str, container: str = "c") -> str:
        """The reason for which a container waits; "" when it does not."""
        return str(self.state(name, container)["state"].get("waiting", {}).get("reason", ""))

    def until(self, true: Callable[[], bool], name: str = "") -> None:
        if not until(true, SECONDS):
            said = self.kubectl("describe", "pod", name) if name else self.kubectl("get", "pods", "-A")
            raise AssertionError(f"{said}\n{(self.sandbox.folder / 'box.log').read_text()[-3000:]}")

    def until_ready(self, name: str) -> None:
        self.until(lambda: self.ready(name), name)

    def events(self, name: str, reason: str) -> list[str]:
        chosen = f"--field-selector=involvedObject.name={name},reason={reason}"
        return [one["message"] for one in get(self.sandbox, "events", chosen)["items"]]

    def published(self, name: str, port: int) -> int:
        """The port of the machine that leads to a port of the pod."""
        forwards = get(self.sandbox, "portforwards.kwok.x-k8s.io", name)["spec"]["forwards"]
        return next(int(one["target"]["port"]) for one in forwards if port in one["ports"])

    def fetch(self, name: str, port: int, path: str = "/") -> str:
        """What a pod answers; "" when it does not."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.published(name, port)}{path}", timeout=30) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def processes(self, words: str) -> int:
        """How many processes of this machine have these words in their command."""
        found = 0
        for entry in Path("/proc").iterdir():
            try:
                found += entry.name.isdigit() and words.encode() in (entry / "cmdline").read_bytes()
            except OSError:
                continue
        return found

    def clear(self) -> None:
        every = "pods,deployments,jobs,configmaps,secrets"
        self.kubectl("delete", every, "--all", "--grace-period=1", "--ignore-not-found")
        self.until(lambda: not get(self.sandbox, "pods", "-n", "default")["items"])
