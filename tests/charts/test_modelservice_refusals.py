"""What the offline modelservice chart refuses, in upstream's words where upstream refuses it too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values
from tests.charts.values import sglang, vllm

OLD, NEW = "llm-d-0.4", "llm-d-0.6"


def changed(path: str, value: Any) -> Values:
    values = vllm()
    here: Any = values
    *folders, last = path.split("/")
    for key in folders:
        here = here[int(key)] if isinstance(here, list) else here.setdefault(key, {})
    here[last] = value
    return values


@pytest.mark.parametrize("command", ["sglangServe", "vllmserve"])
def test_unknown_model_command(modelservice: Chart, train: str, command: str) -> None:
    error = modelservice.render(vllm(modelCommand=command), train).error
    expected = ".container.modelCommand is not as expected. Valid values are `vllmServe`, `imageDefault` and `custom`."
    assert f"execution error at (llm-d-modelservice/templates/decode-deployment.yaml:2:4): {expected}" in error


@pytest.mark.parametrize("model_command", ["custom", ""])
def test_custom_needs_a_command(modelservice: Chart, train: str, model_command: str) -> None:
    values = sglang()
    values["decode"]["containers"][0] |= {"command": [], "modelCommand": model_command}
    error = modelservice.render(values, train).error
    assert "When .container.modelCommand not set or `custom`, a `command` is required." in error


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("multinode", True, "the offline chart does not render multinode: use --charts upstream"),
        ("requester/enable", True, "the offline chart does not render requester: use --charts upstream"),
        ("decode/resourceClaims", [{"name": "a"}], "the offline chart does not render dra: use --charts upstream"),
        ("accelerator/type", "intel", '"intel" is not known to llm-d-modelservice {version}. Known types are amd, cpu'),
        ("modelArtifacts/uri", "s3://b/m", '"s3://b/m" must begin with one of hf, oci, pvc, pvc+hf, and ://'),
        ("modelArtifacts/uri", "oci://r/m", "arguments for oci:// not implemented"),
        ("modelArtifacts/uri", "pvc+hf://c/m", "must name a claim, then the model's namespace and name"),
        ("routing/proxy/image", "", "routing.proxy.image must be specified"),
        (
            "decode/containers",
            [],
            "decode.create is true but decode.containers is empty: write the containers, or decode.create: false",
        ),
        ("prefill/create", True, "prefill.create is true but prefill.containers is empty"),
        ("decode/containers/0/image", "", "image of container is required"),
    ],
)
def test_refused_in_words(modelservice: Chart, train: str, path: str, value: Any, message: str) -> None:
    version = {OLD: "v0.3.8", NEW: "v0.4.9"}[train]
    assert message.format(version=version) in modelservice.render(changed(path, value), train).error


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("decode/priorityClassName", "high", "decode.priorityClassName is not read by llm-d-modelservice v0.3.8"),
        ("decode/accelerator", {"type": "amd"}, "decode.accelerator is not read by llm-d-modelservice v0.3.8"),
        (
            "modelArtifacts/labels",
            {"llm-d.ai/guide": "x"},
            "at '/modelArtifacts/labels': additional properties 'llm-d.ai/guide' not allowed",
        ),
        ("accelerator/dra", True, "at '/accelerator': additional properties 'dra' not allowed"),
        ("schedulerName", "mine", "at '': additional properties 'schedulerName' not allowed"),
    ],
)
def test_keys_that_came_later(modelservice: Chart, path: str, value: Any, message: str) -> None:
    assert message in modelservice.render(changed(path, value), OLD).error


def test_the_same_keys_where_they_are_read(modelservice: Chart) -> None:
    values = changed("decode/priorityClassName", "high")
    values["modelArtifacts"]["labels"] = {"llm-d.ai/guide": "x"}
    deployment = modelservice.render(values, NEW).only("Deployment")
    assert deployment["spec"]["template"]["spec"]["priorityClassName"] == "high"
    assert deployment["spec"]["selector"]["matchLabels"]["llm-d.ai/guide"] == "x"


@pytest.mark.parametrize("key", ["dra", "tracing"])
def test_features_of_the_newer_version_that_are_not_rendered(modelservice: Chart, key: str) -> None:
    path = {"dra": "accelerator/dra", "tracing": "tracing/enabled"}[key]
    error = modelservice.render(changed(path, True), NEW).error
    assert f"the offline chart does not render {key}: use --charts upstream" in error


def test_workers_must_divide_data(modelservice: Chart) -> None:
    error = modelservice.render(changed("decode/parallelism", {"data": 4, "workers": 3}), OLD).error
    assert "parallelism.data must be a multiple of parallelism.workers" in error


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("decode/replica", 4, "at '/decode': additional properties 'replica' not allowed"),
        ("routing/proxy/conector", "sglang", "at '/routing/proxy': additional properties 'conector' not allowed"),
        ("decode/containers/0/args", "--port 8200", "at '/decode/containers/0/args': got string, want array"),
        (
            "decode/containers/0/env",
            [{"name": "A", "value": 1}],
            "at '/decode/containers/0/env/0/value': got number, want string",
        ),
        (
            "decode/containers/0/ports",
            [{"containerPort": 1, "name": "sglang-metrics-port"}],
            "maxLength: got 19, want 15",
        ),
        (
            "decode/monitoring",
            {"podMonitor": {}},
            "at '/decode/monitoring': additional properties 'podMonitor' not allowed",
        ),
    ],
)
def test_schema(modelservice: Chart, path: str, value: Any, message: str) -> None:
    assert message in modelservice.render(changed(path, value), NEW).error
