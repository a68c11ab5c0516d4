"""The day a version of the chart starts SGLang by itself, one entry of capability data is all that changes.

In a copy of the checkout the chart has a version more, made up, and the newest train has it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import copies
from tests.support.copies import Copy
from wellit import capabilities, catalogue, tools

CHART = "llm-d-modelservice"
NEWEST = capabilities.versions(CHART)[-1]
MADE_UP = "v99.0.0"
TRAIN = "llm-d-0.6"
ENTRY = """
  - since: v99.0.0
    modelCommands:
      vllmServe: {command: [vllm, serve], model: positional, injects: [model, port, servedName]}
      sglangServe: {command: [python3, -m, sglang.launch_server], model: --model-path, injects: [model, port]}
      imageDefault: {command: [], model: --model, injects: [model, port, servedName]}
      custom: {needs: command, injects: []}
"""
GUIDES = ["inference-scheduling", "pd-disaggregation", "precise-prefix-cache-aware"]
VALUES = """\
import json
from wellit import catalogue, compose, render
from wellit.compose import Choice
stack = compose.compose(Choice({guide!r}, "sglang", components={{"charts": "offline"}}, size="small"))
values = render.render(stack, lambda _: None).part("modelservice").values
print(json.dumps([values[role]["containers"][0] for role in ("decode", "prefill") if values[role]["create"]]))
"""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    tools.ensure(["helm", "helmfile"])
    copy = copies.checkout(tmp_path_factory.mktemp("sglang-serve"))
    facts = copy.root / "schemas" / "capabilities" / f"{CHART}.yaml"
    text = facts.read_text()
    assert f" {NEWEST}]\n" in text
    facts.write_text(text.replace(f" {NEWEST}]\n", f" {NEWEST}, {MADE_UP}]\n").rstrip("\n") + ENTRY)
    train = copy.root / "environments" / "versions" / f"{TRAIN}.yaml"
    had = catalogue.component_data("versions", TRAIN)["charts"]["modelservice"]["version"]
    train.write_text(train.read_text().replace(f"{CHART}, version: {had}", f"{CHART}, version: {MADE_UP}"))
    return copy


def containers(copy: Copy, guide: str) -> list[dict[str, Any]]:
    """The containers of the model servers in the chart values that are rendered."""
    done = copy.python("-c", VALUES.format(guide=guide))
    assert done.ok, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_uses_it_without_a_command(newer: Copy, guide: str) -> None:
    for container in containers(newer, guide):
        assert container["modelCommand"] == "sglangServe"
        assert "command" not in container
        assert not {"--model-path", "--port"} & set(container["args"])


@pytest.mark.parametrize("guide", GUIDES)
def test_the_rules_accept_it(newer: Copy, guide: str) -> None:
    report = newer.report("-g", guide, "-e", "sglang")
    assert [each for each in report["findings"] if each["severity"] == "error"] == []
    assert report["verdict"] == "ok"


@pytest.mark.parametrize("guide", GUIDES)
def test_the_chart_starts_it(newer: Copy, guide: str) -> None:
    """What the chart writes by itself, what the engine gets besides, and nothing twice."""
    pods = [each["spec"]["template"]["spec"] for each in newer.rendered("-g", guide, "-e", "sglang") if _serves(each)]
    assert pods
    for pod in pods:
        (server,) = (c for c in pod["containers"] if c["name"] == "sglang")
        assert server["command"] == ["python3", "-m", "sglang.launch_server"]
        args = server["args"]
        assert args[:2] == ["--model-path", "Qwen/Qwen2.5-0.5B-Instruct"]
        assert args[args.index("--host") + 1] == "0.0.0.0"
        assert str(args[args.index("--port") + 1]) == str(server["readinessProbe"]["httpGet"]["port"])
        assert "--enable-metrics" in args
        flags = [word for word in args if str(word).startswith("--")]
        assert len(flags) == len(set(flags))


def _serves(manifest: dict[str, Any]) -> bool:
    return manifest["kind"] == "Deployment" and CHART in manifest["metadata"]["name"]


def test_each_guide_that_carried_it_in_part_carries_it_fully(newer: Copy) -> None:
    said = newer.run("explain", "sglang").out
    assert f"{TRAIN}: sglangServe" in said
    assert f"{TRAIN}: part" not in said
    for guide in GUIDES:
        assert f"  {guide}\n    {TRAIN}: full" in said


def test_anybodys_values_may_say_it_for_that_version_alone(newer: Copy, tmp_path: Path) -> None:
    container = {"name": "sglang", "image": "docker.io/lmsysorg/sglang:v0.5.9", "modelCommand": "sglangServe"}
    container["args"] = ["--host", "0.0.0.0", "--enable-metrics"]  # type: ignore[assignment]
    file = tmp_path / "values.yaml"
    proxy = {"proxy": {"connector": "sglang"}}
    file.write_text(yaml.safe_dump({"routing": proxy, "decode": {"containers": [container]}}))

    def ids(version: str) -> set[str]:
        done = newer.run("validate", "--values", str(file), "--chart", f"{CHART}@{version}", "--format", "json")
        return {each["id"] for each in json.loads(done.out)["findings"] if each["severity"] == "error"}

    assert "WL101" in ids(NEWEST)
    assert "WL101" not in ids(MADE_UP)
