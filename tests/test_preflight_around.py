"""What preflight asks beside room and kinds, on looks that are made by hand; the rest is in test_preflight_real."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import GPU, POOL, POOL_LABELS, VALUES, demand, healthy, node, workload
from wellit import publishers
from wellit.access import Missing, Unread
from wellit.cluster import Around, Shape, Told
from wellit.demand import Demand
from wellit.findings import Check
from wellit.needs import CLAIM, Named, Needs
from wellit.preflight import preflight

SWITCH = publishers.switch("InferencePool")


def wanted(**spec: Any) -> Demand:
    container = {"name": "c", "env": spec.pop("env", [])}
    return demand(workload(spec={"containers": [container], **spec}))


def checks(id_: str, asked: Demand, needs: Needs = Needs(), around: Around | None = None, **broken: Any) -> list[Check]:  # noqa: B008
    found = replace(healthy(asked, **broken), around=around or Around(tools={"helm": "4", "helmfile": "1"}))
    return [check for check in preflight(asked, found, VALUES, needs) if check.id == id_]


@pytest.mark.parametrize(
    ("env", "status", "says"),
    [
        ({"HF_ENDPOINT": "https://hub.example.org"}, "pass", "https://hub.example.org"),
        ({"HF_ENDPOINT": "hub.example.org"}, "fail", "--set huggingFace.endpoint="),
        ({"HF_ENDPOINT": "https://"}, "fail", "--set huggingFace.endpoint="),
        ({"HTTPS_PROXY": "http://a:b@proxy:3128", "NO_PROXY": ".svc,.cluster.local"}, "pass", "http://proxy"),
        ({"https_proxy": "proxy:port", "no_proxy": "*"}, "fail", "--set proxies.https="),
        (
            {"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "localhost"},
            "warn",
            'proxies.except=["localhost", ".svc", ".cluster.local"]',
        ),
    ],
)
def test_addresses_and_proxies(env: dict[str, str], status: str, says: str) -> None:
    found = checks("WL625", wanted(env=[{"name": name, "value": value} for name, value in env.items()]))
    [check] = [one for one in found if one.status != "pass"] or found[:1]
    assert check.status == status and says in f"{check.detail}{check.fix}"
    assert not any("a:b" in f"{one}" for one in found), "a proxy's password is not shown"


@pytest.mark.parametrize(
    ("shape", "status"),
    [
        (Shape(37, True), "pass"), (Shape(0), "fail"), (Shape(38, True, True), "warn"), (Shape(37), "warn"),
        (Shape(5, True), "warn"), (None, "skip"),
    ],
)  # fmt: skip
def test_what_a_token_is_like(shape: Shape | None, status: str) -> None:
    needs = Needs(token=("llm-d-hf-token", "HF_TOKEN"))
    [check] = checks("WL624", wanted(), needs, Around(token=shape))
    assert check.status == status


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ("v1.4.0", "pass"),
        ("v1.5.0", "pass"),
        ("v1.0.0", "fail"),
        ("", "pass"),
        (Unread("get customresource"), "unknown"),
    ],
)
def test_definitions_of_a_release(found: Any, status: str) -> None:
    about = publishers.published(POOL.group)
    assert about
    needs = Needs(definitions={"inferencepools": about})
    [check] = checks("WL626", wanted(), needs, Around(definitions={"inferencepools": found}))
    assert check.status == status and (status != "fail" or "invoke prerequisites" in check.fix)


@pytest.mark.parametrize(
    ("told", "status"),
    [((Told("istio-system", "istiod", "true"),), "pass"), ((Told("istio-system", "istiod", None),), "fail"),
     ((Told("istio-system", "istiod", None, "configmap switches"),), "unknown"),
     ((), "skip"), (Unread("list deployments.apps"), "unknown")],
)  # fmt: skip
def test_istios_switch(told: Any, status: str) -> None:
    [check] = checks("WL627", wanted(), Needs(switch=SWITCH), Around(controllers=told))
    assert check.status == status
    if status == "fail":
        assert check.fix == f"kubectl --context c set env deployment/istiod -n istio-system {SWITCH['variable']}=true"


@pytest.mark.parametrize(
    ("claim", "status", "says"),
    [
        ({"status": {"phase": "Bound", "accessModes": ["ReadWriteMany"], "capacity": {"storage": "1Ti"}}}, "pass", ""),
        ({"status": {"phase": "Lost"}}, "fail", "delete persistentvolumeclaim models"),
        ({"status": {"phase": "Bound", "accessModes": ["ReadWriteOnce"]}}, "warn", "models-many"),
        ({"status": {"accessModes": ["ReadWriteMany"], "capacity": {"storage": "1Gi"}}}, "warn", "patch persistent"),
        (Missing(), "fail", "apply -f -"), (Unread("get persistentvolumeclaims"), "unknown", ""),
    ],
)  # fmt: skip
def test_a_claim_of_somebodys(claim: Any, status: str, says: str) -> None:
    asked = wanted(volumes=[{"name": "m", "persistentVolumeClaim": {"claimName": "models"}}])
    around = Around(named={Named(CLAIM, "models", "ns", "Deployment decode"): claim})
    values = {**VALUES, "model": {"size": "80Gi"}}
    found = preflight(asked, replace(healthy(asked), around=around), values, Needs())
    [check] = [one for one in found if one.id == "WL618"]
    assert check.status == status and says in check.fix


def test_a_cluster_that_adds_tolerations_for_devices_by_itself() -> None:
    taint = ({"key": GPU, "value": "present", "effect": "NoSchedule"},)
    nodes = tuple(node(f"gpu-{i}", taints=taint) for i in range(4))
    assert [one.status for one in checks("WL613", wanted(), nodes=nodes)] == ["fail"]
    assert [one.status for one in checks("WL613", wanted(), nodes=nodes, version="v1.37.1-gke.5")] == ["pass"]


def test_pods_that_must_be_apart_want_a_node_each() -> None:
    term = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": POOL_LABELS}}
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    [check] = checks("WL606", wanted(affinity=apart))
    assert check.status == "fail" and check.detail.startswith("4 of 8 pods fit")


def test_a_device_that_no_node_offers_names_what_they_offer() -> None:
    asked = demand(replace(workload(), asks={GPU: 1000, "rdma/ib": 1000}))
    roce = replace(node(), offers={**node().offers, "rdma/roce_gdr": 1000})
    [check] = checks("WL615", asked, nodes=(roce,))
    assert check.status == "fail" and "nodes offer rdma/roce_gdr on 1 node" in check.detail
    [room] = checks("WL606", asked, nodes=(roce,))
    assert room.status == "skip"
