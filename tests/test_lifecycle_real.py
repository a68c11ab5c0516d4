"""The whole life of a stack on a real Kubernetes API: the sandbox's."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.stacks import parts, stack
from wellit import access, cluster, lifecycle, plan, record, render, tools
from wellit.access import Access
from wellit.cluster import HelmRelease
from wellit.demand import Kind
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Check
from wellit.helm import Helm
from wellit.lifecycle import Standing
from wellit.plan import Plan
from wellit.sandbox import Sandbox


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"life-{abs(hash(request.node.name)) % 10**8}"
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def yes(question: str) -> None:
    assert question.endswith("?")


def planned(there: Access, *args: Any, **about: Any) -> Plan:
    made, manifests, _ = parts(*args, **about)
    return plan.prepare(made, manifests, there)


def install(there: Access, *args: Any, said: list[str] | None = None, **about: Any) -> Standing:
    return lifecycle.install(
        planned(there, *args, **about), there, ([] if said is None else said).append, yes, timeout=180
    )


def uninstall(there: Access, namespace: str) -> Check:
    return lifecycle.uninstall(lifecycle.recorded(there, namespace), there, print, yes)


def left(there: Access, namespace: str) -> list[str]:
    """All that is in a namespace but what Kubernetes itself puts there."""
    kinds = (
        "all,configmaps,secrets,serviceaccounts,roles,rolebindings,gateways,httproutes,inferencepools,destinationrules"
    )
    done = there.call("get", kinds, "-n", namespace, "-o", "name", "--ignore-not-found")
    assert done.ok, done.err
    own = {"configmap/kube-root-ca.crt", "serviceaccount/default"}
    return [name for name in done.out.split() if name not in own]


def failing(found: Plan) -> Check:
    assert len(found.failed) == 1, found.failed
    return found.failed[0]


def test_install_status_mend_change_and_uninstall(here: Access, namespace: str) -> None:
    stale = planned(here, namespace)
    said: list[str] = []
    first = install(here, namespace, said=said)
    assert {check.status for check in first.checks} == {"pass"}
    assert {check.id for check in first.checks} == {f"WL70{i}" for i in range(1, 6)} | {f"WL78{i}" for i in range(4)}
    assert first.record.state == "installed" and first.live.simulated
    assert said[0] == f"namespace {namespace}: made"
    assert "simulated" in first.endpoint.note and f"port-forward -n {namespace} service/" in first.endpoint.before
    # Of two installs at once, the one whose look is older does not overwrite the other.
    with pytest.raises(Refused, match="somebody else is at work on this stack"):
        lifecycle.install(stale, here, print, yes)

    known = lifecycle.recorded(here, namespace)
    assert known == first.record
    role = next(item for item in known.all_objects() if item.of.kind == "Role")
    here.call("delete", "--raw", role.of.path(namespace, role.name))
    failed = [check for check in lifecycle.status(known, here).checks if check.status != "pass"]
    assert [(check.id, check.detail) for check in failed] == [("WL705", f"missing: {role}")]

    # Without a gateway the same stack loses gateway and route, and the role comes back.
    bare = install(here, namespace, gateway="none")
    assert {check.status for check in bare.checks} == {"pass"}
    assert f"port-forward -n {namespace} deployment/ms-" in bare.endpoint.before
    assert "the router is not in the way" in bare.endpoint.note
    assert not [name for name in left(here, namespace) if name.startswith(("gateway", "httproute"))]

    known = lifecycle.recorded(here, namespace)
    assert "goes   release ms-" in lifecycle.goes_and_stays(known)
    assert uninstall(here, namespace).status == "pass"
    assert left(here, namespace) == []
    with pytest.raises(Refused, match="no stack is recorded in"):
        lifecycle.recorded(here, namespace)


def test_refused_before_anything_is_changed(here: Access, namespace: str) -> None:
    def no(_: str) -> None:
        raise Refused("not confirmed")

    with pytest.raises(Refused, match="not confirmed"):
        lifecycle.install(planned(here, namespace), here, print, no)
    assert here.call("get", "namespace", namespace).code == 1


def test_monitoring_without_the_operator(here: Access, namespace: str) -> None:
    found = planned(here, namespace, sets=("monitoring.enabled=true",))
    assert {check.id for check in found.failed} == {"WL604"}
    assert all("--set monitoring.enabled=false" in check.fix for check in found.failed)
    group = "(monitoring.coreos.com/v1)"
    titles = {f"the cluster knows {kind} {group}" for kind in ("PodMonitor", "ServiceMonitor")}
    assert {check.title for check in found.failed} == titles
    with pytest.raises(Refused, match="not installed"):
        lifecycle.install(found, here, print, yes)
    assert here.call("get", "namespace", namespace).code == 1


def test_too_few_gpus(here: Access, namespace: str) -> None:
    check = failing(planned(here, namespace, sets=("decode.tensorParallel=16",)))
    assert (
        check.id == "WL606" and "32 nvidia.com/gpu wanted" in check.detail and "nvidia.com/gpu 8 < 16" in check.evidence
    )


def as_user(sandbox: Sandbox, folder: Path, user: str) -> Access:
    """The sandbox as somebody else."""
    config = yaml.safe_load(sandbox.kubeconfig.read_text())
    config["users"][0]["user"] |= {"as": user, "as-groups": ["system:authenticated"]}
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    return access.open_access(kubeconfig=str(file))


def test_a_user_who_may_nothing(sandbox: Sandbox, namespace: str, tmp_path: Path) -> None:
    nobody = as_user(sandbox, tmp_path, "nobody")
    found = planned(nobody, namespace)
    status = {check.id: check.status for check in found.checks}
    assert (status["WL603"], status["WL606"], status["WL608"]) == ("unknown", "unknown", "fail")
    assert "create, delete, get, patch deployments.apps" in next(c.detail for c in found.failed if c.id == "WL608")
    with pytest.raises(Refused, match="not installed"):
        lifecycle.install(found, nobody, print, yes)


def test_a_user_with_one_namespace_installs_into_it(
    sandbox: Sandbox, here: Access, namespace: str, tmp_path: Path
) -> None:
    here.call("create", "namespace", namespace)
    here.call("create", "role", "all", "--verb=*", "--resource=*.*", "-n", namespace)
    here.call("create", "rolebinding", "all", "--role=all", "--user=owner", "-n", namespace)
    owner = as_user(sandbox, tmp_path, "owner")
    found = planned(owner, namespace)
    assert {check.id for check in found.unknown} >= {"WL606"} and not found.failed
    assert "unknown" in found.text()
    standing = lifecycle.install(found, owner, print, yes, timeout=180)
    assert standing.record.state == "installed"
    assert uninstall(owner, namespace).status == "pass"


def test_a_pod_that_never_gets_ready_is_told(here: Access, namespace: str) -> None:
    found = planned(here, namespace, sets=("decode.resources.cpu=9999",))
    assert failing(found).id == "WL606"
    with pytest.raises(Refused, match=r"not ready after 1 s: Deployment ms-.*Unschedulable: 0/4 nodes") as told:
        lifecycle.install(replace(found, checks=()), here, print, yes, timeout=1)
    assert "describe pod ms-" in told.value.write
    known = lifecycle.recorded(here, namespace)
    assert known.state == "installing"
    uninstall(here, namespace)
    assert left(here, namespace) == []


@pytest.fixture
def pending(here: Access, namespace: str, tmp_path: Path) -> HelmRelease:
    """A release of the stack's that a killed helm left pending: it was waiting for a pod that never gets ready."""
    chart = tmp_path / "stuck"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("{apiVersion: v2, name: stuck, version: 0.1.0}")
    pod = {"nodeSelector": {"no": "such"}, "containers": [{"name": "c", "image": "example.org/i:1"}]}
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stuck"}, "spec": pod}
    (chart / "templates" / "pod.yaml").write_text(yaml.safe_dump(body))
    helm = Helm(here, tools.ensure(["helm"]))
    argv = [
        helm.binaries["helm"],
        "install",
        "ms-inference-scheduling",
        chart,
        "-n",
        namespace,
        "--create-namespace",
        "--wait",
    ]
    with subprocess.Popen(
        [str(word) for word in argv], env=os.environ | helm.env, stdout=subprocess.DEVNULL
    ) as running:
        while not (found := cluster.releases(here, namespace)):
            time.sleep(0.1)
        running.kill()
    assert isinstance(found, tuple) and found[0].status == "pending-install"
    return found[0]


