"""What a guide that Dynamo runs renders: the words of its workers, for each environment and each train."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.trains import OF_DYNAMO
from wellit import capabilities, catalogue, charts, compose, paths, process, render, tools
from wellit.compose import Choice

GUIDE = "dynamo-sglang"
ENVIRONMENTS = catalogue.guide_source(GUIDE).data["environments"]
PLAIN = ["--model-path", "Qwen/Qwen3-8B", "--served-model-name", "Qwen/Qwen3-8B"]
NIXL = ["--disaggregation-transfer-backend", "nixl", "--disaggregation-bootstrap-port"]
EVENTS = '{"endpoint":"tcp://*:5557","publisher":"zmq","topic":"kv-events"}'


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


def values(environment: str, *sets: str, **components: str) -> dict[str, Any]:
    stack = compose.compose(Choice(GUIDE, environment, components=components, sets=sets))
    return render.render(stack, say).part("dynamo").values


def role(name: str) -> list[str]:
    return ["--disaggregation-mode", name, "--host", "0.0.0.0"]


def test_an_aggregated_worker_is_told_its_model_and_nothing_of_another_role() -> None:
    made = values("agg")
    assert list(made["components"]) == ["Frontend", "decode"]
    decode = made["components"]["decode"]
    assert decode["args"] == [
        *PLAIN, "--page-size", "16", "--tp-size", "1", "--skip-tokenizer-init", "--enable-metrics",
    ]  # fmt: skip
    assert decode["command"] == ["python3", "-m", "dynamo.sglang"]
    assert (decode["role"], decode["gpus"], decode["nodes"]) == ("", 1, 1)
    assert (made["framework"], made["name"]) == ("sglang", "dynamo-sglang")
    assert "command" not in made["components"]["Frontend"]  # the operator starts it


def test_each_role_is_told_which_it_is_and_how_the_cache_is_handed_over() -> None:
    made = values("disagg")["components"]
    for name in ("decode", "prefill"):
        pages = ["--page-size", "16", "--tp-size", "1", "--skip-tokenizer-init"]
        assert made[name]["args"] == [*PLAIN, *pages, *NIXL, "12345", "--enable-metrics", *role(name)]
        assert (made[name]["type"], made[name]["role"]) == ("worker", name)


def test_workers_publish_what_they_have_cached_when_the_router_asks_for_it() -> None:
    made = values("agg-router")["components"]
    assert made["Frontend"]["env"] == [{"name": "DYN_ROUTER_MODE", "value": "kv"}]
    assert made["decode"]["replicas"] == 2
    at = made["decode"]["args"].index("--kv-events-config")
    assert made["decode"]["args"][at + 1] == EVENTS
    assert "--kv-events-config" not in values("agg-router", "kvEvents.enabled=false")["components"]["decode"]["args"]
    assert EVENTS in values("agg", "kvEvents.enabled=true")["components"]["decode"]["args"]
    assert EVENTS not in values("agg", "frontend.router=random")["components"]["decode"]["args"]


def test_the_nodes_of_a_worker_are_the_operator_s_to_tell_and_its_gpus_are_those_of_one_pod() -> None:
    made = values("disagg-multinode")["components"]
    for name in ("decode", "prefill"):
        worker = made[name]
        assert (worker["nodes"], worker["gpus"]) == (2, 4)
        tensor = ["--tp-size", "8", "--mem-fraction-static", "0.82", "--skip-tokenizer-init"]
        assert worker["args"] == [*PLAIN, *tensor, *NIXL, "30001", "--enable-metrics", *role(name)]
        assert not {"--nnodes", "--node-rank", "--dist-init-addr"} & set(worker["args"])


def test_a_person_s_own_words_and_values_come_last() -> None:
    made = values(
        "agg", "decode.args=[--log-level, debug]", "decode.env=[{name: A, value: b}]", "skipTokenizer=false",
        "model.trustRemoteCode=true", "frontend.args=[--router-mode, random]",
        "values.dynamo={components: {decode: {sharedMemory: 16Gi}, Frontend: {replicas: 3}}}",
    )["components"]  # fmt: skip
    assert made["decode"]["args"][-2:] == ["--log-level", "debug"]
    assert "--trust-remote-code" in made["decode"]["args"] and "--skip-tokenizer-init" not in made["decode"]["args"]
    assert made["decode"]["env"] == [{"name": "A", "value": "b"}]
    assert made["decode"]["sharedMemory"] == "16Gi"
    assert (made["Frontend"]["replicas"], made["Frontend"]["command"]) == (3, ["python3", "-m", "dynamo.frontend"])
    assert made["Frontend"]["args"] == ["--router-mode", "random"]


@pytest.mark.parametrize("train", OF_DYNAMO)
def test_a_train_says_the_image_and_the_api(train: str) -> None:
    made = values("disagg", versions=train)
    release = catalogue.component_data("versions", train)["charts"]["dynamo"]["version"]
    assert made["api"] == capabilities.contract("dynamo", release)["api"]
    images = {component["image"] for component in made["components"].values()}
    assert images == {f"nvcr.io/nvidia/ai-dynamo/sglang-runtime:{release}"}
    own = values("agg", "engine.dynamo.image=registry.example/mine", "engine.dynamo.tag=v1", versions=train)
    assert {component["image"] for component in own["components"].values()} == {"registry.example/mine:v1"}


def helmfile(environment: str) -> list[str | Path]:
    """The words of a call as a person types it who has helmfile alone."""
    binaries = tools.ensure(["helm", "helmfile"], say)
    file = paths.GUIDES / GUIDE / "helmfile.yaml.gotmpl"
    return [binaries["helmfile"], "--file", file, "--environment", environment, "--helm-binary", binaries["helm"]]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_plain_helmfile_renders_the_same_object(environment: str) -> None:
    stack = compose.compose(Choice(GUIDE, environment))
    rendered = render.render(stack, say)
    assert [one["kind"] for one in rendered.manifests] == ["DynamoGraphDeployment"]
    done = process.run([*helmfile(environment), "template"], env=charts.environment(), timeout=120)
    assert done.ok, done.err
    assert [one for one in yaml.safe_load_all(done.out) if one] == list(rendered.manifests)


def test_a_null_takes_back_what_is_set_below_it(tmp_path: Path) -> None:
    """Of the command line, which helmfile by itself would lay over nothing, with or without wellit."""
    nulls = "decode: {pageSize: null}\nfrontend: {router: null}\n"
    (tmp_path / "nulls.yaml").write_text(nulls)
    (tmp_path / "below.yaml").write_text("decode: {pageSize: 64, memoryFraction: 0.5}\n")
    files = (str(tmp_path / "below.yaml"), str(tmp_path / "nulls.yaml"))
    stack = compose.compose(Choice(GUIDE, "agg-router", files=files))
    assert (stack.get("decode.pageSize"), stack.get("frontend.router")) == (None, None)
    made = render.render(stack, say)
    graph = made.part("dynamo").values["components"]
    args = graph["decode"]["args"]
    assert "--page-size" not in args and args[args.index("--mem-fraction-static") + 1] == "0.5"
    assert graph["Frontend"]["env"] == []
    words = [*helmfile("agg-router"), *(word for file in files for word in ("--state-values-file", file))]
    done = process.run([*words, "template"], env=charts.environment(), timeout=120)
    assert done.ok, done.err
    assert [one for one in yaml.safe_load_all(done.out) if one] == list(made.manifests)


def test_a_null_of_one_of_many_stacks_is_that_one_s() -> None:
    choices = [Choice(GUIDE, "agg", sets=(f"decode.pageSize={size}",)) for size in ("null", "32")]
    stacks = [compose.compose(choice) for choice in choices]
    render.prepare(stacks, say)
    made = [render.render(stack, say).part("dynamo").values["components"]["decode"]["args"] for stack in stacks]
    assert ["--page-size" in args for args in made] == [False, True]


def test_plain_helmfile_refuses_what_does_not_go_with_the_way() -> None:
    words = [*helmfile("agg"), "--state-values-set"]
    for said, why in (
        ("components.versions=llm-d-0.6", "llm-d-0.6 is a release train of llm-d"),
        ("components.gateways=istio", "Dynamo's frontend takes the requests and routes them itself"),
        ("components.engines=vllm", "Dynamo runs it too; what dynamo.vllm is to be told"),
        ("components.accelerators=amd", "sglang has no image for amd"),
    ):
        done = process.run([*words, said, "template"], env=charts.environment(), timeout=120)
        assert not done.ok
        assert f"refused: {why}" in done.err
