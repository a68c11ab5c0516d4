"""Every kind of change by hand, with real kubectl and real helm: found, and told with who and when."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.run import until
from tests.support.stacks import parts
from wellit import access, lifecycle, plan, process, tools
from wellit.access import Access
from wellit.findings import Check
from wellit.helm import Helm
from wellit.lifecycle import Standing
from wellit.paths import CHARTS
from wellit.sandbox import Sandbox

NAMESPACE = "drift-by-hand"
NAME = "ms-inference-scheduling-llm-d-modelservice-decode"
DECODE = f"deployment/{NAME}"
PICKER = "gaie-inference-scheduling-epp"
ROUTE = "route-inference-scheduling"
WHEN = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
TOKEN = "hf_0123456789abcdefghij"


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Iterator[Access]:
    there = access.open_access(kubeconfig=str(sandbox.kubeconfig))
    assert wrong(install(there)) == []
    yield there
    there.call("delete", "namespace", NAMESPACE, "--wait=false")


def install(here: Access) -> Standing:
    made, manifests, _ = parts(NAMESPACE)
    return lifecycle.install(plan.prepare(made, manifests, here), here, print, lambda _: None, timeout=300)


def status(here: Access) -> Standing:
    return lifecycle.status(lifecycle.recorded(here, NAMESPACE), here)


def wrong(stands: Standing) -> list[Check]:
    return [check for check in stands.checks if check.status != "pass"]


def about(stands: Standing, title: str) -> Check:
    (found,) = [check for check in stands.checks if check.title == title]
    return found


def by_hand(here: Access, *words: str, **env: str) -> None:
    argv = [str(here.kubectl), "--context", here.context, "-n", NAMESPACE, *words]
    done = process.run(argv, env={**here.env, **env}, timeout=180)
    assert done.ok, done.err


def restarted(here: Access) -> None:
    """kubectl refuses a restart within a second of the one before, which may be an install's."""
    words = ("rollout", "restart", f"deployment/{PICKER}", "-n", NAMESPACE)
    until(lambda: here.call(*words).ok, lambda: here.call(*words).err)


def replaced(path: str, value: str) -> str:
    return json.dumps([{"op": "replace", "path": path, "value": value}])


def told(stands: Standing, thing: str, path: str) -> tuple[Any, ...]:
    """(before, after, manager, subresource, whether it was added) of one field; when it was is noted."""
    (one,) = [found for found in stands.drift if found["object"] == thing and found["path"].endswith(path)]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one["when"]), one
    return one["before"], one["after"], one["manager"], one["subresource"], one["added"]


