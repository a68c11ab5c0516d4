"""preflight on a real API server: each thing is broken there, found, mended by the command of its fix, and found good.

The API server is asked as well, by a dry run of the pod: it refuses what preflight says that it refuses.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import cluster, demand, needs, paths, tools
from wellit.access import Access, dry_run, open_access
from wellit.findings import Check
from wellit.preflight import preflight
from wellit.sandbox import Sandbox

Manifest = dict[str, Any]
GPU = "nvidia.com/gpu"
NODE = "gpu-node-4"
VALUES: Mapping[str, Any] = {
    "versions": {"name": "llm-d-0.6", "crds": {"gatewayApi": "v1.4.0", "inferenceExtension": "v1.4.0"}},
    "gateway": {"title": "Istio", "className": "istio", "prerequisites": [], "crds": []},
    "model": {"secret": "llm-d-hf-token", "size": "80Gi"},
}
CANARY = "hf_canaryCanaryCanaryCanaryCanaryCanary1"


def thing(kind: str, name: str, api: str = "v1", **body: Any) -> Manifest:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **body}


def deployment(**spec: Any) -> Manifest:
    """A model server of one GPU; `spec` is laid over that of its pods."""
    container = {"name": "engine", "image": "example.org/engine:v1", "resources": {"limits": {GPU: "1"}}}
    pod = {"containers": [container]} | spec
    labels = {"app": "engine"}
    template = {"metadata": {"labels": labels}, "spec": pod}
    about = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return thing("Deployment", "engine", "apps/v1", spec=about)


def container(**about: Any) -> Manifest:
    return {"name": "engine", "image": "example.org/engine:v1", "resources": {"limits": {GPU: "1"}}} | about


@dataclass(frozen=True)
class Case:
    """What is put into the cluster, what is rendered, the check that finds it, and words of it."""

    id: str
    says: str
    rendered: Manifest
    there: list[Manifest] = field(default_factory=list)
    refused: str = ""  # what the API server says of the pod, before it is mended
    commands: tuple[str, ...] = ()  # kubectl's, before; {ns} is the namespace
    status: str = "fail"


POOL = "inference.networking.k8s.io/v1"
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
MOUNT = {"volumes": [{"name": "model", "persistentVolumeClaim": {"claimName": "models"}}]}
TOKEN = container(
    env=[{"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "llm-d-hf-token", "key": "HF_TOKEN"}}}]
)
SELECTED = {"nodeSelector": {"kubernetes.io/hostname": NODE}}
AFFINITY = {"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
    {"matchExpressions": [{"key": "wellit.dev/fabric", "operator": "In", "values": ["ib"]}]}]}}}}  # fmt: skip
CASES: dict[str, Case] = {
    "taint": Case(
        "WL613", "gpu-node-4: tainted wellit.dev/held", deployment(**SELECTED),
        commands=(f"taint node {NODE} wellit.dev/held=x:NoSchedule",),
    ),
    "selector": Case(
        "WL613", "not labelled wellit.dev/zone=a", deployment(nodeSelector={"wellit.dev/zone": "a"}),
    ),
    "affinity": Case("WL613", "wellit.dev/fabric In ib", deployment(**AFFINITY)),
    "cordoned": Case(
        "WL613", "gpu-node-4: cordoned", deployment(**SELECTED), commands=(f"cordon {NODE}",),
    ),
    "quota-gpus": Case(
        "WL616", f"requests.{GPU}: 2 wanted, 1 left of 1", deployment(),
        [thing("ResourceQuota", "gpus", spec={"hard": {f"requests.{GPU}": "1"}})],
    ),
    "quota-of-a-priority": Case(
        "WL616", "pods: 2 wanted, 1 left of 1", deployment(priorityClassName="system-node-critical"),
        [thing("ResourceQuota", "few", spec={"hard": {"pods": "1"}, "scopeSelector": {"matchExpressions": [
            {"scopeName": "PriorityClass", "operator": "In", "values": ["system-node-critical"]}]}})],
    ),
    "quota-wants-memory": Case(
        "WL616", "container engine does not say limits.memory", deployment(),
        [thing("ResourceQuota", "memory", spec={"hard": {"limits.memory": "1Ti"}})], "must specify limits.memory",
    ),
    "quota-of-objects": Case(
        "WL616", "count/deployments.apps: 1 wanted, 0 left of 0", deployment(),
        [thing("ResourceQuota", "objects", spec={"hard": {"count/deployments.apps": "0"}})],
    ),
    "range-of-containers": Case(
        "WL617", "has 64Gi memory as its limit; at most 32Gi is let in",
        deployment(containers=[container(resources={"limits": {GPU: "1", "memory": "64Gi"}})]),
        [thing("LimitRange", "small", spec={"limits": [{"type": "Container", "max": {"memory": "32Gi"}}]})],
        "maximum memory usage per Container is 32Gi",
    ),
    "range-of-pods": Case(
        "WL617", "a pod of Deployment engine says no limit of cpu; at most 4 is let in", deployment(),
        [thing("LimitRange", "cores", spec={"limits": [{"type": "Pod", "max": {"cpu": "4"}}]})],
        "maximum cpu usage per Pod is 4",
    ),
    "range-least": Case(
        "WL617", f"has 1 {GPU} as its request; at least 2 is let in", deployment(),
        [thing("LimitRange", "twos", spec={"limits": [{"type": "Container", "min": {GPU: "2"}}]})],
        f"minimum {GPU} usage per Container is 2",
    ),
    "no-claim": Case("WL618", "it is not there", deployment(**MOUNT)),
    "a-claim-for-one-pod": Case(
        "WL618", "ReadWriteOncePod, and 2 pods mount it: only one of them can", deployment(**MOUNT),
        [thing("PersistentVolumeClaim", "models", spec=CLAIM | {"accessModes": ["ReadWriteOncePod"]})],
    ),
    "no-default-class": Case(
        "WL619", "none of 1 class is the default", deployment(volumes=[{"name": "scratch", "ephemeral": {
            "volumeClaimTemplate": {"spec": CLAIM}}}]),
        [thing("StorageClass", "wellit-test", "storage.k8s.io/v1", provisioner="example.org/none")],
    ),
    "no-pull-secret": Case("WL620", "it is not there", deployment(imagePullSecrets=[{"name": "mirror"}])),
    "a-pull-secret-of-another-type": Case(
        "WL620", "it is of type Opaque", deployment(imagePullSecrets=[{"name": "mirror"}]), [thing("Secret", "mirror")],
    ),
    "no-token": Case("WL607", "cannot start without", deployment(containers=[TOKEN])),
    "an-empty-token": Case(
        "WL624", "HF_TOKEN is empty", deployment(containers=[TOKEN]),
        [thing("Secret", "llm-d-hf-token", stringData={"HF_TOKEN": ""})],
    ),
    "a-token-with-a-line-end": Case(
        "WL624", "blanks or line ends in HF_TOKEN", deployment(containers=[TOKEN]),
        [thing("Secret", "llm-d-hf-token", stringData={"HF_TOKEN": CANARY + "\n"})], status="warn",
    ),
    "no-priority": Case(
        "WL629", "its pods are refused", deployment(priorityClassName="wellit-test"), refused="no PriorityClass",
    ),
    "no-account": Case(
        "WL630", "its pods are refused", deployment(serviceAccountName="engine"), refused='serviceaccount "engine" not',
    ),
    "no-config": Case(
        "WL631", "its pods wait", deployment(volumes=[{"name": "c", "configMap": {"name": "settings"}}]),
    ),
    "no-runtime": Case(
        "WL631", "its pods are refused", deployment(runtimeClassName="wellit-test"), refused="RuntimeClass",
    ),
}  # fmt: skip
AFTERWARDS = (
    f"taint node {NODE} wellit.dev/held-", f"uncordon {NODE}", "label node --all wellit.dev/zone- wellit.dev/fabric-",
    "delete priorityclass wellit-test", "delete runtimeclass wellit-test",
    "delete storageclass wellit-test",
)  # fmt: skip


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return open_access(sandbox=sandbox.name)


@pytest.fixture
def space(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = "pf-" + request.node.callspec.id if hasattr(request.node, "callspec") else "pf-" + request.node.name[-20:]
    name = name.replace("_", "-")
    assert here.call("create", "namespace", name).ok
    yield name
    here.call("delete", "namespace", name, "--wait=false")
    for command in AFTERWARDS:
        here.call(*command.split())


def checks(there: Access, space: str, *manifests: Manifest) -> list[Check]:
    wanted = demand.of([("r", one) for one in manifests], space)
    needed = needs.of(wanted, VALUES)
    return preflight(wanted, cluster.look(there, wanted, needed), VALUES, needed)


def bad(found: list[Check]) -> list[tuple[str, str]]:
    return [(check.id, check.status) for check in found if check.status in ("fail", "warn", "unknown")]


def put(there: Access, space: str, manifests: list[Manifest]) -> None:
    for manifest in manifests:
        done = there.call("apply", "-n", space, "-f", "-", stdin=json.dumps(manifest))
        assert done.ok, done.err
    for manifest in manifests:
        if manifest["kind"] == "ResourceQuota":  # its controller must have counted
            name = manifest["metadata"]["name"]
            done = there.call(
                "wait",
                f"resourcequota/{name}",
                "-n",
                space,
                "--for=jsonpath={.status.hard}",
                "--timeout=180s",
                timeout=200,
            )
            assert done.ok, done.err


def pod(rendered: Manifest) -> Manifest:
    made = copy.deepcopy(rendered["spec"]["template"])
    return {"apiVersion": "v1", "kind": "Pod", **made, "metadata": made["metadata"] | {"name": "tried"}}


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Callable[[str], None]:
    """Runs a fix as a person would who has kubectl, invoke, and a file of docker's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kubectl").symlink_to(tools.path("kubectl"))
    (programs / "invoke").write_text(f'#!/bin/sh\nexec {sys.executable} -m wellit.program "$@" --yes\n')
    (programs / "invoke").chmod(0o755)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"auths":{}}')
    env = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    env |= {"PYTHONPATH": str(paths.ROOT), "WELLIT_CACHE": str(paths.cache())}
    env |= {"KUBECONFIG": str(sandbox.kubeconfig)}  # somebody else's, who may

    def run(fix: str) -> None:
        command = fix.partition("; ")[0].replace("~/", f"{Path.home()}/")
        done = subprocess.run(
            ["sh", "-c", command], env=env, cwd=paths.ROOT, input=CANARY, text=True, capture_output=True, timeout=120
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"

    return run


@pytest.mark.parametrize("name", CASES)
def test_what_is_broken_is_found_and_mended_by_its_own_command(
    here: Access, space: str, shell: Callable[[str], None], name: str
) -> None:
    case = CASES[name]
    put(here, space, case.there)
    for command in case.commands:
        assert here.call(*command.split()).ok
    found = checks(here, space, case.rendered)
    assert bad(found) == [(case.id, case.status)], found
    [check] = [one for one in found if one.status == case.status and one.id == case.id]
    assert case.says in f"{check.detail} {check.evidence}"
    if case.refused:
        assert case.refused in dry_run(here, space, pod(case.rendered)).err
    shell(check.fix)
    rendered = json.loads(json.dumps(case.rendered).replace('"models"', '"models-many"')) if "-many" in check.fix else (
        case.rendered
    )  # fmt: skip
    until = time.monotonic() + 180
    while left := bad(checks(here, space, rendered)):  # a controller takes the taint of a cordoned node away
        assert time.monotonic() < until, left
        time.sleep(0.2)
    if case.refused:
        done = dry_run(here, space, pod(rendered))
        assert done.ok or "RuntimeClass" in case.refused, done.err


@pytest.fixture
def somebody(sandbox: Sandbox, tmp_path: Path) -> Access:
    """The sandbox as a user sees it who has no rights."""
    config = yaml.safe_load(sandbox.kubeconfig.read_text())
    config["users"][0]["user"] |= {"as": "nobody-at-all", "as-groups": ["system:authenticated"]}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return open_access(kubeconfig=str(file))


def test_what_a_user_may_not_read_is_unknown_and_names_the_permission(somebody: Access, space: str) -> None:
    rendered = deployment(
        priorityClassName="p", serviceAccountName="a", imagePullSecrets=[{"name": "mirror"}], **MOUNT
    )  # fmt: skip
    found = {c.id: c for c in checks(somebody, space, rendered) if c.status == "unknown"}
    missing = {
        "WL606": "list nodes", "WL616": f"list resourcequotas in {space}", "WL617": f"list limitranges in {space}",
        "WL618": f"get persistentvolumeclaims in {space}", "WL620": f"get secrets in {space}",
        "WL629": "get priorityclasses.scheduling.k8s.io", "WL630": f"get serviceaccounts in {space}",
    }  # fmt: skip
    for id_, permission in missing.items():
        assert found[id_].detail == f"not looked at: you may not {permission}"


def test_who_may_do_nothing_may_all_of_it_after_the_commands_for_somebody_who_may(
    space: str, shell: Callable[[str], None], somebody: Access
) -> None:
    found = [one for one in checks(somebody, space, deployment()) if one.id in ("WL608", "WL633")]
    assert [(one.id, one.status) for one in found] == [("WL608", "fail"), ("WL633", "warn")]
    for one in found:
        shell(one.fix)
    try:
        assert not bad(checks(somebody, space, deployment()))
    finally:
        for one in found:
            shell(one.fix.replace("apply -f -", "delete -f -"))


def test_istios_switch_is_turned_on_by_the_command_of_its_check(
    sandbox: Sandbox, here: Access, space: str, shell: Callable[[str], None]
) -> None:
    """On a cluster that is no sandbox of ours, where istiod stands in for nobody."""
    there, pool = open_access(kubeconfig=str(sandbox.kubeconfig)), thing("InferencePool", "pool", POOL, spec={})
    istiod = deployment(containers=[{"name": "discovery", "image": "example.org/pilot:v1"}])
    istiod["metadata"]["labels"] = {"app": "istiod"}
    put(here, space, [istiod])
    [check] = [one for one in checks(there, space, pool) if one.id == "WL627"]
    assert check.status == "fail" and f"engine in {space}: not set" in check.detail
    shell(check.fix)
    assert [one.status for one in checks(there, space, pool) if one.id == "WL627"] == ["pass"]
    config = {"configMapKeyRef": {"name": "switches", "key": "pools"}}
    variable = {"name": "ENABLE_GATEWAY_API_INFERENCE_EXTENSION", "valueFrom": config}
    istiod["spec"]["template"]["spec"]["containers"][0]["env"] = [variable]
    assert here.call("replace", "-n", space, "-f", "-", stdin=json.dumps(istiod)).ok
    [check] = [one for one in checks(there, space, pool) if one.id == "WL627"]
    assert check.status == "unknown" and "from the configmap switches" in check.detail
