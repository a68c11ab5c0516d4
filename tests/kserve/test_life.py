"""The life of an LLMInferenceService with KServe's own controller: installed, changed, looked at and removed.

What stands in its way is found before.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.kserve.conftest import Asked
from tests.support.drift import applied, nothing_differs
from wellit import access, catalogue, compose, lifecycle, plan, render
from wellit.access import Access, Missing
from wellit.compose import Choice, Stack
from wellit.demand import Kind
from wellit.errors import Refused
from wellit.findings import Check
from wellit.plan import Plan
from wellit.render import Rendered

NAME = "llm-inference-service"
SERVICE = Kind("serving.kserve.io/v1alpha2", "LLMInferenceService")
SECONDS = 180.0  # a busy machine takes its time


@pytest.fixture(scope="module")
def here(asked: Asked) -> Access:
    return access.open_access(sandbox=asked.sandbox.name)


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"life-{abs(hash(request.node.name)) % 10**8}"
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


@cache
def stack(namespace: str, environment: str, *sets: str) -> tuple[Stack, Rendered]:
    components = {"charts": "offline"}
    made = compose.compose(Choice(NAME, environment, namespace, components, "small", sets=sets))
    return made, render.render(made, print)


def planned(there: Access, namespace: str, *sets: str, environment: str = "kserve-sglang") -> Plan:
    return plan.prepare(*stack(namespace, environment, *sets), there)


def failed(found: Plan) -> dict[str, Check]:
    return {check.id: check for check in found.failed}


def kept(there: Access, namespace: str) -> Any:
    return there.get(SERVICE.path(namespace, "llm"))


def yes(question: str) -> None:
    assert question.endswith("?")


@pytest.mark.parametrize("environment", catalogue.environments_of(catalogue.guide_source(NAME)))
def test_nothing_differs_right_after_it_was_applied(here: Access, namespace: str, environment: str) -> None:
    """Also after KServe's webhooks have seen it: what defaults and they add is no drift."""
    assert here.call("create", "namespace", namespace).ok
    nothing_differs(applied(here, namespace, NAME, environment))


def test_what_stands_in_the_way_is_found_before_anything_is_applied(here: Access, namespace: str) -> None:
    good = planned(here, namespace)
    assert not good.failed
    told = {check.id: check for check in good.checks}
    assert told["WL611"].detail.endswith("a process of the sandbox")
    assert {told[f"WL96{i}"].status for i in range(5)} == {"pass"}
    assert "of LLMInferenceService llm: Deployment, HTTPRoute, InferencePool" in good.text()

    refused = failed(planned(here, namespace, "values.kserve.spec.parallelism.data=4"))
    assert set(refused) == {"WL961"}
    assert "it is refused: " in refused["WL961"].detail and "dataLocal must be set" in refused["WL961"].detail

    unknown = failed(planned(here, namespace, "values.kserve.spec.inferenceServer.type=sglang"))
    assert "inferenceServer" in unknown["WL961"].detail, "a field that the definition does not know"

    base = failed(planned(here, namespace, "baseRefs=[not-there]"))
    assert "not-there (for baseRefs)" in base["WL963"].detail

    spread = "values.kserve.spec.worker={containers: [{name: main}]}"
    pipeline = failed(planned(here, namespace, spread, "values.kserve.spec.parallelism.pipeline=2"))
    assert "config-llm-worker-pipeline-parallel" in pipeline["WL963"].detail, "KServe ships no such preset"

    assert isinstance(here.get(f"/api/v1/namespaces/{namespace}"), Missing), "nothing was applied"


def test_a_gateway_that_nobody_reconciles(here: Access, asked: Asked, namespace: str) -> None:
    asked.apply({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
        "metadata": {"name": "lonely", "namespace": "default"},
        "spec": {"gatewayClassName": "nobodys", "listeners": [{"name": "h", "port": 80, "protocol": "HTTP"}]},
    })  # fmt: skip
    refs = "values.kserve.spec.router.gateway.refs=[{{name: {}, namespace: default}}]"
    found = failed(planned(here, namespace, refs.format("lonely")))
    assert "nobody reconciles it: its class nobodys is not there" in found["WL965"].detail
    missing = failed(planned(here, namespace, refs.format("none")))
    assert "it is not there" in missing["WL965"].detail


