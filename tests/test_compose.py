"""A stack is composed here as helmfile composes it, and wrong names are answered in words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from wellit import charts, compose, paths, process, render, tools
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.source import BadSource


def from_helmfile(stack: compose.Stack, tmp_path: Path) -> dict[str, Any]:
    """The values that helmfile itself has for the stack."""
    overrides = tmp_path / "overrides.json"
    overrides.write_text(json.dumps(stack.overrides))
    words = render.arguments(stack, tools.ensure(["helm", "helmfile"]), overrides)
    done = process.run([*words, "print-env", "--output", "json"], env=charts.environment())
    assert done.ok, done.err
    values: dict[str, Any] = json.loads(done.out)[0]["values"]
    return values


CHOICES = {
    "default": Choice(),
    "sglang": Choice(environment="sglang"),
    "older-train": Choice(components={"versions": "llm-d-0.4"}),
    "older-train-sglang": Choice(environment="sglang", components={"versions": "llm-d-0.4"}),
    "two-axes": Choice(components={"engine": "sglang", "gateway": "none"}, size="small"),
    "deep": Choice(sets=("engine.tag=v9", "decode.args=[--a, --b]", "model.secret=", "model.servedName=null")),
    "prefill-and-decode": Choice("pd-disaggregation", "sglang", size="small"),
    "rdma": Choice("pd-disaggregation", size="rdma"),
    "precise": Choice("precise-prefix-cache-aware"),
    "environment-with-settings": Choice("simulated-accelerators", "sim"),
    "two-engines": Choice("multi-engine", "vllm-sglang", components={"versions": "llm-d-0.4"}),
    "two-engines-of-ones-own": Choice("multi-engine", "vllm-sglang", components={"engine": "vllm+trtllm"}),
    "accelerator": Choice(components={"accelerator": "google", "versions": "llm-d-0.4"}),
    "build": Choice(environment="sglang", sets=("build=llm-d",)),
    "dynamo": Choice("dynamo-sglang"),
    "dynamo-multinode": Choice(
        "dynamo-sglang", "disagg-multinode", components={"versions": "dynamo-0.8"}, size="small"
    ),
    "dynamo-deep": Choice("dynamo-sglang", "agg-router", sets=("engine.dynamo.tag=v9", "frontend.router=random")),
    "components-by-set": Choice(sets=("components.engines=sglang", "size=small")),
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES.keys())
def test_python_and_helmfile_compose_the_same(choice: Choice, tmp_path: Path) -> None:
    stack = compose.compose(choice)
    theirs = from_helmfile(stack, tmp_path)
    theirs.pop("capabilities")
    assert theirs.pop("refused") == ""
    assert theirs.pop("components") == stack.components
    ours = {key: value for key, value in stack.values.items() if key != "components"}
    assert ours == theirs


def test_an_override_is_found_where_it_was_written(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("decode:\n  replicas: 3\n")
    stack = compose.compose(Choice(files=(str(mine),), sets=("model.name=a/b",)))
    assert str(stack.at(("decode", "replicas"))) == f"{mine}:2:13"
    assert stack.at(("model", "name")).text == "--set model.name=a/b"
    assert stack.at(("engine", "image")).file == "environments/engines/vllm.yaml"
    assert stack.values["decode"]["tensorParallel"] == 2


def test_a_size_is_laid_under_what_the_person_says() -> None:
    stack = compose.compose(Choice(size="small", sets=("decode.replicas=5",)))
    assert stack.values["decode"]["replicas"] == 5
    assert stack.values["model"]["name"] == "Qwen/Qwen2.5-0.5B-Instruct"


def test_the_train_gives_the_engine_its_tag_unless_the_person_does() -> None:
    older = {"versions": "llm-d-0.4"}
    assert compose.compose(Choice(components=older)).values["engine"]["tag"] == "v0.4.0"
    assert compose.compose(Choice(components=older, sets=("engine.tag=v1",))).values["engine"]["tag"] == "v1"


@pytest.mark.parametrize(
    ("choice", "message", "write"),
    [
        (
            Choice(guide="inference-schedulin"),
            'unknown guide "inference-schedulin"',
            'did you mean "inference-scheduling"?',
        ),
        (Choice(environment="sgl"), 'unknown environment "sgl"', 'did you mean "sglang"?'),
        (Choice(environment="tensorrt"), 'unknown environment "tensorrt"', "tensorrt is a component: --engine trtllm"),
        (Choice(environment="none"), 'unknown environment "none"', "none is a component: --gateway none"),
        (Choice(components={"engine": "tensorrt"}), 'unknown engine "tensorrt"', 'did you mean "trtllm"?'),
        (Choice(components={"accelerator": "xpu"}), 'unknown accelerator "xpu"', 'did you mean "intel-xe"?'),
        (Choice(environment="hpu"), 'unknown environment "hpu"', "hpu is a component: --accelerator intel-gaudi"),
        (
            Choice("multi-engine", components={"engine": "vllm+vllm"}),
            "--engine vllm+vllm names an engine twice",
            "once",
        ),
        (Choice(components={"charts": "ofline"}), 'unknown charts "ofline"', 'did you mean "offline"?'),
        (Choice(size="smal"), 'unknown size "smal"', 'did you mean "small"?'),
        (Choice(namespace="My_Space"), 'Kubernetes refuses the namespace "My_Space"', "-n my-space"),
        (Choice(namespace="a" * 64), "Kubernetes refuses the namespace", "-n "),
        (Choice(sets=("decode.replicas",)), '--set "decode.replicas" is not a setting', "--set decode.replicas=2"),
        (Choice(sets=("model.hf_token=abc",)), "looks like a secret", "model.secret=NAME"),
        (Choice(sets=("decode.args=[hf_abcdefghijklmnopqrstu]",)), "looks like a secret", "model.secret=NAME"),
        (Choice(sets=("components.engine=sglang",)), 'unknown axis of components "engine"', 'did you mean "engines"?'),
    ],
)
def test_a_wrong_name_is_answered_in_words(choice: Choice, message: str, write: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        compose.compose(choice)
    assert message in caught.value.message
    assert write in caught.value.write


@pytest.mark.parametrize("name", ["triton", "tgi"])
def test_an_unknown_environment_may_be_an_engine_that_is_not_there(name: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        compose.compose(Choice(environment=name))
    assert "neither an environment of this guide nor a component" in caught.value.why
    assert ("--engine trtllm" if name == "triton" else "docs/add-an-engine.md") in caught.value.write


def test_an_unknown_component_is_found_where_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("model: {size: 5Gi}\ncomponents:\n  engines: vllm+tgi\n")
    with pytest.raises(CannotAnswer) as caught:
        compose.compose(Choice("multi-engine", "vllm-sglang", files=(str(mine),)))
    assert caught.value.where == f"{mine}:3:12"
    monkeypatch.setattr(paths, "ENVIRONMENTS", shutil.copytree(paths.ENVIRONMENTS, tmp_path / "e"))
    file = tmp_path / "e" / "sglang.yaml"
    file.write_text(file.read_text().replace("engines/sglang", "engines/tgi"))
    with pytest.raises(CannotAnswer, match='unknown engine "tgi"') as caught:
        compose.compose(Choice(environment="sglang"))
    assert caught.value.where.startswith(f"{file}:")


def test_a_secret_is_not_repeated_in_the_answer() -> None:
    with pytest.raises(CannotAnswer) as caught:
        compose.compose(Choice(sets=("model.password=hunter2",)))
    assert "hunter2" not in str(vars(caught.value))


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("decode:\n  replicas: 1\n  replicas: 2\n", 'the key "replicas" stands here twice', ":3:3"),
        ("decode:\n\treplicas: 1\n", "a tab stands where YAML wants spaces", ":2:1"),
        ("decode: [1, 2\nmodel: x\n", "not YAML", ":2:"),
        ("- a\n", "is not a map of settings", "my.yaml"),
    ],
)
def test_a_broken_file_is_answered_with_its_place(text: str, message: str, place: str, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(text)
    with pytest.raises(CannotAnswer) as caught:
        compose.compose(Choice(files=(str(file),)))
    assert message in caught.value.message
    assert place in caught.value.where


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="No such file"):
        compose.compose(Choice(files=(str(tmp_path / "no.yaml"),)))
