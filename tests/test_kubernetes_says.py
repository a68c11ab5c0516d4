"""The API server itself is asked about what the rules say that it refuses: pods of the fixtures, in a dry run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.marked import read
from tests.test_rules_fixtures import cases, name
from wellit import access, paths
from wellit.access import Access
from wellit.process import Done
from wellit.rules import find
from wellit.sandbox import Sandbox
from wellit.seen.podspec import ContainerSpec, PodSpec, pod_specs
from wellit.subject import MODELSERVICE, Subject

# Rules that say what the API server refuses, and what it then says.
SAYS = {
    "WL410": ("Invalid value", "Too long"),
    "WL411": ("Duplicate value", "must be unique", "duplicate entries"),
    "WL413": ("Invalid value", "Too long"),
    "WL415": ("quantities must match", "Invalid value", "must be greater than or equal to 0"),
    "WL416": ("must be less than or equal to",),
    "WL417": ("must be equal to", "Limit must be set", "must be an integer"),
    "WL422": ("more than 1", "must specify a handler type", "must specify one of", "must be 1", "Required value",
              "may not be specified when"),
}  # fmt: skip
FIELDS = ("env", "ports", "resources", "volumeMounts", "startupProbe", "livenessProbe", "readinessProbe")
ANY = {"name": "vllm", "image": "example.org/i:1"}
CASES = [case for kind in ("bad", "good") for case in cases(kind) if name(case)[:5] in SAYS]


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


def pods(subject: Subject) -> Iterator[dict[str, Any]]:
    """The pods of the values as a chart makes them: what is handed on, as it is."""
    return (_pod(pod) for pod in pod_specs(subject))


def _pod(pod: PodSpec) -> dict[str, Any]:
    volumes = [volume.value for volume in pod.volumes]
    model = pod.release.root["modelArtifacts"]
    if any(c.node["mountModelVolume"].flag(False) for c in pod.main) or model["size"].written:
        volumes.append({"name": "model-storage", "emptyDir": {"sizeLimit": model["size"].value}})
    labels = {key: node.value for key, node in model["labels"].items() if node.value is not None}
    notes = pod.node["podAnnotations"].value or {}
    spec = {
        "containers": [_container(c) for c in pod.containers if not c.first] or [ANY],
        "initContainers": [_container(c) for c in pod.containers if c.first],
        "volumes": volumes,
        "nodeSelector": pod.node["nodeSelector"].value or {},
    }
    return {"metadata": {"name": "asked", "labels": labels, "annotations": notes}, "spec": spec}


def _container(container: ContainerSpec) -> dict[str, Any]:
    made = dict(ANY)
    for field in ("name", *FIELDS):
        for node in container.fields(field):
            if node.value:
                made[field] = node.value
    return made


def accepted(here: Access, pod: dict[str, Any]) -> Done:
    text = json.dumps({"apiVersion": "v1", "kind": "Pod", **pod})
    return here.call("create", "-n", "default", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text)


def asked(case: Path) -> bool:
    """Whether it is about pods that are handed on as they are: the gateway is of another kind, templates come first."""
    changed = "templated" in case.stem or "by-the-chart" in case.stem
    return not changed and all(release.chart == MODELSERVICE for release in read(case).releases)


@pytest.mark.parametrize("case", [case for case in CASES if asked(case)], ids=name)
def test_the_api_server_says_what_the_rule_says(here: Access, case: Path) -> None:
    rule = name(case)[:5]
    assert find(rule).rule.evidence == "asked"
    said = [accepted(here, pod) for pod in pods(read(case))]
    if case.parent.name == "good":
        assert [done.err for done in said if not done.ok] == []
    else:
        refused = " ".join(done.err for done in said if not done.ok)
        assert any(word in refused for word in SAYS[rule]), refused or "the API server takes it"


MISSPELT: dict[str, Any] = {
    "httpGet": {"livenessProbe": {"httpget": {"path": "/", "port": 1}}},
    "initialDelaySeconds": {"livenessProbe": {"exec": {"command": ["a"]}, "initialDelaySecond": 1}},
    "mountPath": {"volumeMounts": [{"name": "a", "mountpath": "/a"}]},
    "valueFrom": {"env": [{"name": "A", "valuefrom": {}}]},
    "containerPort": {"ports": [{"port": 8000}]},
    "limits": {"resources": {"limit": {"cpu": 1}}},
    "runAsUser": {"securityContext": {"runAsuser": 1}},
}


@pytest.mark.parametrize("field", MISSPELT)
def test_a_field_that_kubernetes_does_not_know_is_refused(here: Access, field: str) -> None:
    pod = {"metadata": {"name": "asked"}, "spec": {"containers": [{**ANY, **MISSPELT[field]}]}}
    assert "unknown field" in accepted(here, pod).err


def test_the_fields_that_are_known_are_those_of_the_api_server(here: Access) -> None:
    """A field that it takes and the schema does not would be a false alarm."""
    served = json.loads(here.call("get", "--raw", "/openapi/v2").out)["definitions"]
    known = json.loads((paths.SCHEMAS / "kubernetes.schema.json").read_text())["$defs"]
    for ours, theirs in TYPES.items():
        fields = set(served[f"io.k8s.api.core.v1.{theirs}"]["properties"])
        assert fields - set(known[ours]["properties"]) == set(), ours


TYPES = {
    "Affinity": "Affinity", "Container": "Container", "ContainerPort": "ContainerPort", "EnvFrom": "EnvFromSource",
    "EnvSource": "EnvVarSource", "EnvVar": "EnvVar", "Exec": "ExecAction", "Grpc": "GRPCAction",
    "Handler": "LifecycleHandler", "Header": "HTTPHeader", "HttpGet": "HTTPGetAction",
    "KeyRef": "SecretKeySelector", "Lifecycle": "Lifecycle", "MoreOfContainer": "Container",
    "PodSecurityContext": "PodSecurityContext", "PodSpec": "PodSpec", "Probe": "Probe",
    "ResourceClaim": "PodResourceClaim", "Resources": "ResourceRequirements", "SecurityContext": "SecurityContext",
    "TcpSocket": "TCPSocketAction", "Toleration": "Toleration", "Volume": "Volume", "VolumeMount": "VolumeMount",
}  # fmt: skip