def test_installed_changed_looked_at_and_removed(here: Access, namespace: str) -> None:
    """An install that does not get ready in its time goes on from there; a change by hand is told; nothing is left."""
    with pytest.raises(Refused, match="not ready after 0 s") as late:
        lifecycle.install(planned(here, namespace), here, print, yes, timeout=0)
    assert "LLMInferenceService llm" in late.value.message
    again = planned(here, namespace)
    assert "did not end; this one goes on from there" in again.text()
    stands = lifecycle.install(again, here, print, yes, timeout=SECONDS)
    assert {check.id: check.status for check in stands.checks} == dict.fromkeys(
        ["WL702", "WL705", "WL707", "WL968", "WL969", "WL780", "WL781", "WL782", "WL783"], "pass"
    )
    (part,) = [one for one in stands.live.parts if one.object.of == SERVICE]
    assert part.done == part.of == 3 and part.url.endswith(f"/{namespace}/llm")
    assert part.presets[-1] == "kserve-config-llm-template"
    assert f"/{namespace}/llm/v1/completions" in stands.endpoint.curl

    # What its webhooks add by default, and what its controller writes, is no change; a value is one.
    same = planned(here, namespace).changes
    assert same and not same.any and not same.unknown and not same.refused
    other = planned(here, namespace, "decode.replicas=3").changes
    assert other and [(f.path, f.before, f.after) for one in other.changed for f in one.fields] == [
        ("spec.replicas", 2, 3)
    ]

    more = lifecycle.install(planned(here, namespace, "decode.replicas=3"), here, print, yes, timeout=SECONDS)
    assert kept(here, namespace)["spec"]["replicas"] == 3 and more.live.ready

    by_hand = '{"spec":{"replicas":1}}'
    assert here.call("patch", "llminferenceservice", "llm", "-n", namespace, "--type=merge", "-p", by_hand).ok
    known = lifecycle.recorded(here, namespace)
    (drift,) = [check for check in lifecycle.status(known, here).checks if check.id == "WL969"]
    assert drift.status == "fail"
    assert drift.detail.startswith("spec.replicas was 3 and is 1: scaled (kubectl patch, 20")

    assert "what KServe's controller made of it: Deployment" in lifecycle.goes_and_stays(known)
    assert lifecycle.uninstall(known, here, print, yes).status == "pass"
    assert isinstance(kept(here, namespace), Missing)
    left = here.call("get", "deployments,httproutes,inferencepools,services,pods", "-n", namespace, "-o", "name").out
    assert left.split() in ([], ["service/infra-llm-inference-gateway-istio"])


def test_what_the_controller_never_carries_out_is_made_anew(here: Access, asked: Asked, namespace: str) -> None:
    """Labels, and whether there are prefill servers, are in the selectors of the Deployments that it has made."""
    lifecycle.install(planned(here, namespace), here, print, yes, timeout=SECONDS)
    before = kept(here, namespace)["metadata"]["uid"]
    found = planned(here, namespace, environment="kserve-sglang-pd")
    assert not found.failed and found.changes
    (service,) = found.changes.anew
    assert service.fixed == ("spec.prefill",) and "does not let this change: prefill is new" in service.meaning[0]
    stands = lifecycle.install(found, here, print, yes, yes, timeout=SECONDS)
    now = kept(here, namespace)
    assert stands.live.ready and now["metadata"]["uid"] != before and "prefill" in now["spec"]

    # What comes of it where nobody makes it anew: the API server takes the change, and the controller ends in an error.
    by_hand = '{"spec":{"labels":{"a":"b"}}}'
    assert here.call("patch", "llminferenceservice", "llm", "-n", namespace, "--type=merge", "-p", by_hand).ok
    said = asked.wait(namespace, "llm", lambda one: "immutable" in str(one.conditions), SECONDS)
    status, reason, message = said.conditions["MainWorkloadReady"]
    assert (status, reason) == ("False", "ReconcileSingleNodeWorkloadError") and "field is immutable" in message
