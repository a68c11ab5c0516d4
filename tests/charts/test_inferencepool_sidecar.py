"""A container beside the picker, such as the tokenizer service of precise prefix routing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values, imitates
from tests.charts.values import pool

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
PICKER = "Deployment/gaie-x-epp"
SOCKETS = [{"name": "sockets", "emptyDir": {}}]
MOUNTS = [{"name": "sockets", "mountPath": "/tmp/tokenizer"}]
PROBE = {"httpGet": {"path": "/healthz", "port": 8082}}


def tokenizer(**more: Any) -> Values:
    return {
        "enabled": True, "name": "tokenizer", "image": "example.com/tokenizer:1",
        "configMap": {"name": "tokenizer-config", "data": {"a": "b"}}, **more,
    }  # fmt: skip


def pod(answer: Any) -> Any:
    return answer[PICKER]["spec"]["template"]["spec"]


def test_it_stands_before_the_picker_in_one_pod(inferencepool: Chart) -> None:
    more = {
        "args": ["--socket", "/tmp/tokenizer/s"],
        "env": [{"name": "HF_HOME", "value": "/tokenizers"}],
        "ports": [{"name": "health", "containerPort": 8082}],
        "livenessProbe": PROBE,
        "readinessProbe": PROBE | {"periodSeconds": 3},
        "resources": {"requests": {"cpu": "1"}},
        "volumeMounts": MOUNTS,
    }
    values = pool(sidecar=tokenizer(command="serve", **more), volumes=SOCKETS, volumeMounts=MOUNTS)
    answer = inferencepool.render(values, NEW)
    beside, picker = pod(answer)["containers"]
    assert beside == more | {
        "name": "tokenizer",
        "image": "example.com/tokenizer:1",
        "imagePullPolicy": "IfNotPresent",
        "command": ["serve"],
    }
    assert picker["name"] == "epp"
    assert MOUNTS[0] in picker["volumeMounts"]
    assert [volume["name"] for volume in pod(answer)["volumes"]] == ["plugins-config-volume", "sockets"]
    assert answer["ConfigMap/tokenizer-config"]["data"] == {"a": "b"}


def test_without_it_the_picker_is_alone(inferencepool: Chart, train: str) -> None:
    assert len(pod(inferencepool.render(pool(sidecar={"enabled": False}), train))["containers"]) == 1


def test_its_volumes_may_hold_templates_and_its_arguments_may_not(inferencepool: Chart) -> None:
    text = "{{ .Release.Name }}-tokenizer"
    volumes = [{"name": "config", "configMap": {"name": text}}]
    answer = inferencepool.render(pool(sidecar=tokenizer(volumes=volumes, args=[text])), NEW)
    assert pod(answer)["volumes"][-1] == {"name": "config", "configMap": {"name": "gaie-x-tokenizer"}}
    assert pod(answer)["containers"][0]["args"] == [text]


def test_what_may_hold_templates_is_data(inferencepool: Chart) -> None:
    facts = imitates("inferencepool", NEW) | {"sidecarTemplated": ["args", "volumes"]}
    values = pool(sidecar=tokenizer(args=["{{ .Release.Name }}"])) | {"imitates": facts}
    assert pod(inferencepool.render(values))["containers"][0]["args"] == ["gaie-x"]


def test_the_older_chart_fails_on_its_image(inferencepool: Chart) -> None:
    said = "inferenceExtension.sidecar.enabled: inferencepool v1.2.0-rc.1 can put no container beside the picker"
    assert said in inferencepool.render(pool(sidecar=tokenizer()), OLD).error


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"configMap": {}}, "inferenceExtension.sidecar.configMap must be written for a sidecar"),
        ({"configMap": {"data": {}}}, "inferenceExtension.sidecar.configMap.name must be written"),
        ({"image": ""}, "inferenceExtension.sidecar.image must be written for a sidecar"),
        ({"name": ""}, "inferenceExtension.sidecar.name must be written for a sidecar"),
        (
            {"configMapData": {"a": "b"}},
            "not read by inferencepool v1.4.0: inferenceExtension.sidecar.configMapData",
        ),
        ({"command": ["serve", "--all"]}, "at '/inferenceExtension/sidecar/command': got array, want string"),
        ({"image": {"name": "a"}}, "at '/inferenceExtension/sidecar/image': got object, want string"),
        ({"startupProbe": PROBE}, "additional properties 'startupProbe' not allowed"),
    ],
)
def test_refused_in_words(inferencepool: Chart, change: dict[str, Any], message: str) -> None:
    assert message in inferencepool.render(pool(sidecar=tokenizer(**change)), NEW).error


@pytest.mark.parametrize("key", ["volumes", "volumeMounts"])
def test_the_older_chart_has_no_volumes_of_the_picker(inferencepool: Chart, key: str) -> None:
    values = pool(**{key: {"volumes": SOCKETS, "volumeMounts": MOUNTS}[key]})
    assert f"not read by inferencepool v1.2.0-rc.1: inferenceExtension.{key}" in inferencepool.render(values, OLD).error
