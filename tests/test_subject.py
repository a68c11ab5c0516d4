"""What rules judge, read from anybody's values files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wellit import rules, source, subject
from wellit.errors import CannotAnswer
from wellit.findings import Check, Finding
from wellit.subject import Manifest, Subject, chart_version, from_source, from_values


def write(folder: Path, text: str, name: str = "values.yaml") -> str:
    file = folder / name
    file.write_text(text)
    return str(file)


@pytest.mark.parametrize("word", ["llm-d-modelservice@v0.3.8", "llm-d-modelservice@0.3.8"])
def test_a_chart_and_its_version(word: str) -> None:
    assert chart_version(word) == ("llm-d-modelservice", "v0.3.8")


def test_a_misspelt_chart() -> None:
    with pytest.raises(CannotAnswer) as caught:
        chart_version("llm-d-model-service@v0.3.8")
    assert caught.value.message == 'unknown chart "llm-d-model-service"'
    assert 'did you mean "llm-d-modelservice"?' in caught.value.write
    assert "inferencepool, istiod, kserve, llm-d-infra, llm-d-modelservice" in caught.value.write


def test_a_chart_without_its_version_names_the_newest() -> None:
    with pytest.raises(CannotAnswer) as caught:
        chart_version("llm-d-modelservice")
    assert caught.value.message == "--chart llm-d-modelservice does not say which version"
    assert caught.value.write.startswith("--chart llm-d-modelservice@v0.4.12; the newest known: v0.4.12, v0.4.11")


@pytest.mark.parametrize("version", ["v0.2.2", "v9.0.0", "newest"])
def test_a_version_that_was_never_published(version: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        chart_version(f"llm-d-modelservice@{version}")
    assert version in caught.value.message and caught.value.write


def test_a_release_knows_its_file_its_facts_and_its_places(tmp_path: Path) -> None:
    name = write(tmp_path, "decode:\n  replicas: 2\n", "mine.yaml")
    (release,) = from_values([(name, "llm-d-modelservice@v0.3.8")]).releases
    assert (release.name, release.label) == ("mine", "llm-d-modelservice@v0.3.8")
    assert list(release.facts["modelCommands"]) == ["vllmServe", "imageDefault", "custom"]
    assert str(release.locate(("decode", "replicas"))) == f"{name}:2:13"
    assert str(release.locate(("decode", "containers", 0))) == f"{name}:1:1"


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("a: [1\n", "WL002", ":1:4"),  # where it was opened
        ("a: 1\na: 2\n", "WL003", ":2:1"),
        ("a:\n\tb: 1\n", "WL002", ":2:1"),
        ("- a\n- b\n", "WL002", ":1:1"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path, text: str, rule: str, place: str) -> None:
    name = write(tmp_path, text)
    read = from_values([(name, "inferencepool@v1.4.0")])
    assert [(finding.id, str(finding.at)) for finding in read.unreadable] == [(rule, name + place)]
    assert read.releases == ()


def test_a_file_that_is_not_there_is_a_finding_and_the_others_are_judged(tmp_path: Path) -> None:
    there = write(tmp_path, "")
    read = from_values([("nowhere.yaml", "llm-d-infra@v1.4.0"), (there, "llm-d-infra@v1.4.0")])
    assert [finding.id for finding in read.unreadable] == ["WL001"]
    assert [release.name for release in read.releases] == ["values"]


def test_an_empty_file_has_the_chart_s_defaults(tmp_path: Path) -> None:
    read = from_values([(write(tmp_path, "# nothing\n"), "llm-d-modelservice@v0.4.9")])
    found = [item for item in rules.run(read) if isinstance(item, Finding)]
    assert [item.id for item in found] == ["WL419"]  # the chart's own routing proxy is latest


CONFIG = """\
inferenceExtension:
  pluginsCustomConfig:
    chat.yaml: |
      kind: EndpointPickerConfig

      featureGates:
      - dataLayer
    folded.yaml: >
      kind: EndpointPickerConfig
    broken.yaml: |
      kind: [
"""


@pytest.mark.parametrize(
    ("file", "keys", "place", "text"),
    [
        ("chat.yaml", ("featureGates", 0), "7:9", "      - dataLayer"),
        ("chat.yaml", ("kind",), "4:13", "      kind: EndpointPickerConfig"),
        ("chat.yaml", ("plugins", 3), "3:5", "    chat.yaml: |"),
        ("folded.yaml", ("kind",), "9:13", "      kind: EndpointPickerConfig"),
        ("broken.yaml", ("kind",), "10:5", "    broken.yaml: |"),
    ],
)
def test_a_place_inside_yaml_that_is_written_as_text(
    file: str, keys: tuple[str | int, ...], place: str, text: str
) -> None:
    release = from_source(source.parse(CONFIG, "pool.yaml"), "inferencepool", "v1.4.0")
    at = release.locate(("inferenceExtension", "pluginsCustomConfig", file, *keys))
    assert (str(at), at.text) == (f"pool.yaml:{place}", text)


def test_what_a_rule_read_is_noted() -> None:
    text = "decode: {containers: [{image: lmsysorg/sglang:v0.5.9, modelCommand: sglangServe}]}"
    release = from_source(source.parse(text, "x"), "llm-d-modelservice", "v0.3.8")
    list(rules.judge(rules.find("WL101"), Subject((release,))))
    assert ("decode", "containers", 0, "modelCommand") in release.read
    assert not any(keys[0] == "routing" for keys in release.read)


def test_rendered_objects_are_judged_too() -> None:
    leaking = {"kind": "HTTPRoute", "metadata": {"name": "chat"}, "spec": {"host": "<no value>", "url": "http://:80"}}
    template = {"kind": "Deployment", "spec": {"args": ["--model", "{{ .Values.model }}"]}}
    config = {"kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"file": "{{ .Release.Name }}"}}
    manifests = tuple(Manifest("route-x", each) for each in (leaking, template, config))
    found = [item for item in rules.run(Subject((), manifests)) if isinstance(item, Finding)]
    assert {(finding.id, finding.path, finding.at.file) for finding in found} == {
        ("WL501", "spec.host", "rendered HTTPRoute/chat of route-x"),
        ("WL501", "spec.url", "rendered HTTPRoute/chat of route-x"),
        ("WL501", "spec.args[1]", "rendered Deployment/? of route-x"),
    }


JUNK: tuple[Any, ...] = (
    None,
    1,
    "x",
    "",
    [],
    {},
    [None],
    {"a": None},
    True,
    [[1]],
    {"a": [{}]},
    "{{ .x }}",
    1.5,
    "a: [",
    [{"name": 1}],
)
FIXTURES = Path(__file__).parent / "rules"
WHOLE = (
    "WL203-engine-port/good/prefill-and-decode.yaml",
    "WL203-engine-port/good/second-container.yaml",
    "WL205-picker-flags-refused/good/data-layer.yaml",
    "WL205-picker-flags-refused/good/older-picker.yaml",
)


@pytest.mark.parametrize("name", WHOLE)
def test_no_value_of_any_kind_at_any_place_is_too_much(name: str) -> None:
    text = (FIXTURES / name).read_text()
    whole = source.parse(text, name)
    chart, version = chart_version(text.splitlines()[0].removeprefix("# "))
    for keys in [keys for keys in whole.marks if keys]:
        for junk in JUNK:
            changed = source.parse(text, name)
            source.lookup(changed.data, keys[:-1])[keys[-1]] = junk
            for item in rules.run(Subject((from_source(changed, chart, version),))):
                assert isinstance(item, (Finding, Check))


def test_charts_are_those_there_is_data_for() -> None:
    from wellit import capabilities

    assert set(subject.CHARTS) == set(capabilities.charts())
