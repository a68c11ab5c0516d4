"""The offline modelservice chart makes the objects of the version it imitates."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, imitates
from tests.charts.values import MODEL, sglang, vllm

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
DECODE = "Deployment/ms-x-llm-d-modelservice-decode"
PREFILL = "Deployment/ms-x-llm-d-modelservice-prefill"


def pod(deployment: Any) -> Any:
    return deployment["spec"]["template"]["spec"]


def engine(deployment: Any) -> Any:
    (container,) = pod(deployment)["containers"]
    return container


def proxy(deployment: Any) -> Any:
    (container,) = pod(deployment)["initContainers"]
    return container


def environment(container: Any) -> dict[str, Any]:
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


def test_objects_and_their_names(modelservice: Chart, train: str) -> None:
    assert modelservice.render(vllm(), train).names == {DECODE, "ServiceAccount/ms-x-llm-d-modelservice"}


@pytest.mark.parametrize(("train", "version", "app"), [(OLD, "v0.3.8", "v0.3.0"), (NEW, "v0.4.9", "v0.4.0")])
def test_labels_say_the_imitated_version(modelservice: Chart, train: str, version: str, app: str) -> None:
    assert modelservice.render(vllm(), train)[DECODE]["metadata"]["labels"] == {
        "helm.sh/chart": f"llm-d-modelservice-{version}",
        "app.kubernetes.io/version": app,
        "app.kubernetes.io/managed-by": "Helm",
    }


@pytest.mark.parametrize(
    ("train", "defaults"),
    [
        (OLD, {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "random_model"}),
        (NEW, {"llm-d.ai/inference-serving": "true"}),
    ],
)
def test_pods_carry_the_defaults_of_the_version_and_their_role(
    modelservice: Chart, train: str, defaults: dict[str, str]
) -> None:
    deployment = modelservice.render(vllm(), train)[DECODE]
    assert deployment["spec"]["selector"]["matchLabels"] == defaults | {"llm-d.ai/role": "decode"}
    assert deployment["spec"]["template"]["metadata"]["labels"] == defaults | {"llm-d.ai/role": "decode"}


def test_own_labels_go_over_the_defaults(modelservice: Chart) -> None:
    values = vllm()
    values["modelArtifacts"]["labels"] = {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "x"}
    labels = modelservice.render(values, OLD)[DECODE]["spec"]["selector"]["matchLabels"]
    assert labels == {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "x", "llm-d.ai/role": "decode"}


def test_vllm_serve_writes_the_command_line(modelservice: Chart, train: str) -> None:
    container = engine(modelservice.render(vllm(args=["--max-model-len", "4096"]), train)[DECODE])
    assert container["command"] == ["vllm", "serve"]
    assert container["args"] == [
        MODEL, "--port", "8200", "--tensor-parallel-size", "2", "--served-model-name", MODEL, "--max-model-len", "4096",
    ]  # fmt: skip


def test_image_default_names_the_model_by_a_flag(modelservice: Chart, train: str) -> None:
    container = engine(modelservice.render(vllm(modelCommand="imageDefault"), train)[DECODE])
    assert "command" not in container
    assert container["args"][:4] == ["--model", MODEL, "--port", "8200"]


def test_a_custom_command_is_taken_as_it_is(modelservice: Chart, train: str) -> None:
    container = engine(modelservice.render(sglang(), train)[DECODE])
    assert container["command"] == ["python3", "-m", "sglang.launch_server"]
    assert container["args"] == ["--model-path", MODEL, "--port", "8200"]


def test_data_parallel_flags(modelservice: Chart) -> None:
    values = vllm()
    values["decode"]["parallelism"] = {"tensor": 1, "data": 4, "dataLocal": 2}
    arguments = engine(modelservice.render(values, NEW)[DECODE])["args"]
    assert arguments[3:7] == ["--data-parallel-size", "4", "--data-parallel-size-local", "2"]


def test_proxy_is_a_native_sidecar_before_the_engine(modelservice: Chart, train: str) -> None:
    container = proxy(modelservice.render(sglang(), train)[DECODE])
    assert container["name"] == "routing-proxy"
    assert container["restartPolicy"] == "Always"
    assert container["image"] == "example.com/proxy:1"
    assert container["ports"] == [{"containerPort": 8000}]
    assert container["args"] == [
        "--port=8000", "--vllm-port=8200", "--connector=sglang", "--zap-encoder=json", "--zap-log-level=debug",
        "--secure-proxy=false",
    ]  # fmt: skip


def test_without_the_proxy_the_engine_takes_the_port_of_the_service(modelservice: Chart, train: str) -> None:
    values = vllm()
    values["routing"]["proxy"]["enabled"] = False
    deployment = modelservice.render(values, train)[DECODE]
    assert "initContainers" not in pod(deployment)
    assert engine(deployment)["args"][1:3] == ["--port", "8000"]


def test_prefill_has_no_proxy_and_its_own_replicas(modelservice: Chart, train: str) -> None:
    values = vllm()
    values["prefill"] = {"replicas": 4, "containers": values["decode"]["containers"]}
    deployment = modelservice.render(values, train)[PREFILL]
    assert deployment["spec"]["replicas"] == 4
    assert "initContainers" not in pod(deployment)
    assert engine(deployment)["args"][1:3] == ["--port", "8000"]
    assert deployment["spec"]["selector"]["matchLabels"]["llm-d.ai/role"] == "prefill"


def test_environment(modelservice: Chart, train: str) -> None:
    given = [{"name": "POOL", "value": "{{ .Release.Name }}"}]
    assert environment(engine(modelservice.render(vllm(env=given), train)[DECODE])) == {
        "POOL": "ms-x",
        "DP_SIZE": "1",
        "TP_SIZE": "2",
        "DP_SIZE_LOCAL": "1",
        "HF_HOME": "/model-cache",
        "HF_TOKEN": {"secretKeyRef": {"name": "llm-d-hf-token", "key": "HF_TOKEN"}},
    }


def test_accelerator_environment_of_the_version(modelservice: Chart, train: str) -> None:
    values = vllm() | {"accelerator": {"type": "intel-xe"}}
    names = environment(engine(modelservice.render(values, train)[DECODE]))
    assert ("VLLM_WORKER_MULTIPROC_METHOD" in names) is (train == NEW)


def test_gpus_follow_parallelism(modelservice: Chart, train: str) -> None:
    amounts = {"cpu": "4", "memory": "16Gi"}
    resources = {"limits": amounts, "requests": amounts}
    container = engine(modelservice.render(vllm(resources=resources), train)[DECODE])
    assert container["resources"] == {kind: amounts | {"nvidia.com/gpu": "2"} for kind in resources}


@pytest.mark.parametrize(("train", "limit", "warned"), [(OLD, "2", False), (NEW, 4, True)])
def test_whether_a_gpu_limit_of_the_user_wins(modelservice: Chart, train: str, limit: object, warned: bool) -> None:
    deployment = modelservice.render(vllm(resources={"limits": {"nvidia.com/gpu": 4}}), train)[DECODE]
    assert engine(deployment)["resources"] == {"limits": {"nvidia.com/gpu": limit}, "requests": {"nvidia.com/gpu": "2"}}
    warning = deployment["metadata"].get("annotations", {}).get("llm-d.ai/accelerator-warning")
    said = "Accelerator mismatch: nvidia.com/gpu is set to 4 but parallelism calculates 2. Using 4."
    assert warning == (said if warned else None)


@pytest.mark.parametrize(("train", "gpus"), [(OLD, "4"), (NEW, "1")])
def test_data_alone_means_something_else_on_each_version(modelservice: Chart, train: str, gpus: str) -> None:
    values = vllm()
    values["decode"]["parallelism"] = {"data": 4}
    assert engine(modelservice.render(values, train)[DECODE])["resources"]["limits"] == {"nvidia.com/gpu": gpus}


@pytest.mark.parametrize("case", [{"accelerator": {"type": "cpu"}}, vllm(image="llm-d-inference-sim:v1")])
def test_no_accelerator_for_cpu_and_for_the_simulator(modelservice: Chart, train: str, case: dict[str, Any]) -> None:
    values = case if "decode" in case else vllm() | case
    assert engine(modelservice.render(values, train)[DECODE])["resources"] == {"limits": {}, "requests": {}}


@pytest.mark.parametrize(
    ("uri", "source", "model"),
    [
        (f"hf://{MODEL}", {"emptyDir": {"sizeLimit": "5Gi"}}, MODEL),
        ("pvc://claim/a/b", {"persistentVolumeClaim": {"claimName": "claim", "readOnly": True}}, "/model-cache/a/b"),
        ("pvc+hf://claim/hub/ns/m", {"persistentVolumeClaim": {"claimName": "claim", "readOnly": True}}, "ns/m"),
    ],
)
def test_where_the_model_comes_from(modelservice: Chart, train: str, uri: str, source: Any, model: str) -> None:
    values = vllm()
    values["modelArtifacts"]["uri"] = uri
    deployment = modelservice.render(values, train)[DECODE]
    assert engine(deployment)["args"][0] == model
    volumes = {volume.pop("name"): volume for volume in pod(deployment)["volumes"]}
    assert volumes == {"metrics-volume": {"emptyDir": {}}, "model-storage": source}


@pytest.mark.parametrize(("train", "names"), [(OLD, ["metrics-volume", "model-storage"]), (NEW, ["metrics-volume"])])
def test_model_volume_where_nothing_mounts_it(modelservice: Chart, train: str, names: list[str]) -> None:
    deployment = modelservice.render(vllm(mountModelVolume=False), train)[DECODE]
    assert [volume["name"] for volume in pod(deployment)["volumes"]] == names


def test_probes_and_ports_are_passed_on(modelservice: Chart, train: str) -> None:
    probe = {"httpGet": {"path": "/health", "port": 8200}, "timeoutSeconds": 5}
    ports = [{"containerPort": 8200, "name": "metrics", "protocol": "TCP"}]
    container = engine(modelservice.render(vllm(startupProbe=probe, livenessProbe=probe, ports=ports), train)[DECODE])
    assert (container["startupProbe"], container["livenessProbe"], container["ports"]) == (probe, probe, ports)


def test_pod_monitor(modelservice: Chart, train: str) -> None:
    values = vllm()
    values["decode"]["monitoring"] = {"podmonitor": {"enabled": True, "path": "/metrics", "interval": "15s"}}
    answer = modelservice.render(values, train)
    monitor = answer["PodMonitor/ms-x-llm-d-modelservice-decode-podmonitor"]
    assert monitor["metadata"]["namespace"] == "ns"
    assert monitor["metadata"]["labels"]["app.kubernetes.io/component"] == "decode"
    assert monitor["spec"]["selector"] == answer[DECODE]["spec"]["selector"]
    assert monitor["spec"]["podMetricsEndpoints"] == [{"port": "metrics", "path": "/metrics", "interval": "15s"}]


def test_a_service_account_of_the_users(modelservice: Chart, train: str) -> None:
    answer = modelservice.render(vllm() | {"serviceAccountOverride": "mine"}, train)
    assert answer.names == {DECODE}
    assert pod(answer[DECODE])["serviceAccountName"] == "mine"


def test_extra_objects_are_templated(modelservice: Chart, train: str) -> None:
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}-extra"}}
    assert "ConfigMap/ms-x-extra" in modelservice.render(vllm() | {"extraObjects": [extra]}, train).names


def test_one_entry_of_capability_data_adds_a_model_command(modelservice: Chart) -> None:
    facts = imitates("modelservice", NEW)
    flags = {"port": "--port", "servedName": "--served-model-name", "tensorParallel": "--tp-size"}
    facts["modelCommands"]["sglangServe"] = {
        "command": ["python3", "-m", "sglang.launch_server"], "model": "--model-path",
        "injects": ["model", "port", "tensorParallel", "servedName"], "flags": flags,
    }  # fmt: skip
    container = engine(modelservice.render(vllm(modelCommand="sglangServe") | {"imitates": facts})[DECODE])
    assert container["command"] == ["python3", "-m", "sglang.launch_server"]
    assert container["args"][:6] == ["--model-path", MODEL, "--port", "8200", "--tp-size", "2"]
    assert container["args"][6:] == ["--served-model-name", MODEL]
