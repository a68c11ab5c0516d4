"""The chart of an LLMInferenceService: it is written as it is given, and its picker is reached by TLS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values

SERVICE: Values = {
    "api": "v1alpha2",
    "name": "llm",
    "labels": {"team": "x"},
    "annotations": {"a/b": "true"},
    "spec": {
        "model": {"uri": "hf://Qwen/Qwen3-8B", "name": "Qwen/Qwen3-8B"},
        "replicas": 2,
        "template": {"containers": [{"name": "main", "args": ["--max-model-len", "4096"]}]},
        "router": {"route": {}, "gateway": {"refs": [{"name": "g", "namespace": "ns"}]}, "scheduler": {}},
    },
    "picker": {"destinationRule": {"trafficPolicy": {"connectionPool": {"http": {"idleTimeout": "900s"}}}}},
}


def service(kserve: Chart, **more: Any) -> Any:
    return kserve.render({**SERVICE, **more}).only("LLMInferenceService")


def test_the_spec_is_kserve_s_as_it_is_given(kserve: Chart) -> None:
    made = service(kserve)
    assert made["apiVersion"] == "serving.kserve.io/v1alpha2"
    about = made["metadata"]
    assert (about["name"], about["namespace"], about["annotations"]) == ("llm", "ns", {"a/b": "true"})
    assert about["labels"]["team"] == "x"
    assert about["labels"]["app.kubernetes.io/instance"] == "kserve-x"
    assert made["spec"] == SERVICE["spec"]


def test_the_api_version_is_the_one_given(kserve: Chart) -> None:
    assert service(kserve, api="v1alpha1")["apiVersion"] == "serving.kserve.io/v1alpha1"


def test_its_name_is_the_release_s_unless_said(kserve: Chart) -> None:
    assert service(kserve, name="")["metadata"]["name"] == "kserve-x"


def test_istio_is_told_to_speak_tls_to_the_picker(kserve: Chart) -> None:
    made = kserve.render(SERVICE).only("DestinationRule")
    assert made["metadata"]["name"] == "llm-epp-service"
    assert made["spec"] == {
        "host": "llm-epp-service.ns.svc.cluster.local",
        "trafficPolicy": {
            "tls": {"mode": "SIMPLE", "insecureSkipVerify": True},
            "connectionPool": {"http": {"idleTimeout": "900s"}},
        },
    }


def test_other_gateways_need_nothing_beside_it(kserve: Chart) -> None:
    for nothing in ({}, {"destinationRule": None}):
        assert kserve.render({**SERVICE, "picker": nothing}).names == {"LLMInferenceService/llm"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"api": "v1beta1"}, "/api"),
        ({"spec": {}}, "/spec"),
        ({"name": "Llm"}, "/name"),
        ({"labels": {"a": 1}}, "/labels/a"),
        ({"model": {}}, "additional properties 'model' not allowed"),
        ({"picker": {"destinationrule": {}}}, "additional properties 'destinationrule' not allowed"),
    ],
)
def test_what_no_service_has_is_refused(kserve: Chart, values: Values, said: str) -> None:
    assert said in kserve.render(SERVICE | values).error
