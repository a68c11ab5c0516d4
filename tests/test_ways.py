"""The ways of making a stack: their data has the form that its schema says, and guides and trains keep to them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from wellit import catalogue, choices, compose, paths, remembered, schema, source, validate, ways
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.findings import Finding

WAYS = ways.ways()
FILE = paths.GUIDES / "ways.yaml"


def document(name: str) -> Any:
    return json.loads((paths.SCHEMAS / name).read_text(encoding="utf-8"))


def test_the_file_has_the_form_of_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(document("ways.schema.json"))
    assert schema.check(source.load(FILE), "ways") == []


def test_the_schemas_know_every_way_and_no_other() -> None:
    assert document("stack.schema.json")["$defs"]["way"]["enum"] == list(WAYS)
    for way in WAYS.values():
        assert (paths.SCHEMAS / way.schema).exists()
        assert (paths.SCHEMAS / f"{way.environment}.schema.json").exists()
        assert document(way.schema)["$defs"]["versions"]["properties"]["way"]["const"] == way.name


def test_every_way_has_a_guide_trains_and_a_gateway_or_none() -> None:
    assert {catalogue.way_of(catalogue.guide_source(name)).name for name in catalogue.guide_names()} == set(WAYS)
    assert [name for way in WAYS.values() for name in catalogue.trains(way)] != []
    assert all(catalogue.trains(way) and catalogue.gateways(way) for way in WAYS.values())
    every = sorted(name for way in WAYS.values() for name in catalogue.trains(way))
    assert every == catalogue.component_names("versions")


def test_a_way_without_gateways_takes_those_that_are_not_made() -> None:
    assert catalogue.gateways(ways.way("dynamo")) == ["none"]
    assert catalogue.gateways(ways.way("llm-d")) == catalogue.component_names("gateway")


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_a_train_names_a_release_of_each_chart_and_image_of_its_way(way: ways.Way) -> None:
    for name in catalogue.trains(way):
        train = catalogue.component_data("versions", name)
        assert set(way.charts) <= set(train["charts"])
        assert set(way.images) <= set(train)


@pytest.mark.parametrize(
    ("choice", "message", "why", "write"),
    [
        (Choice("dynamo-sglang", components={"versions": "llm-d-0.6"}),
         "llm-d-0.6 is a release train of llm-d, and dynamo-sglang goes with NVIDIA Dynamo", "DynamoGraphDeployment",
         "--versions dynamo-1.3 or --versions dynamo-1.1 or --versions dynamo-0.8"),
        (Choice(components={"versions": "dynamo-1.3"}),
         "dynamo-1.3 is a release train of NVIDIA Dynamo, and inference-scheduling goes with llm-d", "helm charts",
         "--versions llm-d-0.6 or --versions llm-d-0.4"),
        (Choice("dynamo-sglang", components={"gateway": "istio"}), "dynamo-sglang takes no gateway, and istio is one",
         "routes them itself", "--gateway none"),
        (Choice("dynamo-sglang", components={"engine": "vllm"}),
         "dynamo-sglang needs an engine that is started by NVIDIA Dynamo, and vLLM is not", "dynamo.vllm",
         "--engine sglang"),
        (Choice("dynamo-sglang", components={"accelerator": "amd"}), "there is no image of SGLang for amd",
         "an image for nvidia", "--accelerator nvidia"),
        (Choice("dynamo-sglang", sets=("build=llm-d",)), 'SGLang has no build "llm-d"', "its file has: none", "null"),
    ],
)  # fmt: skip
def test_what_does_not_go_with_the_way_of_a_guide_is_refused(
    choice: Choice, message: str, why: str, write: str
) -> None:
    found = validate.judge_settings(compose.compose(choice))
    (finding,) = [item for item in found if isinstance(item, Finding) and item.severity == "error"]
    assert (finding.id, finding.message) == (choices.ID, message)
    assert why in finding.why
    assert finding.write == write
    assert finding.at.typed


def test_a_setting_of_another_way_is_answered_with_a_guide_that_has_it() -> None:
    (of_llm_d,) = choices.foreign(compose.compose(Choice("dynamo-sglang", sets=("picker.verbosity=3",))))
    assert (of_llm_d.message, of_llm_d.write) == (
        'the guide dynamo-sglang has no setting "picker"',
        "-g inference-scheduling",
    )
    (of_dynamo,) = choices.foreign(compose.compose(Choice(sets=("frontend.router=kv",))))
    assert of_dynamo.write == "-g dynamo-sglang"
    (both,) = choices.foreign(compose.compose(Choice(sets=("prefill.replicas=1",))))
    assert both.write == "-g pd-disaggregation"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("decode.nods=2", 'there is no setting "nods" in decode'),
        ("frontend.port=9000", "frontend.port must be 8000: Dynamo's operator makes the Service"),
        ("frontend.router=kvs", 'frontend.router must be null, "round-robin", "random" or "kv", not "kvs"'),
        ("local.discovery=mem", 'local.discovery must be "file" or "etcd", not "mem"'),
        ("decode.nodes=0", "decode.nodes must be 1 or more, not 0"),
        ("model.size=5Gi", 'there is no setting "size" in model'),
        ("values.modelservice={}", 'there is no setting "modelservice" in values'),
    ],
)
def test_the_settings_of_each_way_have_a_form_of_their_own(word: str, message: str) -> None:
    (finding,) = schema.check_stack(compose.compose(Choice("dynamo-sglang", sets=(word,))))
    assert finding.message.startswith(message)
    assert finding.at.text == f"--set {word}"


def test_an_environment_has_the_form_of_its_train_s_way() -> None:
    listed = "components: [engines/sglang, gateways/none, accelerators/nvidia, versions/{}, charts/upstream]\n"
    text = listed + "settings: {{frontend: {{router: kv}}}}\n"
    of = {train: source.parse(text.format(train), "mine.yaml") for train in ("dynamo-1.3", "llm-d-0.6", "nobody-1")}
    forms = {train: catalogue.form(file) for train, file in of.items()}
    assert forms == {"dynamo-1.3": "environment-dynamo", "llm-d-0.6": "environment", "nobody-1": "environment"}
    assert schema.check(of["dynamo-1.3"], forms["dynamo-1.3"]) == []
    (finding,) = schema.check(of["llm-d-0.6"], forms["llm-d-0.6"])
    assert finding.message == 'there is no setting "frontend" in settings'


def test_an_unknown_train_is_answered_with_those_of_the_guide_s_way() -> None:
    with pytest.raises(CannotAnswer) as told:
        compose.compose(Choice("dynamo-sglang", components={"versions": "dynamo-1.2"}))
    assert told.value.write == 'did you mean "dynamo-1.3"? known: dynamo-0.8, dynamo-1.1, dynamo-1.3'
    with pytest.raises(CannotAnswer) as told:
        compose.compose(Choice(components={"versions": "llm-d-0.5"}))
    assert "dynamo" not in str(told.value.write)
    with pytest.raises(CannotAnswer) as told:
        compose.compose(Choice(components={"versions": "dynamo-1.2"}))
    assert told.value.write == "known: llm-d-0.4, llm-d-0.6"


def test_the_data_is_read_once() -> None:
    assert ways.way("dynamo") == ways.ways()["dynamo"]
    assert list(remembered.data(FILE)["ways"]) == list(WAYS)
