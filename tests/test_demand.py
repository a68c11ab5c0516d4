from __future__ import annotations

from typing import Any

import pytest

from wellit import demand
from wellit.demand import Act, Kind
from wellit.quantities import milli, pod_asks
from wellit.render import Release, Rendered


def of(*manifests: dict[str, Any]) -> demand.Demand:
    release = Release("ms-x", "ns", "modelservice", "chart", "v1", {}, tuple(manifests))
    return demand.read(Rendered((release,)), "ns")


def deployment(pod: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod or {"containers": [{"name": "c", "image": "i:1"}]}}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": {"template": template} | spec,
    }  # fmt: skip


def plain(kind: str, api_version: str = "v1", name: str = "x", **about: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}} | about


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [("2", 2000), (2, 2000), ("100m", 100), ("0.5", 500), ("1k", 10**6), ("16Gi", 16 * 1024**3 * 1000), ("1e3", 10**6)],
)
def test_quantities(quantity: Any, amount: int) -> None:
    assert milli(quantity) == amount


def test_what_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        milli("lots")


def container(**requests: Any) -> dict[str, Any]:
    return {"name": "c", "resources": {"requests": requests}}


def test_a_pod_asks_for_all_containers_together() -> None:
    assert pod_asks({"containers": [container(cpu="1"), container(cpu="500m")]}) == {"cpu": 1500}


def test_a_pod_asks_for_its_largest_init_container_and_adds_its_sidecars() -> None:
    side = container(cpu="1") | {"restartPolicy": "Always"}
    assert pod_asks({"containers": [container(cpu="2")], "initContainers": [side, container(cpu="8")]}) == {"cpu": 8000}
    assert pod_asks({"containers": [container(cpu="2")], "initContainers": [side]}) == {"cpu": 3000}


def test_a_limit_counts_where_there_is_no_request() -> None:
    limited = {"resources": {"limits": {"nvidia.com/gpu": "2", "cpu": "4"}, "requests": {"cpu": "1"}}}
    assert pod_asks({"containers": [limited]}) == {"nvidia.com/gpu": 2000, "cpu": 1000}


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("HTTPRoute", "httproutes"),
        ("Gateway", "gateways"),
        ("Telemetry", "telemetries"),
        ("InferencePool", "inferencepools"),
    ],
)
def test_resources_by_kind(kind: str, resource: str) -> None:
    assert Kind("g/v1", kind).resource == resource


def test_paths_of_kinds() -> None:
    assert Kind("v1", "Pod").path("ns") == "/api/v1/namespaces/ns/pods"
    assert Kind("apps/v1", "Deployment").path("ns", "d") == "/apis/apps/v1/namespaces/ns/deployments/d"
    role = Kind("rbac.authorization.k8s.io/v1", "ClusterRole")
    assert role.path("ns") == "/apis/rbac.authorization.k8s.io/v1/clusterroles"


def test_pods_and_devices() -> None:
    gpus = {"containers": [{"name": "c", "resources": {"limits": {"nvidia.com/gpu": 2}}}]}
    found = of(deployment(gpus, replicas=3))
    assert found.devices == {"nvidia.com/gpu": 6}
    assert (found.workloads[0].pods, found.workloads[0].labels) == (3, {"a": "b"})


@pytest.mark.parametrize(("spec", "pods"), [({}, 1), ({"replicas": None}, 1), ({"replicas": 0}, 0)])
def test_how_many_pods(spec: dict[str, Any], pods: int) -> None:
    assert of(deployment(None, **spec)).workloads[0].pods == pods


def test_secrets_that_pods_read_and_the_stack_does_not_make() -> None:
    variable = {"name": "T", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "HF_TOKEN"}}}
    maybe = {"name": "U", "valueFrom": {"secretKeyRef": {"name": "maybe", "key": "K", "optional": True}}}
    pod = {
        "containers": [{"name": "c", "env": [variable, maybe], "envFrom": [{"secretRef": {"name": "all"}}]}],
        "volumes": [{"name": "v", "secret": {"secretName": "made"}}],
    }
    found = of(deployment(pod), plain("Secret", name="made")).secrets
    assert [(s.name, s.keys, s.by) for s in found] == [
        ("all", frozenset(), "Deployment d"), ("hf", frozenset(["HF_TOKEN"]), "Deployment d"),
    ]  # fmt: skip


def test_images_of_all_containers() -> None:
    pod = {"containers": [{"name": "c", "image": "b:1"}], "initContainers": [{"name": "i", "image": "a:1"}]}
    assert of(deployment(pod)).images == ("a:1", "b:1")


def test_gateway_classes_and_pool_selectors() -> None:
    gateway = plain("Gateway", "gateway.networking.k8s.io/v1", spec={"gatewayClassName": "istio"})
    pool = plain("InferencePool", "inference.networking.k8s.io/v1", spec={"selector": {"matchLabels": {"k": "v"}}})
    found = of(gateway, pool)
    assert found.gateway_classes == ("istio",)
    assert found.selectors == (("x", {"k": "v"}),)
    assert [kind.kind for kind in found.kinds if not kind.built_in] == ["Gateway", "InferencePool"]


def test_what_the_user_must_be_allowed_to_do() -> None:
    rule = {"apiGroups": ["inference.networking.x-k8s.io"], "resources": ["inferenceobjectives"], "verbs": ["watch"]}
    acts = of(deployment(), plain("Role", "rbac.authorization.k8s.io/v1", rules=[rule])).acts
    assert Act("create", "deployments", "apps") in acts and Act("delete", "roles", "rbac.authorization.k8s.io") in acts
    # The record and helm's releases.
    assert {Act("create", "secrets"), Act("update", "secrets")} <= set(acts)
    # Nobody may give in a Role what they do not have.
    assert Act("watch", "inferenceobjectives", "inference.networking.x-k8s.io") in acts


def test_the_plugins_of_a_picker_are_read_from_its_file_alone() -> None:
    picker = "kind: EndpointPickerConfig\nplugins: [{type: queue-scorer}, {type: max-score-picker}, {name: y}]"
    found = of(plain("ConfigMap", data={"p.yaml": picker, "other.yaml": "plugins: [{type: not-a-picker}]"}))
    assert found.plugins == ("max-score-picker", "queue-scorer")
    assert of(plain("ConfigMap", data={"p.yaml": "EndpointPickerConfig: ["})).plugins == ()
    assert of(plain("ConfigMap")).plugins == ()


def test_the_secret_with_which_a_service_fetches_its_model_is_asked_for() -> None:
    named = dict.fromkeys(["serving.kserve.io/secretName", "serving.kserve.io/storageSecretName"], "token")

    def service(uri: str, **spec: Any) -> dict[str, Any]:
        about = {"name": "llm", "annotations": named}
        said = {"model": {"uri": uri, "name": "m"}} | spec
        return {
            "apiVersion": "serving.kserve.io/v1alpha2",
            "kind": "LLMInferenceService",
            "metadata": about,
            "spec": said,
        }

    wanted = demand.Wanted("token", frozenset(), "what fetches the model of LLMInferenceService llm")
    assert of(service("hf://a/b")).secrets == (wanted,)
    assert of(service("pvc://volume/b")).secrets == ()
    assert of(service("hf://a/b", storageInitializer={"enabled": False})).secrets == ()
