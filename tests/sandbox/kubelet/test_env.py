from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.kubelet.made import NODE, PLACE, There, container, pod, there
from wellit.sandbox.box.kubelet.env import api_server, variables
from wellit.sandbox.box.kubelet.expand import expand
from wellit.sandbox.box.kubelet.references import Missing


def made(one: dict[str, Any], look: There | None = None, **given: str) -> dict[str, str]:
    return asyncio.run(variables(pod(one), one, given, PLACE, NODE, look or there()))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("--port=$(PORT)", "--port=8000"),
        ("$(PORT)$(PORT)", "80008000"),
        ("$(NOBODY)", "$(NOBODY)"),
        ("$$(PORT)", "$(PORT)"),
        ("$$$(PORT)", "$8000"),
        ("$PORT ${PORT}", "$PORT ${PORT}"),
        ("100$", "100$"),
        ("$(PORT", "$(PORT"),
    ],
)
def test_references_are_replaced_as_kubernetes_does(text: str, wanted: str) -> None:
    assert expand(text, {"PORT": "8000"}) == wanted


def test_a_variable_may_name_those_before_it_and_no_later_one() -> None:
    one = container(env=[
        {"name": "LATE", "value": "$(PORT)"}, {"name": "PORT", "value": "80"}, {"name": "URL", "value": ":$(PORT)$(X)"},
    ])  # fmt: skip
    assert made(one, X="x") == {"X": "x", "LATE": "$(PORT)", "PORT": "80", "URL": ":80x"}


def test_a_variable_without_a_value_is_empty() -> None:
    assert made(container(env=[{"name": "A"}])) == {"A": ""}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("metadata.name", "p"),
        ("metadata.namespace", "ns"),
        ("metadata.uid", "u-1"),
        ("metadata.labels['app']", "web"),
        ("metadata.labels['none']", ""),
        ("metadata.labels", 'app="web"'),
        ("spec.nodeName", "gpu-node-1"),
        ("spec.serviceAccountName", "default"),
        ("status.podIP", "10.66.0.7"),
        ("status.hostIP", "10.0.0.1"),
    ],
)
def test_fields_of_the_pod(path: str, wanted: str) -> None:
    assert made(container(env=[{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": path}}}])) == {"A": wanted}


@pytest.mark.parametrize(
    ("resource", "divisor", "wanted"),
    [("limits.cpu", "1m", "1500"), ("limits.cpu", "1", "2"), ("requests.memory", "1Mi", "1024"),
     ("limits.memory", "1Gi", "1024"), ("requests.cpu", "0", "0")],
)  # fmt: skip
def test_resources_are_rounded_up_and_a_limit_not_set_is_the_node_s(resource: str, divisor: str, wanted: str) -> None:
    source = {"resourceFieldRef": {"resource": resource, "divisor": divisor}}
    one = container(
        env=[{"name": "A", "valueFrom": source}], resources={"limits": {"cpu": "1500m"}, "requests": {"memory": "1Gi"}}
    )
    assert made(one) == {"A": wanted}


def key_ref(kind: str, **chosen: Any) -> dict[str, Any]:
    return container(env=[{"name": "T", "valueFrom": {kind: chosen}}])


def test_entries_of_config_maps_and_secrets() -> None:
    look = there({"m": {"a": "1", "b": "2"}}, {"s": {"token": "t"}})
    assert made(key_ref("secretKeyRef", name="s", key="token"), look) == {"T": "t"}
    assert made(key_ref("configMapKeyRef", name="m", key="b"), look) == {"T": "2"}
    everything = container(envFrom=[{"configMapRef": {"name": "m"}, "prefix": "P_"}, {"secretRef": {"name": "s"}}])
    assert made(everything, look) == {"P_a": "1", "P_b": "2", "token": "t"}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (key_ref("secretKeyRef", name="hf", key="T"), 'secret "hf" not found'),
        (key_ref("configMapKeyRef", name="m", key="T"), 'configmap "m" not found'),
        (key_ref("secretKeyRef", name="s", key="T"), "couldn't find key T in Secret ns/s"),
        (container(envFrom=[{"secretRef": {"name": "hf"}}]), 'secret "hf" not found'),
    ],
)
def test_what_is_missing_is_said_in_kubernetes_own_words(one: dict[str, Any], words: str) -> None:
    with pytest.raises(Missing, match=f"^{words}$".replace("'", ".")):
        made(one, there(secrets={"s": {"other": "x"}}))


def test_what_is_optional_may_be_missing() -> None:
    assert made(key_ref("secretKeyRef", name="hf", key="T", optional=True)) == {}
    assert made(container(envFrom=[{"configMapRef": {"name": "m", "optional": True}}])) == {}


def test_a_source_that_nobody_knows_is_not_passed_over() -> None:
    with pytest.raises(Missing, match="fileKeyRef"):
        made(container(env=[{"name": "A", "valueFrom": {"fileKeyRef": {}}}]))


def test_programs_find_the_api_server_by_its_variables() -> None:
    assert api_server("api", 6443)["KUBERNETES_SERVICE_HOST"] == "api"
    assert api_server("api", 6443)["KUBERNETES_SERVICE_PORT"] == "6443"
