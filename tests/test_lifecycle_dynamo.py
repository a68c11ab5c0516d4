"""The life of a graph of Dynamo on a real Kubernetes API, the sandbox's: checked and kept, and nothing runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.support.stacks import parts as of_llm_d
from wellit import access, back, compose, demand, lifecycle, live, operate, plan, render, smoke
from wellit.access import Access
from wellit.compose import Choice, Stack
from wellit.demand import Kind
from wellit.errors import Refused
from wellit.findings import Report
from wellit.lifecycle import Standing
from wellit.plan import Plan
from wellit.render import Rendered
from wellit.sandbox import Sandbox

GRAPH = Kind("nvidia.com/v1beta1", "DynamoGraphDeployment")
NAME = "dynamo-sglang"
NOTHING = "Dynamo's operator is not here"


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"graph-{abs(hash(request.node.name)) % 10**8}"
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


@cache
def stack(namespace: str, environment: str = "agg", train: str = "dynamo-1.3", *sets: str) -> tuple[Stack, Rendered]:
    made = compose.compose(Choice(NAME, environment, namespace, {"versions": train}, "small", sets=sets))
    return made, render.render(made, print)


def planned(there: Access, *args: str) -> Plan:
    return plan.prepare(*stack(*args), there)


def yes(question: str) -> None:
    assert question.endswith("?")


def install(there: Access, *args: str) -> Standing:
    return lifecycle.install(planned(there, *args), there, print, yes, timeout=180)


def kept(there: Access, namespace: str, version: str = "v1beta1") -> Any:
    return there.get(Kind(f"nvidia.com/{version}", GRAPH.kind).path(namespace, NAME))


def test_a_graph_is_kept_changed_and_removed_and_what_is_not_proven_is_said(here: Access, namespace: str) -> None:
    found = planned(here, namespace)
    assert {check.id: check.status for check in found.checks if check.status != "pass"} == {"WL611": "warn"}
    assert f"pods       1 of {NAME}/decode, 1 nvidia.com/gpu each" in found.text()

    report = operate.install(*stack(namespace), here, Report("install"), print, yes, wait=True, timeout=180)
    assert report.exit_code == 0
    told = {check.id: (check.status, check.detail) for check in report.checks}
    assert told["WL707"] == ("skip", f"kept, its shape checked; nothing runs: {NOTHING}")
    assert told["WL705"] == ("pass", "") and told["WL710"] == ("skip", f"nothing runs there: {NOTHING}")
    assert "nothing runs, so not proven: that its images can be pulled" in str(report.summary["result"])
    at = report.summary["endpoint"]
    assert isinstance(at, dict) and at["note"] == f"nothing runs there: {NOTHING}"
    assert f"port-forward -n {namespace} service/{NAME}-frontend 8000:8000" in at["before"]
    assert json.loads(at["curl"].rpartition(" -d ")[2].strip("'"))["model"] == "Qwen/Qwen3-0.6B"

    again = install(here, namespace, "agg", "dynamo-1.3", "decode.replicas=3")
    assert again.live.ready and [part.object.name for part in again.live.idle] == [NAME]
    assert kept(here, namespace)["spec"]["components"][1]["replicas"] == 3
    known = lifecycle.recorded(here, namespace)
    assert lifecycle.status(known, here).live.idle and "1 DynamoGraphDeployment" in lifecycle.goes_and_stays(known)
    assert [check.status for check in smoke.smoke(here, known).checks] == ["skip"]
    asked = operate.smoke(here, namespace, None, None, print, 5)
    assert asked.exit_code == 2, "who asks for an answer gets none here"

    assert lifecycle.uninstall(known, here, print, yes).status == "pass"
    assert isinstance(kept(here, namespace), access.Missing)
    left = here.call("get", "dgd,secrets,configmaps", "-n", namespace, "-o", "name").out.split()
    assert left == ["configmap/kube-root-ca.crt"]


def test_from_an_older_train_to_a_newer_one_in_place(here: Access, namespace: str) -> None:
    install(here, namespace, "disagg", "dynamo-0.8")
    assert set(kept(here, namespace, "v1alpha1")["spec"]["services"]) == {"Frontend", "decode", "prefill"}
    install(here, namespace, "disagg", "dynamo-1.3")
    spec = kept(here, namespace)["spec"]
    assert "services" not in spec and [one["type"] for one in spec["components"]] == ["frontend", "decode", "prefill"]


def test_agg_becomes_disagg_by_being_made_anew_and_goes_back(here: Access, namespace: str) -> None:
    install(here, namespace)
    found = planned(here, namespace, "disagg")
    assert not found.failed and found.changes
    (graph,) = found.changes.anew
    assert graph.fixed == ("spec.components",)
    assert graph.meaning[0].endswith("does not let this change: prefill is new; decode was worker and becomes decode")
    before = kept(here, namespace)["metadata"]["uid"]

    def no(question: str) -> None:
        raise Refused(question)

    with pytest.raises(Refused, match=f"Delete and make anew DynamoGraphDeployment {NAME}"):
        lifecycle.install(found, here, print, yes, no)
    assert kept(here, namespace)["metadata"]["uid"] == before
    assert lifecycle.install(found, here, print, yes, yes, timeout=30).live.ready
    now = kept(here, namespace)
    assert now["metadata"]["uid"] != before and len(now["spec"]["components"]) == 3

    way_back = back.prepare(lifecycle.recorded(here, namespace), here)
    assert way_back.changes and [one.object.name for one in way_back.changes.anew] == [NAME]
    lifecycle.rollback(way_back, here, print, yes, yes, timeout=30)
    assert [one["name"] for one in kept(here, namespace)["spec"]["components"]] == ["Frontend", "decode"]


def test_too_few_gpus_and_a_secret_that_is_not_there(here: Access, namespace: str) -> None:
    found = planned(here, namespace, "agg", "dynamo-1.3", "decode.tensorParallel=16", "model.secret=mine")
    failed = {check.id: check for check in found.failed}
    assert set(failed) == {"WL606", "WL607"}
    assert f"a pod of decode of DynamoGraphDeployment {NAME}, which needs 16" in failed["WL606"].detail
    assert "the secret mine with HF_TOKEN" in failed["WL607"].title


def test_what_the_api_server_refuses_is_told_as_it_says_it(here: Access, namespace: str) -> None:
    with pytest.raises(Refused, match=r"containers\[0\]\.ports") as told:
        install(here, namespace, "agg", "dynamo-1.3", "values.dynamo.components.decode.container.ports=none")
    assert "releases applied before it: none" in told.value.why


def test_a_stack_of_another_way_beside_it(here: Access, namespace: str) -> None:
    install(here, namespace)
    made, manifests, _ = of_llm_d(namespace)
    lifecycle.install(plan.prepare(made, manifests, here), here, print, yes, timeout=180)
    mine = lifecycle.recorded(here, namespace, NAME)
    assert lifecycle.uninstall(mine, here, print, yes).status == "pass"
    other = lifecycle.recorded(here, namespace, "inference-scheduling")
    assert {check.status for check in lifecycle.status(other, here).checks} == {"pass"}
    lifecycle.uninstall(other, here, print, yes)


def test_a_deleted_graph_that_waits_for_its_operator_says_so(here: Access, namespace: str) -> None:
    install(here, namespace)
    objects = demand.read(stack(namespace)[1], namespace).objects
    assert live.held(here, namespace, objects) is None
    finalizer = json.dumps({"metadata": {"finalizers": ["nvidia.com/finalizer"]}})
    assert here.call("patch", "dgd", NAME, "-n", namespace, "--type=merge", "-p", finalizer).ok
    assert here.call("delete", "dgd", NAME, "-n", namespace, "--wait=false").ok
    held = live.held(here, namespace, objects)
    assert held and held.why == (
        f"DynamoGraphDeployment {NAME} waits for nvidia.com/finalizer, which Dynamo's operator takes away when it "
        "has cleaned up"
    )
    said = held.write.partition("gone for good: kubectl ")[2].partition(", then")[0]
    words = said.removeprefix(f"{here.flags} ").replace("'", "").split()
    assert here.call(*words).ok, "the command that it names"
    assert live.held(here, namespace, objects) is None
