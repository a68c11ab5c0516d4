"""What is read of a cluster for one LLMInferenceService, and what is said of it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import VALUES, access, failed, forbidden, not_found
from tests.support.llmisvc import item, service
from wellit import besides
from wellit.access import Missing, Unread
from wellit.besides import Besides, Definition, Joined
from wellit.carriers import Carrier, Carriers
from wellit.findings import Check
from wellit.tried import Tried

CRD = (
    "get customresourcedefinition llminferenceservices.serving.kserve.io -o "
    "go-template={{range .spec.versions}}{{.name}} {{.served}} {{.storage}} {{end}}"
)
SETTINGS = "get --raw /api/v1/namespaces/kserve/configmaps/inferenceservice-config"
CONFIGS = "get --raw /apis/serving.kserve.io/v1alpha2/namespaces/{}/llminferenceserviceconfigs/{}"
ROUTES, POOLS = "get --raw /apis/gateway.networking.k8s.io/v1", "get --raw /apis/inference.networking.k8s.io/v1"
DRY = "apply --server-side --dry-run=server --force-conflicts --field-manager=helm --validate=strict -o json -n {} -f -"
ISTIOD = "get --raw /apis/apps/v1/deployments?labelSelector=app%3Distiod"
GATEWAY = "get --raw /apis/gateway.networking.k8s.io/v1/namespaces/{}/gateways/{}"
CLASS = "get --raw /apis/gateway.networking.k8s.io/v1/gatewayclasses/{}"
OWN = frozenset(["infra-llm-inference-gateway"])
NOBODY = Carriers()
HOOK = "llminferenceservice.kserve-webhook-server.v1alpha2.validator"
TRAIN = VALUES | {
    "versions": {
        "name": "kserve-0.20", "way": "kserve", "charts": {"kserve": {"version": "v0.20.0"}},
        "crds": {"gatewayApi": "v1.4.0", "inferenceExtension": "v1.5.0", "leaderWorkerSet": "v0.8.0"},
    }
}  # fmt: skip


def settings(**ingress: Any) -> str:
    said = {"kserveIngressGateway": "kserve/kserve-ingress-gateway"} | ingress
    return json.dumps({"data": {"ingress": json.dumps(said)}})


def kinds(*names: str) -> str:
    return json.dumps({"resources": [{"kind": name} for name in names]})


def istiod(value: str = "true") -> str:
    variable = {"name": "ENABLE_GATEWAY_API_INFERENCE_EXTENSION", "value": value}
    pod = {"spec": {"containers": [{"name": "discovery", "env": [variable]}]}}
    return json.dumps({"items": [{"spec": {"template": pod}}]})


def known(**more: Any) -> dict[str, Any]:
    """A cluster in which all is well."""
    said: dict[str, Any] = {
        CRD: "v1alpha1 true false v1alpha2 true true ", SETTINGS: settings(), DRY.format("ns"): "", ISTIOD: istiod(),
        ROUTES: kinds("HTTPRoute"), POOLS: kinds("InferencePool"),
    }  # fmt: skip
    for what in ("scheduler", "router-route", "template"):
        said[CONFIGS.format("ns", f"kserve-config-llm-{what}")] = not_found()
        said[CONFIGS.format("kserve", f"kserve-config-llm-{what}")] = json.dumps({"spec": {}})
    return said | more


def look(
    answers: dict[str, Any], carriers: Carriers = NOBODY, made: frozenset[str] = OWN, *, there: bool = True,
    **spec: Any,
) -> Besides:  # fmt: skip
    here = access(answers)[0]
    return besides.look(here, "ns", item(), service(**spec), carriers, made, classes=["istio"], there=there)


def checks(found: Besides) -> dict[str, Check]:
    return {check.id: check for check in besides.checks(item(), found, TRAIN, "--context c")}


def test_a_cluster_in_which_all_is_well() -> None:
    found = checks(look(known()))
    assert {id_: check.status for id_, check in found.items()} == dict.fromkeys(
        ["WL960", "WL961", "WL962", "WL963", "WL964", "WL966"], "pass"
    )
    assert "kserve-config-llm-template in kserve" in found["WL963"].detail


def test_a_definition_of_another_release() -> None:
    check = checks(look(known(**{CRD: "v1alpha1 true true v1alpha2 true false "})))["WL960"]
    assert check.status == "warn" and check.detail == (
        "it keeps them as v1alpha1 and serves v1alpha1, v1alpha2: it is of another release; "
        "kserve-0.20 wants KServe v0.20.0; each look at it goes through a conversion"
    )
    assert check.fix.startswith("--versions kserve-0.16, or invoke prerequisites")
    assert checks(look(known(**{CRD: forbidden("get", "customresourcedefinitions")})))["WL960"].status == "unknown"


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (failed(f'Error from server (Forbidden): admission webhook "{HOOK}" denied the request: spec.worker: no\n'),
         "fail", "it is refused: spec.worker: no"),
        (failed('Error from server (InternalError): Internal error occurred: failed calling webhook "x": refused'),
         "fail", 'a webhook that must be asked does not answer: failed calling webhook "x": refused'),
        (failed("Error from server: failed to create typed patch object: .spec.runtime: field not declared in schema"),
         "fail", "it is refused: failed to create typed patch object: .spec.runtime: field not declared in schema"),
        (forbidden("patch", "llminferenceservices"), "unknown", "you may not patch llminferenceservices"),
    ],
)  # fmt: skip
def test_what_the_api_server_says_before_anything_is_kept(answer: Any, status: str, words: str) -> None:
    check = checks(look(known(**{DRY.format("ns"): answer})))["WL961"]
    assert check.status == status and words in check.detail
    assert bool(check.fix) is (status == "fail")


def test_a_namespace_that_is_not_there_yet_is_no_reason_not_to_ask() -> None:
    answers = known(**{DRY.format("default"): ""})
    del answers[DRY.format("ns")]
    assert look(answers, there=False).tried == Tried("taken")


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (not_found(), "fail", "they are not there"),
        (forbidden("get", "configmaps"), "unknown", "you may not get configmaps"),
        (json.dumps({"data": {}}), "fail", "it has no key ingress"),
        (json.dumps({"data": {"ingress": "{"}}), "fail", "is no JSON"),
        (json.dumps({"data": {"ingress": "[]"}}), "fail", "is no map"),
    ],
)
def test_the_settings_of_the_controller(answer: Any, status: str, words: str) -> None:
    check = checks(look(known(**{SETTINGS: answer})))["WL962"]
    assert check.status == status and words in check.detail


def test_an_engine_of_ones_own_where_engines_must_speak_tls() -> None:
    tls = known(**{SETTINGS: settings(enableLLMInferenceServiceTLS=True)})
    own = {"name": "main", "command": ["python3", "-m", "sglang.launch_server"]}
    check = checks(look(tls, template={"containers": [own]}))["WL962"]
    assert check.status == "fail" and "template.containers: main serves without" in check.detail
    assert "kubectl --context c -n kserve edit configmap inferenceservice-config" in check.fix
    own["command"] = [*own["command"], "--ssl-certfile=/x"]
    assert checks(look(tls, template={"containers": [own]}))["WL962"].status == "pass"
    assert checks(look(tls))["WL962"].status == "pass", "the preset's own command does"


def test_presets_that_are_not_there() -> None:
    answers = known(**{CONFIGS.format("kserve", "kserve-config-llm-template"): not_found()})
    check = checks(look(answers))["WL963"]
    assert check.status == "fail" and check.detail == (
        "not there, neither beside it nor in kserve: kserve-config-llm-template (for one node for each server); "
        "nothing would be started"
    )
    assert "invoke prerequisites" in check.fix
    answers[CONFIGS.format("kserve", "kserve-config-llm-template")] = forbidden("get", "llminferenceserviceconfigs")
    assert checks(look(answers))["WL963"].status == "unknown"


def test_a_base_of_ones_own_counts_first_in_its_namespace_and_changes_what_is_asked_for() -> None:
    answers = known(**{CONFIGS.format("ns", "mine"): json.dumps({"spec": {"prefill": {"replicas": 1}}})})
    for what in ("prefill-template", "decode-template"):
        answers[CONFIGS.format("ns", f"kserve-config-llm-{what}")] = json.dumps({"spec": {}})
    found = look(answers, baseRefs=[{"name": "mine"}])
    assert [(one.name.removeprefix("kserve-config-llm-"), one.where) for one in found.presets] == [
        ("scheduler", "kserve"), ("router-route", "kserve"), ("prefill-template", "ns"), ("decode-template", "ns"),
        ("mine", "ns"),
    ]  # fmt: skip
    answers[CONFIGS.format("ns", "other")] = answers[CONFIGS.format("kserve", "other")] = not_found()
    check = checks(look(answers, baseRefs=[{"name": "other"}]))["WL963"]
    assert "other (for baseRefs)" in check.detail and check.fix == "apply other, or take it out of baseRefs"


def test_a_controller_that_puts_another_word_before_its_presets() -> None:
    told = {"LLM_INFERENCE_SERVICE_CONFIG_PREFIX": "v9-"}
    answers = known(**{CONFIGS.format("ns", "v9-config-llm-template"): json.dumps({"spec": {}})})
    found = look(answers, Carriers((Carrier("m", "kserve", True, "", told),)), router=None)
    assert [one.name for one in found.presets] == ["v9-config-llm-template"]


def test_kinds_that_are_made_of_it_and_are_not_there() -> None:
    answers = known(**{POOLS: not_found(), "get --raw /apis/leaderworkerset.x-k8s.io/v1": not_found()})
    for where in ("ns", "kserve"):
        answers[CONFIGS.format(where, "kserve-config-llm-worker-data-parallel")] = not_found()
    found = look(answers, worker={"containers": []}, parallelism={"data": 2})
    failing = [c for c in besides.checks(item(), found, TRAIN, "--context c") if c.id == "WL964"]
    assert [check.title for check in failing] == [
        "the cluster knows LeaderWorkerSet (leaderworkerset.x-k8s.io/v1), which KServe's controller makes of it",
        "the cluster knows InferencePool (inference.networking.k8s.io/v1), which KServe's controller makes of it",
    ]
    assert "kserve-0.20 wants LeaderWorkerSet v0.8.0" in failing[0].detail
    assert all(check.fix for check in failing)
    assert checks(look(known(**{POOLS: forbidden("get", "x")})))["WL964"].status == "unknown"


def gateway(programmed: str = "True") -> str:
    conditions = [{"type": "Programmed", "status": programmed}]
    return json.dumps({"spec": {"gatewayClassName": "theirs"}, "status": {"conditions": conditions}})


def accepted(status: str = "True") -> str:
    return json.dumps({"status": {"conditions": [{"type": "Accepted", "status": status}]}})


@pytest.mark.parametrize(
    ("there", "of", "status", "words"),
    [
        (gateway(), accepted(), "pass", ""),
        (gateway("False"), accepted(), "fail", "its controller has not programmed it"),
        (gateway(), accepted("Unknown"), "fail", "nobody reconciles it: its class theirs is accepted by no controller"),
        (gateway(), not_found(), "fail", "nobody reconciles it: its class theirs is not there"),
        (not_found(), "", "fail", "it is not there: it comes before what is joined to it"),
        (forbidden("get", "gateways"), "", "unknown", "you may not get gateways"),
    ],
)
def test_a_gateway_that_somebody_else_made(there: Any, of: Any, status: str, words: str) -> None:
    answers = known(**{GATEWAY.format("theirs", "shared"): there, CLASS.format("theirs"): of})
    router = {"route": {}, "scheduler": {}, "gateway": {"refs": [{"name": "shared", "namespace": "theirs"}]}}
    check = checks(look(answers, router=router))["WL965"]
    assert (check.status, check.detail) == (status, words) if not words else words in check.detail
    assert check.title == "the gateway theirs/shared, to which its route is joined, takes requests"


def test_the_gateway_of_the_settings_is_that_of_a_route_without_one() -> None:
    answers = known(**{GATEWAY.format("kserve", "kserve-ingress-gateway"): not_found()})
    check = checks(look(answers, router={"route": {}, "scheduler": {}}))["WL965"]
    assert check.status == "fail" and "only the controller's settings name it" in check.detail
    assert "WL965" not in checks(look(known(), router=None))


@pytest.mark.parametrize(
    ("answer", "status"), [(istiod("false"), "fail"), (istiod(), "pass"), (json.dumps({"items": []}), None)]
)
def test_istio_looks_at_pools_only_when_it_is_told_to(answer: str, status: str | None) -> None:
    found = checks(look(known(**{ISTIOD: answer}))).get("WL966")
    assert (found.status if found else None) == status


def test_nothing_is_asked_about_a_kind_whose_controller_goes_by_nothing_else() -> None:
    from tests.support import graphs

    here = access({})[0]
    found = besides.look(here, "ns", graphs.item(), graphs.graph(), Carriers(), OWN, classes=[], there=True)
    assert found == Besides() and not list(besides.checks(graphs.item(), found, TRAIN, ""))


def test_what_is_not_known_is_neither_yes_nor_no() -> None:
    found = replace(
        Besides(), definition=Definition(("v1alpha2",), "v1alpha2"), settings=Unread("get configmaps"),
        gateways=(Joined("a/b", "c", Unread("get gatewayclasses")),), tried=Tried("unread", "no"),
    )  # fmt: skip
    said = {id_: check.status for id_, check in checks(found).items()}
    assert said == {"WL960": "pass", "WL961": "unknown", "WL962": "unknown", "WL965": "unknown"}
    assert "WL960" not in checks(replace(found, definition=Missing()))