def test_what_is_changed_by_hand_is_told_and_put_back(here: Access, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/failureThreshold: 3$/failureThreshold: 77/' \"$1\"\n")
    editor.chmod(0o755)
    by_hand(here, "scale", DECODE, "--replicas=3")
    by_hand(here, "set", "image", DECODE, "sglang=example.org/other:1")
    by_hand(here, "edit", DECODE, KUBE_EDITOR=str(editor))
    by_hand(here, "label", f"service/{PICKER}", "team=me")
    by_hand(here, "annotate", f"serviceaccount/{PICKER}", "example.org/note=hello")
    by_hand(here, "label", f"role/{PICKER}-non-sa", "app.kubernetes.io/managed-by-")
    by_hand(here, "set", "env", f"deployment/{PICKER}", f"TOKEN={TOKEN}")
    by_hand(here, "patch", "configmap", PICKER, "--type=json", "-p", replaced("/data/default-plugins.yaml", "a: 1\n"))
    by_hand(here, "patch", "httproute", "llm-d-inference-scheduling", "--type=json", "-p",
            replaced("/spec/rules/0/backendRefs/0/name", "theirs"))  # fmt: skip
    by_hand(here, "delete", "role", f"{PICKER}-sa")

    found = status(here)
    decode, picker = f"Deployment {NAME}", f"Deployment {PICKER}"
    assert told(found, decode, "spec.replicas") == (2, 3, "kubectl", "scale", False)
    assert told(found, decode, "[sglang].image")[1:] == ("example.org/other:1", "kubectl-set", "", False)
    assert told(found, decode, "readinessProbe.failureThreshold") == (3, 77, "kubectl-edit", "", False)
    assert told(found, f"Service {PICKER}", "labels.team") == (None, "me", "kubectl-label", "", True)
    assert told(found, f"ServiceAccount {PICKER}", "[example.org/note]")[1:] == ("hello", "kubectl-annotate", "", True)
    assert told(found, picker, "env[TOKEN]")[1]["value"] == "********"
    assert told(found, f"ConfigMap {PICKER}", "data[default-plugins.yaml]")[2] == "kubectl-patch"
    assert told(found, "HTTPRoute llm-d-inference-scheduling", "].name")[1:3] == ("theirs", "kubectl-patch")
    (label,) = [one for one in found.drift if one["object"] == f"Role {PICKER}-non-sa"]
    assert (label["before"], label["after"], label["manager"]) == ("Helm", None, "")
    assert about(found, "every rendered object is there (16)").detail == f"missing: Role {PICKER}-sa"
    assert TOKEN not in repr(found.drift) + repr(found.checks)

    check = about(found, f"{decode} is as it was applied")
    assert check.status == "fail" and check.fix.startswith("invoke install ") and "puts it back" in check.fix
    assert re.search(rf"^spec.replicas was 2 and is 3: scaled \(kubectl scale, {WHEN}\); ", check.detail)
    assert "sglang of Deployment" in about(found, "the pods run the images that are recorded").detail

    # What was added is left by an install; the command that is shown takes it away.
    for thing in (f"Service {PICKER}", f"ServiceAccount {PICKER}"):
        check = about(found, f"{thing} is as it was applied")
        assert check.status == "warn"
        words = check.fix.rpartition(f"-n {NAMESPACE} ")[2].split()
        by_hand(here, *words)
    by_hand(here, "set", "env", f"deployment/{PICKER}", "TOKEN-")
    assert wrong(install(here)) == []


def test_what_others_do_by_right_and_what_they_do_not(here: Access) -> None:
    release = Helm(here, tools.ensure(["helm"]))
    left = status(here).record.revisions[ROUTE]
    restarted(here)
    by_hand(here, "scale", f"deployment/{PICKER}", "--replicas=0")
    autoscale(here, 4)
    chart = str(CHARTS / "route")
    done = release.helm("upgrade", ROUTE, chart, "-n", NAMESPACE, "--reuse-values", "--set", "name=other")
    assert done.ok, done.err

    found = status(here)
    picker = about(found, f"Deployment {PICKER} is as it was applied")
    assert picker.status == "fail"
    assert re.search(rf"its pods were restarted \(kubectl rollout, {WHEN}\)$", picker.detail)
    # Of a scale of 0 the API server notes no owner; when it was is known from an event.
    assert re.match(rf"spec.replicas was 1 and is 0: scaled \(who is not noted, {WHEN}\)", picker.detail)
    scaled = about(found, f"Deployment {NAME} is as it was applied")
    assert scaled.status == "pass"
    assert "is 4: scaled (a HorizontalPodAutoscaler scaled it: kube-controller-manager" in scaled.detail
    check = about(found, "every release is at the revision that wellit left")
    assert check.status == "fail"
    said = rf"^{ROUTE} is at revision {left + 1} \(deployed, {WHEN}, Upgrade complete\), {left} was left: "
    assert re.search(said, check.detail), check.detail
    assert "HTTPRoute other is new" in check.detail
    assert wrong(install(here)) == []


def autoscale(here: Access, replicas: int) -> None:
    """As the controller of HorizontalPodAutoscalers does: by the scale subresource, under its own name."""
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}/scale"
    body = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": NAME, "namespace": NAMESPACE}}
    scale = json.dumps({**body, "spec": {"replicas": replicas}})
    manager = "?fieldManager=kube-controller-manager"
    done = here.call("replace", "--raw", path + manager, "-f", "-", stdin=scale)
    assert done.ok, done.err


def test_what_is_scaled_to_0_by_hand_has_no_pods(here: Access) -> None:
    by_hand(here, "scale", f"deployment/{PICKER}", "--replicas=0")
    by_hand(here, "rollout", "status", f"deployment/{PICKER}", "--timeout=170s")
    pods = about(status(here), f"Deployment {PICKER} has all its pods ready")
    assert (pods.status, pods.detail) == ("skip", "scaled to 0: there are no pods, and nothing of it answers")
