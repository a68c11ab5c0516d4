"""Cells that no guide's README walks through, installed and removed on a real Kubernetes API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wellit import access, catalogue, lifecycle, plan, validate
from wellit import sandbox as sandboxes
from wellit.access import Access
from wellit.compose import Choice
from wellit.demand import Kind
from wellit.plan import Plan
from wellit.sandbox import Sandbox


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def amd(sandbox: Sandbox) -> Iterator[None]:
    """As `sandbox.up --gpus nvidia.com/gpu=8,amd.com/gpu=8` on the sandbox that is up."""
    sandboxes.up(
        sandbox.name, say=print, resources=sandboxes.parse_gpus("nvidia.com/gpu=8,amd.com/gpu=8"), ready="simulated"
    )
    yield
    sandboxes.up(sandbox.name, say=print, ready="simulated")


def planned(there: Access, guide: str, namespace: str, *sets: str, **axes: str) -> Plan:
    environment = catalogue.guide_source(guide).data["environments"][0]
    components = axes | {"charts": "offline"}
    result = validate.stack(
        Choice(guide, environment, namespace, components=components, size="small", sets=sets), print
    )
    assert result.report.exit_code == 0, result.report.findings
    assert result.stack is not None
    assert result.rendered is not None
    return plan.prepare(result.stack, result.rendered, there)


def whole_life(there: Access, guide: str, *sets: str, **axes: str) -> list[str]:
    """Install, status and uninstall, all without a complaint. What had to get ready, without its namespace."""
    namespace = "cell-" + "-".join((guide, *axes.values())).replace(".", "-").replace("+", "-")
    found = planned(there, guide, namespace, *sets, **axes)
    # No istiod is in a simulated sandbox whose switch could be looked at.
    assert [check for check in found.checks if check.status != "pass" and check.id != "WL627"] == []
    try:
        lifecycle.install(found, there, print, lambda _: None, timeout=180)
        known = lifecycle.recorded(there, namespace)
        checks = lifecycle.status(known, there).checks
        assert [check for check in checks if check.status != "pass"] == []
        assert lifecycle.uninstall(known, there, print, lambda _: None).status == "pass"
        return [check.title.rpartition(" ")[0] for check in checks]
    finally:
        there.call("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")


def ready(titles: list[str], kind: str) -> list[str]:
    return [title.split()[1] for title in titles if title.startswith(f"{kind} ")]


def test_prefill_and_decode_with_sglang_on_the_older_train(here: Access) -> None:
    titles = whole_life(here, "pd-disaggregation", engine="sglang", versions="llm-d-0.4")
    assert ready(titles, "Deployment") == [
        "gaie-pd-epp",
        "ms-pd-llm-d-modelservice-decode",
        "ms-pd-llm-d-modelservice-prefill",
    ]


def test_one_pool_that_two_engines_share(here: Access) -> None:
    titles = whole_life(here, "multi-engine", "route.by=pool")
    assert ready(titles, "InferencePool") == ["gaie-multi-engine"]
    assert [name for name in ready(titles, "Deployment") if name.startswith("ms-")] == [
        "ms-multi-engine-sglang-llm-d-modelservice-decode",
        "ms-multi-engine-vllm-llm-d-modelservice-decode",
    ]


def test_amd_where_no_node_has_it(here: Access) -> None:
    failed = planned(here, "inference-scheduling", "cell-none", accelerator="amd").failed
    assert [check.id for check in failed] == ["WL614"]
    assert failed[0].detail == "no node does; nodes offer nvidia.com/gpu on 4 nodes"
    assert failed[0].fix == "--accelerator nvidia"


@pytest.mark.usefixtures("amd")
def test_amd_where_the_nodes_have_it(here: Access) -> None:
    titles = whole_life(here, "inference-scheduling", accelerator="amd")
    assert "ms-inference-scheduling-llm-d-modelservice-decode" in ready(titles, "Deployment")


@pytest.mark.parametrize(
    ("gateway", "kind", "fix"),
    [
        ("agentgateway", "AgentgatewayParameters", "upgrade --install agentgateway-crds"),
        ("kgateway", "AgentgatewayParameters", "upgrade --install kgateway-crds"),
        ("gke", "HealthCheckPolicy", "shows what GKE needs"),
    ],
)
def test_what_another_gateway_misses_is_said_with_what_brings_it(
    here: Access, gateway: str, kind: str, fix: str
) -> None:
    failed = planned(here, "inference-scheduling", "cell-none", gateway=gateway).failed
    definition = next(check for check in failed if check.title.startswith(f"the cluster knows {kind} "))
    assert fix in definition.fix and "--gateway none" in definition.fix
    class_ = next(check for check in failed if check.id == "WL605")
    assert "invoke prerequisites, with the same flags" in class_.fix
    assert {check.id for check in failed} == {"WL604", "WL605"}
    assert here.get(Kind("v1", "Namespace").path("", "cell-none")) == access.Missing()
