"""Rendered objects, read back into values: every rule about values holds for them, at their own lines."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml

from tests.inputs.support import say
from wellit import render
from wellit.compose import Choice, compose
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.inputs import manifests
from wellit.source import LOADER
from wellit.validate import foreign


@pytest.fixture(scope="module")
def stack() -> str:
    """Prefill and decode with SGLang, as this checkout renders it."""
    chosen = Choice(guide="pd-disaggregation", environment="sglang", components={"charts": "offline"})
    return render.render(compose(chosen), say).text()


def judged(folder: Path, text: str, name: str = "stream.yaml") -> Report:
    (folder / name).write_text(text)
    return foreign.manifests([str(folder / name)])


def said(found: Report) -> list[tuple[str, str, str]]:
    """What was found: the id, the line itself, the path."""
    return [(finding.id, finding.at.text.strip(), finding.path) for finding in found.findings]


def test_what_is_rendered_from_a_right_stack_has_no_mistake(stack: str, tmp_path: Path) -> None:
    found = judged(tmp_path, stack)
    assert (said(found), found.checks, found.exit_code) == ([], [], 0)


def test_a_tokenizer_beside_the_picker_is_seen(tmp_path: Path) -> None:
    chosen = Choice(guide="precise-prefix-cache-aware", environment="sglang", components={"charts": "offline"})
    text = render.render(compose(chosen), say).text()
    assert said(judged(tmp_path, text)) == []
    moved = text.replace("mountPath: /tmp/tokenizer", "mountPath: /elsewhere")
    assert moved != text
    assert {id_ for id_, _, _ in said(judged(tmp_path, moved))} == {"WL248"}


def test_json_and_lists_are_the_same(stack: str, tmp_path: Path) -> None:
    items = [one for one in yaml.load_all(stack, LOADER) if one]
    found = judged(tmp_path, json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2), "list.json")
    assert (said(found), found.summary["objects"]) == ([], len(items))


@pytest.mark.parametrize(
    ("old", "new", "id_", "line", "path"),
    [
        ("--connector=sglang", "--connector=nixlv2", "WL103", "- --connector=nixlv2",
         "spec.template.spec.initContainers[0].args[2]"),
        ("- --enable-metrics\n", "- --log-requests\n", "WL106", "args:", "spec.template.spec.containers[0].args"),
        ("- 0.0.0.0\n", "- 127.0.0.1\n", "WL105", "- 127.0.0.1", "spec.template.spec.containers[0].args[3]"),
        ("number: 8000\n", "number: 8123\n", "WL204", "- number: 8123", "spec.targetPorts[0].number"),
    ],
)  # fmt: skip
def test_a_rule_about_values_finds_its_mistake_in_objects(
    stack: str, tmp_path: Path, old: str, new: str, id_: str, line: str, path: str
) -> None:
    assert old in stack
    assert (id_, line, path) in said(judged(tmp_path, stack.replace(old, new)))


def test_the_labels_of_the_pods_are_held_against_the_pool_s(stack: str, tmp_path: Path) -> None:
    documents = [one for one in yaml.load_all(stack, LOADER) if one]
    (pool,) = [one for one in documents if one["kind"] == "InferencePool"]
    pool["spec"]["selector"]["matchLabels"]["llm-d.ai/guide"] = "other"
    found = judged(tmp_path, yaml.safe_dump_all(documents))
    assert ("WL301", "llm-d.ai/guide: other", "spec.selector.matchLabels.llm-d.ai/guide") in said(found)


def test_stdin(stack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(stack.replace("--connector=sglang", "--connector=nixlv2")))
    (finding,) = foreign.manifests(["-"]).findings
    assert str(finding.at).startswith("stdin:")
    assert stack.splitlines()[finding.at.line - 1].strip() == "- --connector=sglang"


def test_a_folder_is_judged_together(stack: str, tmp_path: Path) -> None:
    for number, document in enumerate(one for one in stack.split("---\n") if one.strip()):
        (tmp_path / f"{number}.yaml").write_text(document)
    assert said(foreign.manifests([str(tmp_path)])) == []


def test_a_broken_file_is_a_finding(tmp_path: Path) -> None:
    assert [finding.id for finding in judged(tmp_path, "a: [\n").findings] == ["WL002"]


@pytest.mark.parametrize(
    "text", ["", "---\n---\n", "decode: {replicas: 1}\n", "- a\n- b\n", "{kind: List, items: []}\n"]
)
def test_a_stream_without_objects_is_no_success(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        judged(tmp_path, text)
    assert caught.value.message.startswith("no object is in") and caught.value.write


def test_a_folder_without_manifests_is_no_success(tmp_path: Path) -> None:
    with pytest.raises(CannotAnswer, match="no manifest is in the folder"):
        manifests.read([str(tmp_path)])


@pytest.mark.parametrize(
    "text",
    [
        "{apiVersion: v1, kind: Service, metadata: 1, spec: []}",
        "{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {containers: [1, a, {args: x}]}}}}",
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: [a]}, spec: {template: {metadata: {labels: [a]},"
        " spec: {containers: [{image: 'vllm/vllm-openai:v0.12.0', args: {a: b}, ports: 1, env: 2}], volumes: 3}}}}",
        "{apiVersion: inference.networking.k8s.io/v1, kind: InferencePool, spec: {selector: 1, targetPorts: a}}",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, spec: {rules: [1], parentRefs: a}}",
        "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, spec: 5}",
        "{apiVersion: v1, kind: ConfigMap, data: [a]}",
        "{apiVersion: 1, kind: [a]}",
    ],
)
def test_objects_of_any_shape_are_judged(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_RAISE", "1")
    judged(tmp_path, text)
