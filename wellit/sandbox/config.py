"""What kwokctl is told, and the kubeconfig that people use."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from wellit.sandbox.model import DATA, Sandbox

LONGEST_LINE = 240
# kwokctl's names for our programs and ports
PROGRAMS = {
    "etcd": "etcdBinary",
    "kube-apiserver": "kubeApiserverBinary",
    "kube-controller-manager": "kubeControllerManagerBinary",
    "kube-scheduler": "kubeSchedulerBinary",
    "kwok": "kwokControllerBinary",
    "kubectl": "kubectlBinary",
}
PORTS = {
    "etcd": "etcdPort",
    "etcd-peer": "etcdPeerPort",
    "kube-apiserver": "kubeApiserverPort",
    "kube-controller-manager": "kubeControllerManagerPort",
    "kube-scheduler": "kubeSchedulerPort",
    "kwok-controller": "kwokControllerPort",
}


def work(sandbox: Sandbox) -> Path:
    """kwokctl's own folder."""
    return sandbox.folder / "kwok"


def cluster(sandbox: Sandbox) -> Path:
    """Where kwokctl keeps this cluster: logs, pki, data."""
    return work(sandbox) / "clusters" / sandbox.name


def log(sandbox: Sandbox, component: str) -> str:
    """What a component has written so far; nothing when it was never started."""
    try:
        return (cluster(sandbox) / "logs" / f"{component}.log").read_text(errors="replace")
    except FileNotFoundError:
        return ""


def last_words(sandbox: Sandbox, component: str, lines: int = 5) -> str:
    """The end of a component's log, its lines cut."""
    return "\n".join(line[:LONGEST_LINE] for line in log(sandbox, component).strip().splitlines()[-lines:])


def kwokctl(sandbox: Sandbox, programs: Mapping[str, Path], version: str) -> str:
    """The configuration file for `kwokctl create cluster`, as YAML. `version` is Kubernetes's, as v1.37.1."""
    documents: list[dict[str, Any]] = list(yaml.safe_load_all((DATA / "cluster.yaml").read_text()))
    options = documents[0]["options"]
    options |= {key: str(programs[name]) for name, key in PROGRAMS.items()}
    options |= {key: sandbox.ports[name] for name, key in PORTS.items()}
    options["kubeVersion"] = version
    return yaml.safe_dump_all(documents, sort_keys=False)


def write_kubeconfig(sandbox: Sandbox, file: Path, server: str, tls_server_name: str = "") -> None:
    """A kubeconfig that can be copied anywhere: the keys are in it, the context says whose it is."""
    pki = cluster(sandbox) / "pki"
    name = sandbox.context
    user = {"client-certificate-data": _encoded(pki / "admin.crt"), "client-key-data": _encoded(pki / "admin.key")}
    cluster_ = {"server": server, "certificate-authority-data": _encoded(pki / "ca.crt")}
    if tls_server_name:
        cluster_["tls-server-name"] = tls_server_name
    text = yaml.safe_dump({
        "apiVersion": "v1", "kind": "Config", "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "clusters": [{"name": name, "cluster": cluster_}],
        "users": [{"name": name, "user": user}],
    }, sort_keys=False)  # fmt: skip
    file.touch(0o600)
    file.write_text(text)


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
