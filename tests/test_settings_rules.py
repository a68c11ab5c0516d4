"""Rules over the settings of a stack, from what a person types or writes to what is said of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from wellit import catalogue, compose, engines, paths, rules, validate
from wellit.compose import Choice
from wellit.findings import Check, Finding
from wellit.validate import matrix, subjects


def say(_: str) -> None:
    """Nothing is to be said in these tests."""


def judged(*sets: str, guide: str = "inference-scheduling", environment: str = "default", **axes: str) -> list[Finding]:
    stack = compose.compose(Choice(guide=guide, environment=environment, components=axes, sets=sets))
    return [item for item in rules.run(subjects.settings_of(stack)) if isinstance(item, Finding)]


def one(*sets: str, **about: str) -> Finding:
    (finding,) = judged(*sets, **about)
    return finding


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Guides and environments of our own to write in."""
    for name, folder in (("GUIDES", paths.GUIDES), ("ENVIRONMENTS", paths.ENVIRONMENTS)):
        shutil.copytree(folder, tmp_path / folder.name)
        monkeypatch.setattr(paths, name, tmp_path / folder.name)
    return tmp_path


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_a_setting_that_the_engine_has_not_is_said_where_it_was_typed() -> None:
    finding = one("decode.pageSize=64", environment="trtllm")
    assert (finding.id, finding.at.text, finding.write) == (
        "WL108", "--set decode.pageSize=64", "--set decode.pageSize=null",
    )  # fmt: skip
    assert "tokens_per_block" in finding.why
    assert [place.file for _, place in finding.also] == ["environments/engines/trtllm.yaml"]


def test_a_setting_of_an_environment_file_is_said_there(checkout: Path) -> None:
    file = checkout / "environments" / "trtllm.yaml"
    file.write_text(file.read_text() + "settings:\n  decode: {pageSize: 64}\n")
    finding = one(environment="trtllm")
    assert (finding.id, Path(finding.at.file), finding.path) == ("WL108", file, "decode.pageSize")


def test_an_engine_without_a_reason_says_what_it_has() -> None:
    without = ("engine.flags.pageSize=null", "engine.kvEvents=null")
    finding = one(*without, "decode.pageSize=64", environment="sglang")
    assert finding.id == "WL108" and "it has: servedName, contextLength" in finding.why


def test_what_a_setting_builds_on_is_said_before_helm_stops() -> None:
    finding = one("proxy.enabled=true", environment="trtllm")
    assert (finding.id, finding.write) == ("WL108", "--set proxy.enabled=null")
    assert "no release of llm-d's routing proxy" in finding.why


def test_of_a_model_that_is_too_large_the_number_of_devices_is_said() -> None:
    finding = one("decode.tensorParallel=1", "accelerator.memoryGiB=48")
    assert finding.id == "WL302"
    assert "about 59.6 GiB" in finding.message and "has 43.2 GiB" in finding.message
    assert finding.write.startswith("decode.tensorParallel: 2, or")
    assert "an estimate: 32 billion parameters of 16 bits each, by its name; room: 1 x 48 GiB" in finding.why


def test_of_a_volume_that_is_too_small_the_amount_is_said() -> None:
    finding = one("model.size=10Gi")
    assert (finding.id, finding.write) == ("WL302", "--set model.size=75Gi")
    assert "evicted" in finding.why


def test_what_a_person_says_of_the_weights_is_believed_to_the_last_byte() -> None:
    assert one("model.weights=81", "decode.tensorParallel=4").id == "WL302"
    assert one("model.weights=79", "decode.tensorParallel=4").id == "WL303"
    assert judged("model.weights=40") == []


def test_a_name_without_a_size_is_not_checked_and_that_is_said() -> None:
    stack = compose.compose(Choice(sets=("model.name=example/chat",)))
    (check,) = rules.run(subjects.settings_of(stack))
    assert isinstance(check, Check) and check.status == "skip"
    assert check.detail == (
        'whether example/chat fits: "chat" does not say how large it is; model.weights (GiB) says it'
    )


