"""What KServe's controller makes of an LLMInferenceService, as far as a reader of the stack needs it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from wellit import capabilities, catalogue, compose, made, picture, render, support, ways
from wellit.compose import Choice

GUIDE = "llm-inference-service"
ENVIRONMENTS = catalogue.guide_source(GUIDE).data["environments"]
SPEC: dict[str, Any] = {
    "model": {"uri": "hf://Qwen/Qwen3-0.6B", "name": "qwen"},
    "router": {"route": {}, "gateway": {"refs": [{"name": "gate", "namespace": "gates"}]}, "scheduler": {}},
}


def service(**spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "serving.kserve.io/v1alpha2", "kind": "LLMInferenceService", "metadata": {"name": "chat"},
        "spec": SPEC | spec,
    }  # fmt: skip


def of(manifest: dict[str, Any], version: str = "") -> dict[tuple[str, str], dict[str, Any]]:
    found = made.objects([manifest], "ns", version)
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_all_of_a_stack_of_the_guide_joins(environment: str) -> None:
    stack = compose.compose(Choice(GUIDE, environment, components={"charts": "offline"}, size="small"))
    manifests = render.render(stack, print).manifests
    drawn = picture.read([*manifests, *made.of_stack(stack, manifests)], stack.namespace)
    assert drawn.troubles == []
    prefill = int(stack.values["prefill"]["replicas"])
    assert {node.kind for node in drawn.nodes} == {"client", "gateway", "route", "pool", "picker", "pods"}
    assert [edge.does for edge in drawn.edges].count("prefills") == (1 if prefill else 0)
    (engine,) = {container.title for node in drawn.of("pods") for container in node.containers if container.title}
    assert engine == support.data(stack.engines[0])["title"]
    (picker,) = drawn.of("picker")
    assert "prefix-cache-scorer" in str(picker.facts)


@pytest.mark.parametrize("version", capabilities.versions("kserve"))
def test_every_release_makes_the_same_objects_under_the_same_names(version: str) -> None:
    found = of(service(), version)
    assert list(found) == [
        ("Deployment", "chat-kserve"), ("Deployment", "chat-kserve-router-scheduler"), ("Service", "chat-epp-service"),
        ("InferencePool", "chat-inference-pool"), ("HTTPRoute", "chat-kserve-route"),
    ]  # fmt: skip
    facts = capabilities.contract("kserve", version)
    assert found["InferencePool", "chat-inference-pool"]["apiVersion"] == facts["makes"]["poolApi"]
    route = found["HTTPRoute", "chat-kserve-route"]["spec"]
    assert route["parentRefs"] == [{"name": "gate", "namespace": "gates"}]
    paths = [rule["matches"][0]["path"]["value"] for rule in route["rules"]]
    assert paths == [f"/ns/chat{path}" for path in facts["makes"]["paths"]]
    (main,) = found["Deployment", "chat-kserve"]["spec"]["template"]["spec"]["containers"]
    assert (main["image"], main["loads"]) == (facts["preset"]["image"], "Qwen/Qwen3-0.6B")
    assert all(made.made_by_controller(one) for one in found.values())
    assert not made.made_by_controller(service())


@pytest.mark.parametrize("train", support.trains(ways.way("kserve")))
def test_a_stack_has_what_its_own_release_makes(train: str) -> None:
    stack = compose.compose(Choice(GUIDE, "kserve", components={"charts": "offline", "versions": train}))
    found = made.of_stack(stack, render.render(stack, print).manifests)
    version = catalogue.component_data("versions", train)["charts"]["kserve"]["version"]
    assert (
        found[0]["spec"]["template"]["spec"]["containers"][0]["image"]
        == (capabilities.contract("kserve", version)["preset"]["image"])
    )


def test_what_the_spec_does_not_ask_for_is_not_made() -> None:
    assert list(of(service(router={"scheduler": {}}))) == [
        ("Deployment", "chat-kserve"), ("Deployment", "chat-kserve-router-scheduler"), ("Service", "chat-epp-service"),
        ("InferencePool", "chat-inference-pool"),
    ]  # fmt: skip
    assert list(of(service(router=None))) == [("Deployment", "chat-kserve")]
    theirs = {"route": {"http": {"refs": [{"name": "mine"}]}}}
    assert list(of(service(router=theirs))) == [("Deployment", "chat-kserve")]
    pool = {"scheduler": {"pool": {"ref": {"name": "mine"}}}}
    assert list(of(service(router=pool))) == [("Deployment", "chat-kserve")]


def test_a_route_of_ones_own_is_taken_as_it_is() -> None:
    own = {"parentRefs": [{"name": "mine"}], "rules": []}
    found = of(service(router={"route": {"http": {"spec": own}}, "scheduler": {}}))
    assert found["HTTPRoute", "chat-kserve-route"]["spec"] == own


def test_a_configuration_of_ones_own_is_the_picker_s() -> None:
    own = {"plugins": [{"type": "random-picker"}]}
    found = of(service(router={"scheduler": {"config": {"inline": own}, "replicas": 2}}))
    picker = found["Deployment", "chat-kserve-router-scheduler"]["spec"]
    words = picker["template"]["spec"]["containers"][0]["args"]
    assert (picker["replicas"], yaml.safe_load(words[words.index("--config-text") + 1])) == (2, own)
    elsewhere = of(service(router={"scheduler": {"config": {"ref": {"name": "mine"}}}}))
    (main, *_) = elsewhere["Deployment", "chat-kserve-router-scheduler"]["spec"]["template"]["spec"]["containers"]
    assert "--config-text" not in main["args"] and main["unsaid"]


def test_several_nodes_are_a_group() -> None:
    found = of(service(worker={"containers": [{"name": "main"}]}, parallelism={"data": 8, "dataLocal": 2}, replicas=3))
    group = found["LeaderWorkerSet", "chat-kserve-mn"]["spec"]
    assert (group["replicas"], group["leaderWorkerTemplate"]["size"]) == (3, 4)
    assert set(group["leaderWorkerTemplate"]) == {"size", "leaderTemplate", "workerTemplate"}


@pytest.mark.parametrize(
    "spec",
    [None, 3, [], {}, {"router": []}, {"router": {"route": 1, "scheduler": 2}}, {"template": []}, {"prefill": 1},
     {"model": "x"}, {"template": {"containers": [1]}}, {"worker": 1}, {"worker": {}, "parallelism": "x"},
     {"router": {"scheduler": {"template": 1}}}, {"router": {"route": {"http": 1}, "gateway": {"refs": 3}}},
     {"replicas": "many"}, {"router": {"scheduler": {"config": {"inline": "x"}}}}],
    ids=str,
)  # fmt: skip
def test_what_has_another_shape_does_not_stop_anybody(spec: Any) -> None:
    manifest = service() | {"spec": spec}
    for version in ("", "v0.16.0"):
        picture.read(made.objects([manifest], "ns", version), "ns")


def test_another_group_s_object_is_nobody_s() -> None:
    assert made.objects([service() | {"apiVersion": "llm-d.ai/v1alpha1"}], "ns") == []
    assert made.objects([], "ns") == []
