"""Decode and prefill of the offline modelservice chart: each has its own containers, parallelism and pod."""

from __future__ import annotations

from typing import Any

from tests.charts.chart import Chart, Values
from tests.charts.values import sglang, vllm

OLD, NEW = "llm-d-0.4", "llm-d-0.6"
DECODE = "Deployment/ms-x-llm-d-modelservice-decode"
PREFILL = "Deployment/ms-x-llm-d-modelservice-prefill"
TOKENIZER = {"name": "tokenizer", "image": "example.com/tokenizer:1", "restartPolicy": "Always"}
MEMORY = {"name": "shm", "emptyDir": {"medium": "Memory"}}


def disaggregated(**prefill: Any) -> Values:
    values = vllm()
    container = vllm(name="prefiller", args=["--prefill"])["decode"]["containers"][0]
    values["prefill"] = {"replicas": 4, "parallelism": {"tensor": 4}, "containers": [container], **prefill}
    return values


def pod(answer: Any, role: str) -> Any:
    return answer[role]["spec"]["template"]["spec"]


def test_each_role_has_its_own_container_and_parallelism(modelservice: Chart, train: str) -> None:
    answer = modelservice.render(disaggregated(), train)
    ((decode,), (prefill,)) = (pod(answer, role)["containers"] for role in (DECODE, PREFILL))
    assert (decode["name"], prefill["name"]) == ("vllm", "prefiller")
    assert (answer[DECODE]["spec"]["replicas"], answer[PREFILL]["spec"]["replicas"]) == (2, 4)
    assert decode["args"][1:5] == ["--port", "8200", "--tensor-parallel-size", "2"]
    assert prefill["args"][1:5] == ["--port", "8000", "--tensor-parallel-size", "4"]
    assert prefill["args"][-1] == "--prefill"


def test_each_role_has_its_own_pod(modelservice: Chart, train: str) -> None:
    prefill = {
        "volumes": [MEMORY],
        "podAnnotations": {"a": "b"},
        "tolerations": [{"operator": "Exists"}],
        "acceleratorTypes": {"labelKey": "gpu", "labelValues": ["H100"]},
    }
    answer = modelservice.render(disaggregated(**prefill), train)
    here, there = pod(answer, PREFILL), pod(answer, DECODE)
    assert here["tolerations"] == prefill["tolerations"]
    assert [volume["name"] for volume in here["volumes"]] == ["shm", "model-storage"]
    assert [volume["name"] for volume in there["volumes"]] == ["metrics-volume", "model-storage"]
    assert answer[PREFILL]["spec"]["template"]["metadata"]["annotations"] == {"a": "b"}
    (term,) = here["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [{"key": "gpu", "operator": "In", "values": ["H100"]}]
    assert "affinity" not in there and "tolerations" not in there


def test_init_containers_stand_after_the_routing_proxy(modelservice: Chart, train: str) -> None:
    values = disaggregated(initContainers=[TOKENIZER])
    values["decode"]["initContainers"] = [TOKENIZER]
    answer = modelservice.render(values, train)
    proxy, tokenizer = pod(answer, DECODE)["initContainers"]
    assert (proxy["name"], tokenizer) == ("routing-proxy", TOKENIZER)
    assert pod(answer, PREFILL)["initContainers"] == [TOKENIZER]


def test_init_containers_without_the_proxy(modelservice: Chart, train: str) -> None:
    values = vllm()
    values["routing"]["proxy"]["enabled"] = False
    values["decode"]["initContainers"] = [TOKENIZER]
    assert pod(modelservice.render(values, train), DECODE)["initContainers"] == [TOKENIZER]


def test_a_custom_command_in_both_roles(modelservice: Chart, train: str) -> None:
    values = sglang()
    values["prefill"] = {"create": True, "replicas": 1, "containers": sglang()["decode"]["containers"]}
    values["prefill"]["containers"][0]["args"] = ["--disaggregation-mode", "prefill"]
    answer = modelservice.render(values, train)
    (prefill,) = pod(answer, PREFILL)["containers"]
    assert prefill["command"] == ["python3", "-m", "sglang.launch_server"]
    assert prefill["args"] == ["--disaggregation-mode", "prefill"]


def test_monitors_of_both_roles(modelservice: Chart, train: str) -> None:
    monitoring = {"podmonitor": {"enabled": True}}
    values = disaggregated(monitoring=monitoring)
    values["decode"]["monitoring"] = monitoring
    answer = modelservice.render(values, train)
    for role in ("decode", "prefill"):
        monitor = answer[f"PodMonitor/ms-x-llm-d-modelservice-{role}-podmonitor"]
        assert monitor["spec"]["selector"]["matchLabels"]["llm-d.ai/role"] == role


def test_annotations_of_a_monitor_came_later(modelservice: Chart) -> None:
    values = disaggregated(monitoring={"podmonitor": {"enabled": True, "annotations": {"a": "b"}}})
    said = "at '/prefill/monitoring/podmonitor/annotations': additional properties 'a' not allowed"
    assert said in modelservice.render(values, OLD).error
    assert not modelservice.render(values, NEW).error
