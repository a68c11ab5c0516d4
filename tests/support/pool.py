"""An installed pool in a sandbox: its objects as rendered, and model servers' pods at addresses that answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from wellit.render import Rendered
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import asked

POD = "model-server"
Object = dict[str, Any]


@contextmanager
def installed(sandbox: Sandbox, rendered: Rendered, ip: str, folder: Path, role: str = "") -> Iterator[Path]:
    """The pool of `rendered` with one Ready pod at `ip`; yields a kubeconfig of the picker's own service account.

    `role` is the pod's, where servers share the work.

    Everything is as rendered but the picker's Deployment, which the test starts itself.
    """
    release = rendered.part("inferencepool")
    objects = [m for m in release.manifests if m["kind"] != "Deployment"]
    (account,) = (m["metadata"]["name"] for m in objects if m["kind"] == "ServiceAccount")
    objects += [m for m in _servers(rendered, "") if m["kind"] == "ServiceAccount"]
    objects.insert(0, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": release.namespace}})
    here = f"--namespace={release.namespace}"
    try:
        asked(sandbox, "apply", "--server-side", here, "-f", "-", stdin=_listed(objects))
        add_pod(sandbox, rendered, POD, ip, {}, role=role)
        yield _kubeconfig(sandbox, folder, asked(sandbox, "create", "token", here, account).strip())
    finally:
        asked(sandbox, "delete", here, "--ignore-not-found", "--wait=false", "-f", "-", stdin=_listed(objects))


def add_pod(
    sandbox: Sandbox,
    rendered: Rendered,
    name: str,
    ip: str,
    labels: Mapping[str, str],
    engine: str = "",
    role: str = "",
) -> None:
    """A Ready pod of the rendered model server at `ip`, with more `labels`; it goes with the installed pool.

    `engine` says of which one's servers, where the stack has several, and `role` which of them, where they share the
    work; without, the first.

    It is out of the simulated kubelet's sight: no scheduler gives it a node.
    """
    here = f"--namespace={rendered.part('inferencepool').namespace}"
    template = deployment(rendered, engine, role)["spec"]["template"]
    metadata = {"name": name, "labels": template["metadata"]["labels"] | dict(labels)}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    pod["spec"] = template["spec"] | {"schedulerName": "none"}
    asked(sandbox, "create", here, "-f", "-", stdin=json.dumps(pod))
    _set_status(sandbox, rendered, name, {"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}]} | _ready(True))


def set_ready(sandbox: Sandbox, rendered: Rendered, name: str, ready: bool) -> None:
    """Let a pod be Ready, or not."""
    _set_status(sandbox, rendered, name, _ready(ready))


def _ready(ready: bool) -> Object:
    return {"conditions": [{"type": "Ready", "status": str(ready)}]}


def _set_status(sandbox: Sandbox, rendered: Rendered, name: str, status: Object) -> None:
    here = f"--namespace={rendered.part('inferencepool').namespace}"
    patch = json.dumps({"status": status})
    asked(sandbox, "patch", here, "pod", name, "--subresource=status", "--type=merge", f"--patch={patch}")


def add_labels(sandbox: Sandbox, rendered: Rendered, name: str, labels: Mapping[str, str]) -> None:
    """Put more labels on a pod that is there."""
    words = [f"{key}={value}" for key, value in labels.items()]
    asked(sandbox, "label", f"--namespace={rendered.part('inferencepool').namespace}", "pod", name, *words)


def _servers(rendered: Rendered, engine: str) -> list[Object]:
    """The objects of an engine's model servers; without `engine`, of all."""
    releases = [r for r in rendered.releases if r.part == "modelservice" and engine in ("", r.engine)]
    return [manifest for release in releases for manifest in release.manifests]


def deployment(rendered: Rendered, engine: str = "", role: str = "") -> Object:
    """The Deployment of an engine's model servers, of those of a role; without, the first."""
    found = [m for m in _servers(rendered, engine) if m["kind"] == "Deployment"]
    return next(m for m in found if m["metadata"]["name"].endswith(role))


def _kubeconfig(sandbox: Sandbox, folder: Path, token: str) -> Path:
    text = yaml.safe_load(sandbox.kubeconfig.read_text())
    text["users"][0]["user"] = {"token": token}
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(text))
    return file


def _listed(objects: Iterable[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