def test_a_volume_that_nothing_is_downloaded_to_is_not_checked() -> None:
    stack = compose.compose(Choice(sets=("values.modelservice.modelArtifacts.uri=pvc://mine/model", "model.size=1Gi")))
    (check,) = rules.run(subjects.settings_of(stack))
    assert isinstance(check, Check) and "pvc://mine/model is not downloaded" in check.detail


@pytest.mark.parametrize(("mine", "other"), [("pd-disaggregation", "simulated-accelerators")])
def test_two_guides_with_one_release_name_are_said_in_either_with_both_places(
    checkout: Path, mine: str, other: str
) -> None:
    file = checkout / "guides" / mine / "guide.yaml"
    rewrite(file, "postfix: pd", "postfix: sim")
    theirs = checkout / "guides" / other / "guide.yaml"
    for guide, environment, at, also in ((mine, "default", file, theirs), (other, "sim", theirs, file)):
        finding = one(guide=guide, environment=environment)
        assert (finding.id, Path(finding.at.file)) == ("WL004", at)
        assert [Path(place.file) for _, place in finding.also] == [also] and finding.also[0][1].line
        assert finding.write == f"postfix: {guide}"


def test_a_release_name_of_an_environment_s_own_is_compared_too(checkout: Path) -> None:
    mine = checkout / "environments" / "mine.yaml"
    text = (checkout / "environments" / "default.yaml").read_text()
    mine.write_text(f"{text}guides: [pd-disaggregation]\nsettings: {{postfix: inference-scheduling}}\n")
    assert Path(one(guide="pd-disaggregation", environment="mine").at.file) == mine
    assert [Path(place.file) for _, place in one().also] == [mine]


def test_two_guides_with_one_release_name_are_said_of_all(checkout: Path) -> None:
    for name in ("multi-engine", "precise-prefix-cache-aware", "inference-scheduling"):
        shutil.rmtree(checkout / "guides" / name)
    rewrite(checkout / "guides" / "pd-disaggregation" / "guide.yaml", "postfix: pd", "postfix: sim")
    report = matrix.everything(Choice(components={"charts": "offline"}), say)
    assert {Path(f.at.file).parent.name for f in report.findings if f.id == "WL004"} == {
        "pd-disaggregation", "simulated-accelerators",
    }  # fmt: skip


def test_an_accelerator_that_there_is_not_is_said_although_the_cell_is_refused(checkout: Path) -> None:
    file = checkout / "environments" / "engines" / "vllm.yaml"
    rewrite(file, "    nvidia: {}\n", "    nvdia: {}\n")
    report = validate.stack(Choice(components={"charts": "offline"}), say).report
    found = {finding.id: finding for finding in report.findings}
    assert Path(found["WL006"].at.file) == file and found["WL006"].write == "nvidia: {}"


def test_an_engine_file_s_promise_is_said_in_its_file(checkout: Path) -> None:
    file = checkout / "environments" / "engines" / "sglang.yaml"
    rewrite(file, "connectors: [sglang]", "connectors: []")
    finding = one(environment="sglang")
    assert (finding.id, Path(finding.at.file), finding.path) == ("WL005", file, "engine.connectors")


@pytest.mark.parametrize("guide", catalogue.guide_names())
def test_no_size_of_a_guide_has_a_mistake_where_it_is_at_home(guide: str) -> None:
    source = catalogue.guide_source(guide)
    for environment in source.data["environments"]:
        for size in source.data["sizes"]:
            stack = compose.compose(Choice(guide=guide, environment=environment, size=size))
            assert list(rules.run(subjects.settings_of(stack))) == [], f"{environment} {size}"


@pytest.mark.parametrize("name", [engine.name for engine in engines.engines()])
def test_every_engine_says_what_it_does_with_memory(name: str) -> None:
    data = yaml.safe_load((paths.ENVIRONMENTS / "engines" / f"{name}.yaml").read_text())["engine"]
    assert "memory" in data
