"""Every kind of mistake in a file of settings: its sentence, its place and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.trains import TRAINS
from wellit import catalogue, compose, paths, schema, source
from wellit.compose import Choice
from wellit.findings import Finding


def said(text: str, tmp_path: Path, *sets: str) -> list[Finding]:
    """What is said about a file of overrides, and words after --set, on the sglang environment."""
    file = tmp_path / "my.yaml"
    file.write_text(text)
    return schema.check_stack(compose.compose(Choice(environment="sglang", files=(str(file),), sets=sets)))


def under(finding: Finding) -> str:
    """The underlined words."""
    at = finding.at
    return at.text[at.column - 1 : at.column - 1 + at.length]


CASES = [
    # the line, id, message, underlined, write
    ("decode: {tensorParalel: 2}", "WL010", 'there is no setting "tensorParalel" in decode', "tensorParalel",
     "tensorParallel"),
    ("replicas: 3", "WL010", 'there is no setting "replicas"', "replicas",
     "move it to decode.replicas or prefill.replicas"),
    ("values: {route: {}}", "WL010", 'there is no setting "route" in values', "route",
     "move it to route"),
    ("values: {xyz: {}}", "WL010", 'there is no setting "xyz" in values', "xyz",
     "remove it; known here: gateway, inferencepool, modelservice"),
    ('decode: {replicas: "two"}', "WL011", 'decode.replicas must be a whole number, not the text "two"', '"two"', ""),
    ('decode: {replicas: "2"}', "WL011", 'decode.replicas must be a whole number, not the text "2"', '"2"', "2"),
    ("decode: {args: [--x, 8]}", "WL011", "decode.args[1] must be text, not the number 8", "8", '"8"'),
    ("decode: {args: [yes]}", "WL011", "decode.args[0] must be text, not true", "yes", '"yes"'),
    ("decode: {args: --x}", "WL011", 'decode.args must be a list, not the text "--x"', "--x", "[--x]"),
    ("monitoring: {enabled: 'on'}", "WL011", 'monitoring.enabled must be true or false, not the text "on"', "'on'",
     "true"),
    ("proxy: {connector: 5}", "WL011", "proxy.connector must be text or null, not the number 5", "5", '"5"'),
    ("ports: [8000]", "WL011", "ports must be a map, not a list", "[8000]", "name what it has: pool, engine"),
    ("model: {name: null}", "WL011", "model.name must be text, not nothing (null)", "null", ""),
    ("on: 1", "WL011", "a key must be text, not true", "on", '"on"'),
    ("ports: {pool: 80000}", "WL012", "ports.pool must be a port, 1 to 65535, not 80000", "80000", ""),
    ("decode: {replicas: -1}", "WL012", "decode.replicas must be 0 or more, not -1", "-1", ""),
    ("decode: {memoryFraction: 0}", "WL012", "decode.memoryFraction must be more than 0, not 0", "0", ""),
    ("engine: {tag: latest}", "WL012",
     'engine.tag must be an image tag that always means the same image, not "latest"', "latest", ""),
    ("gateway: {service: nodeport}", "WL012",
     'gateway.service must be "ClusterIP", "NodePort", "LoadBalancer" or null, not "nodeport"', "nodeport",
     '"NodePort"'),
    ("picker: {profiles: {a: []}}", "WL012", "picker.profiles.a must not be empty", "[]", ""),
    ("picker: {profiles: {a: [{weight: 2}]}}", "WL013", '"plugin" is missing in picker.profiles.a[0]', "{weight: 2}",
     "add plugin: text"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "id_", "message", "underlined", "write"), CASES, ids=[c[0] for c in CASES])
def test_a_mistake_is_told_with_its_place_and_its_mending(
    line: str, id_: str, message: str, underlined: str, write: str, tmp_path: Path
) -> None:
    (finding,) = said(f"# mine\n{line}\n", tmp_path)
    assert (finding.id, finding.message, under(finding), finding.write) == (id_, message, underlined, write)
    assert (finding.at.file, finding.at.line) == (str(tmp_path / "my.yaml"), 2)
    assert finding.slug == schema.KINDS[id_][0]
    assert finding.severity == "error"


def test_a_mistake_on_the_command_line_is_shown_there(tmp_path: Path) -> None:
    unknown, wrong = said("{}", tmp_path, "decode.replica=3", "monitoring.enabled=ja")
    assert (unknown.at.file, under(unknown), unknown.write) == ("--set decode.replica=3", "replica", "replicas")
    assert (wrong.at.file, under(wrong)) == ("--set monitoring.enabled=ja", "ja")


def test_each_unknown_key_is_a_finding_of_its_own(tmp_path: Path) -> None:
    found = said("decode:\n  replica: 1\n  tensor: 2\n", tmp_path)
    assert [(f.path, f.at.line) for f in found] == [("decode.replica", 2), ("decode.tensor", 3)]


def test_the_path_of_a_finding_is_the_setting_s(tmp_path: Path) -> None:
    (finding,) = said("picker: {profiles: {a: [{plugin: x, weight: -1}]}}", tmp_path)
    assert finding.path == "picker.profiles.a[0].weight"


def test_why_tells_what_the_setting_is(tmp_path: Path) -> None:
    assert said("decode: {replicas: -1}", tmp_path)[0].why == "replicas: How many pods."


def test_no_sentence_is_the_library_s_own(tmp_path: Path) -> None:
    lines = [case[0] for case in CASES if not case[0].startswith("on:")]
    told = " ".join(f.message for line in lines for f in said(line, tmp_path))
    for words in ("is not of type", "Additional", "is a required property", "does not match", "is not one of"):
        assert words not in told


def test_raw_values_are_for_the_charts_to_judge(tmp_path: Path) -> None:
    assert said("values: {modelservice: {decode: {anything: [1, two]}}}", tmp_path) == []


def test_what_a_plugin_takes_is_its_own_business(tmp_path: Path) -> None:
    assert said("picker: {parameters: {x: {lruCapacity: 1}}}", tmp_path) == []


def judge(name: str, text: str) -> list[tuple[str, str, str]]:
    return [(f.id, f.path, f.message) for f in schema.check(source.parse(text, "a.yaml"), name)]


def test_every_file_of_this_checkout_is_valid() -> None:
    files = [("guide", f) for f in paths.GUIDES.glob("*/guide.yaml")]
    files += [("environment", f) for f in paths.ENVIRONMENTS.glob("*.yaml")]
    files += [("component", f) for f in paths.ENVIRONMENTS.glob("*/*.yaml")]
    assert len({name for name, _ in files}) == 3
    read = [(name, source.load(file)) for name, file in files]
    forms = [(catalogue.form(file) if name == "environment" else name, file) for name, file in read]
    assert [f for name, file in forms for f in schema.check(file, name)] == []


def test_every_stack_of_this_checkout_is_valid() -> None:
    for guide in catalogue.guide_names():
        told = catalogue.guide_source(guide)
        for environment in catalogue.environments_of(told):
            for size in told.data["sizes"]:
                stack = compose.compose(Choice(guide=guide, environment=environment, size=size))
                assert schema.check_stack(stack) == []


def test_every_component_fits_the_default_stack() -> None:
    for axis in catalogue.AXES:
        for name in TRAINS if axis == "versions" else catalogue.component_names(axis):
            assert schema.check_stack(compose.compose(Choice(components={axis: name}))) == []


def test_an_environment_names_one_component_of_each_axis() -> None:
    good = ["engines/vllm", "gateways/none", "accelerators/nvidia", "versions/llm-d-0.6", "charts/offline"]
    assert judge("environment", f"components: [{', '.join(good)}]") == []
    assert judge("environment", f"components: [{', '.join([*good, 'engines/sglang'])}]") == []
    assert judge("environment", f"components: [{', '.join([*good, 'gateways/istio'])}]") == [
        ("WL012", "components", "components must name exactly one of gateways/")
    ]
    assert ("WL012", "components", "components must name exactly one of charts/") in judge(
        "environment", f"components: [{', '.join(good[:-1])}]"
    )
    assert judge("environment", f"components: [{', '.join([*good, 'engine/x'])}]")[0][:2] == ("WL012", "components[5]")
    assert judge("environment", "") == [("WL013", "components", '"components" is missing from the file')]
    assert judge("environment", "[]") == [("WL011", "", "the file must be a map, not an empty list")]


def test_a_component_is_one_choice_on_one_axis() -> None:
    assert judge("component", "accelerator: {name: amd, title: AMD, type: amd, memoryGiB: 192}") == []
    told = judge("component", "accelerator: {name: amd, title: AMD, typ: amd, memoryGiB: 192}")
    assert [(id_, path) for id_, path, _ in told] == [("WL013", "accelerator.type"), ("WL010", "accelerator.typ")]
    none = judge("component", "{}")[0][2]
    assert none == "the file must hold exactly one of engine, gateway, accelerator, versions, charts"


def test_a_guide_sets_everything_and_its_sizes_a_part() -> None:
    text = (paths.GUIDES / catalogue.DEFAULT_GUIDE / "guide.yaml").read_text()
    assert judge("guide", text) == []
    assert sorted(judge("guide", text.replace("verbosity:", "verbose:"))) == [
        ("WL010", "settings.picker.verbose", 'there is no setting "verbose" in settings.picker'),
        ("WL013", "settings.picker.verbosity", '"verbosity" is missing in settings.picker'),
    ]
    assert judge("guide", text + "  large: {decode: {replica: 9}}\n") == [
        ("WL010", "sizes.large.decode.replica", 'there is no setting "replica" in sizes.large.decode')
    ]
