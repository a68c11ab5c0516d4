"""validate, from what a person types to the report."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.support.trains import TRAINS
from wellit import catalogue, validate
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.validate import matrix


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


def report(*sets: str, files: tuple[str, ...] = (), **components: str) -> Report:
    chosen = {"charts": "offline", "engine": "sglang"} | components
    return validate.stack(Choice(components=chosen, files=files, sets=sets), say).report


def ids(found: Report) -> list[str]:
    return sorted(finding.id for finding in found.findings)


@pytest.mark.parametrize("engine", ["sglang", "vllm"])
@pytest.mark.parametrize("gateway", ["istio", "none"])
@pytest.mark.parametrize("train", TRAINS)
@pytest.mark.parametrize("proxy", ["true", "false"])
def test_what_the_guide_offers_has_no_mistake(engine: str, gateway: str, train: str, proxy: str) -> None:
    found = report(f"proxy.enabled={proxy}", engine=engine, gateway=gateway, versions=train)
    assert (ids(found), found.verdict, found.checks) == ([], "ok", [])


def test_every_guide_is_judged_in_every_environment_and_size() -> None:
    found = matrix.everything(Choice(components={"charts": "offline"}), say)
    stacks = cast(list[str], found.summary["stacks"])
    assert {"inference-scheduling -e sglang --size small", "pd-disaggregation -e default --size rdma"} <= set(stacks)
    assert {stack.split()[0] for stack in stacks} == set(catalogue.guide_names())
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    assert found.exit_code == 0


def test_of_all_stacks_those_that_are_refused_are_listed_with_the_reason() -> None:
    found = matrix.everything(Choice(components={"charts": "offline", "versions": "llm-d-0.4"}, size="small"), say)
    other_way, of_kserve, refused = [check for check in found.checks if check.status == "skip"]
    assert {stack.split()[0] for stack in other_way.title.split(", ")} == {"dynamo-sglang"}
    assert {stack.split()[0] for stack in of_kserve.title.split(", ")} == {"llm-inference-service"}
    assert "llm-d-0.4 is a release train of llm-d" in other_way.detail
    assert refused.title == "precise-prefix-cache-aware -e default, precise-prefix-cache-aware -e sglang"
    assert "how its picker v0.4.0 hears KV events has not been asked" in refused.detail
    assert "precise" not in str(found.summary["stacks"])
    assert found.exit_code == 0


def test_when_all_stacks_are_refused_there_is_no_answer() -> None:
    components = {"charts": "offline", "versions": "llm-d-0.4", "gateway": "agentgateway"}
    with pytest.raises(CannotAnswer, match="no stack is left to judge") as caught:
        matrix.everything(Choice(components=components, size="small"), say)
    assert "the train llm-d-0.4 does not know the gateway agentgateway" in caught.value.why


def test_a_wrong_setting_is_shown_where_it_was_written() -> None:
    found = report("proxy.connector=nixlv2")
    (finding,) = found.findings
    assert (finding.id, finding.at.text, finding.at.column) == ("WL103", "--set proxy.connector=nixlv2", 23)
    assert finding.write == "--set proxy.connector=sglang"
    assert any("modelservice.yaml.gotmpl" in place.file for _, place in finding.also)
    assert found.exit_code == 1


def test_of_two_settings_in_one_value_the_one_that_was_said_is_shown() -> None:
    found = report("versions.proxy.tag=v0.3.0")
    assert {finding.at.text for finding in found.findings} == {"--set versions.proxy.tag=v0.3.0"}


def test_a_raw_chart_value_is_shown_where_it_was_written(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("values:\n  modelservice:\n    routing:\n      proxy:\n        connector: lmcache\n")
    found = report(files=(str(mine),))
    assert ids(found) == ["WL201"]
    assert {str(finding.at) for finding in found.findings} == {f"{mine}:5:20"}


def test_an_engines_own_file_is_shown_when_it_is_wrong() -> None:
    found = report("engine.args=[]")
    assert ids(found) == ["WL106"]


def test_a_misspelt_raw_value_is_found(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("values:\n  modelservice:\n    decode:\n      replica: 3\n")
    (finding,) = report(files=(str(mine),)).findings
    assert (finding.id, str(finding.at)) == ("WL020", f"{mine}:4:7")
    assert "replicas" in finding.write


def test_settings_come_before_rendering() -> None:
    found = report("decode.replicas=many", "proxy.connector=nixlv2")
    assert ids(found) == ["WL011"]
    assert [(check.status, check.detail) for check in found.checks] == [("skip", "the settings above come first")]


def test_a_broken_file_is_a_finding_and_the_rest_is_said_not_to_be_checked(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("decode:\n  replicas: 1\n  replicas: 2\n")
    found = report(files=(str(mine),))
    assert ids(found) == ["WL003"]
    assert [check.status for check in found.checks] == ["skip"]
    assert found.exit_code == 1


@pytest.mark.usefixtures("own_cache")
def test_upstream_charts_that_are_not_there_are_said() -> None:
    found = validate.stack(Choice(environment="sglang"), say).report
    assert [(check.title, check.status) for check in found.checks] == [("manifests", "skip")]
    assert found.exit_code == 0


def test_a_mistake_is_said_once(tmp_path: Path) -> None:
    """A word that the schema does not list and a rule speaks of is one finding."""
    file = tmp_path / "values.yaml"
    file.write_text("decode:\n  containers:\n  - {name: a, image: lmsysorg/sglang:v0.5.9, modelCommand: sglangServe}\n")
    found = validate.values_files([str(file)], ["llm-d-modelservice@v0.3.8"])
    assert ids(found).count("WL101") == 1
    assert not [finding for finding in found.findings if finding.id == "WL022"]


def test_trust_in_the_model_s_code_is_shown_where_it_was_said_and_is_no_mistake(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text("model:\n  trustRemoteCode: true\n")
    found = report(files=(str(mine),))
    assert [(f.id, f.severity, str(f.at)) for f in found.findings] == [("WL401", "info", f"{mine}:2:20")]
    assert found.exit_code == 0