def test_a_pending_release_of_somebody_else_is_left_alone(here: Access, namespace: str, pending: HelmRelease) -> None:
    with pytest.raises(Refused, match=f"{pending.name} is pending-install since .* somebody is at work on it"):
        install(here, namespace)
    assert uninstall(here, namespace).status == "pass"


def test_a_pending_release_of_our_own_is_mended(here: Access, namespace: str, pending: HelmRelease) -> None:
    made, manifests, wanted = parts(namespace)
    dead = replace(record.make(made, manifests, wanted), process=2**22 + 1)
    done = here.call(
        "create", "--raw", dead.path.rpartition("/")[0], "-f", "-", stdin=json.dumps(record.to_secret(dead))
    )
    assert done.ok, done.err
    said: list[str] = [""]
    assert install(here, namespace, said=said).record.state == "installed"
    assert f"{pending.name} was left pending-install by an interrupted run: mending it" in said
    assert here.get(Kind("v1", "Pod").path(namespace, "stuck")) == access.Missing()
    assert uninstall(here, namespace).status == "pass"


def test_the_manifests_of_a_stack_that_is_not_rendered_are_not_installed(here: Access) -> None:
    with pytest.raises(CannotAnswer, match="is not rendered: no charts"):
        plan.prepare(stack(), render.Rendered((), "no charts"), here)
