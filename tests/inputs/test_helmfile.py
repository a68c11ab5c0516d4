"""A helmfile of the upstream layout, read by the real helmfile."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

import pytest

from tests.inputs.support import say
from wellit import paths
from wellit.errors import CannotAnswer
from wellit.findings import Finding, Report
from wellit.inputs import helmfile
from wellit.report import text
from wellit.subject import Subject
from wellit.validate import foreign

GUIDE = Path(__file__).parent / "guide"
VARIABLES = ("RELEASE_NAME_POSTFIX", "INFERENCE_SERVER")


@pytest.fixture
def guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the guide, which a test may spoil; it is the current folder."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(GUIDE, tmp_path / "guide")
    monkeypatch.chdir(tmp_path / "guide")
    return tmp_path / "guide"


def read(environment: str = "", namespace: str = "", file: str = ".") -> Subject:
    return helmfile.read(helmfile.find(file, environment, namespace), say).subject


@functools.cache
def once(environment: str) -> Subject:
    """The guide as it is, read once for all tests that only look."""
    with pytest.MonkeyPatch.context() as patch:
        for name in VARIABLES:
            patch.delenv(name, raising=False)
        return read(environment, file=str(GUIDE))


def judged(environment: str = "", file: str = ".", *, every: bool = False) -> Report:
    return foreign.helmfile(file, say, environment=environment, every=every)


def failed(file: str = "helmfile.yaml.gotmpl", environment: str = "") -> Finding:
    (finding,) = judged(environment, file).findings
    assert finding.id == "WL014"
    return finding


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_releases_have_their_true_names_namespaces_and_versions() -> None:
    assert [(r.name, r.namespace, r.label) for r in once("default").releases] == [
        ("infra-chat", "chat", "llm-d-infra@v1.4.0"),
        ("gaie-chat", "chat", "inferencepool@v1.4.0"),
        ("ms-chat", "chat", "llm-d-modelservice@v0.4.9"),
    ]


@pytest.mark.usefixtures("guide")
def test_a_namespace_and_a_variable_are_what_helmfile_makes_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASE_NAME_POSTFIX", "mine")
    assert {(r.name, r.namespace) for r in read(namespace="other").releases} >= {("ms-mine", "other")}


@pytest.mark.parametrize(
    ("environment", "release", "keys", "place"),
    [
        ("default", 2, ("decode", "containers", 0, "image"), "ms/vllm.yaml:14:12"),
        ("default", 2, ("decode", "replicas"), "helmfile.yaml.gotmpl:62:15"),  # by its set
        ("sglang", 2, ("decode", "containers", 0, "args", 3), "ms/sglang.yaml.gotmpl:20:7"),
        ("sglang", 2, ("modelArtifacts", "labels", "llm-d.ai/guide"), "ms/sglang.yaml.gotmpl:6:21"),
        ("gke", 2, ("routing", "servicePort"), "helmfile.yaml.gotmpl:57:24"),  # inline, over the file
        ("gke", 2, ("routing", "proxy", "enabled"), "ms/vllm.yaml:9:14"),
        ("default", 0, ("gateway", "gatewayClassName"), "prereq/istio.yaml:2:21"),  # passed on by the helmfile
        ("default", 1, ("provider", "name"), "prereq/istio.yaml:4:9"),
        ("gke", 1, ("provider", "name"), "helmfile.yaml.gotmpl:38:17"),
        ("default", 1, ("inferenceExtension", "pluginsCustomConfig", "chat.yaml", "plugins", 0, "type"),
         "gaie/values.yaml:12:15"),
    ],
)  # fmt: skip
def test_a_value_is_found_where_it_was_written_last(
    environment: str, release: int, keys: tuple[str | int, ...], place: str
) -> None:
    assert str(once(environment).releases[release].locate(keys)).endswith(f"/guide/{place}")


def test_what_is_set_counts() -> None:
    decode = once("default").releases[2].values["decode"]
    assert decode["replicas"] == 3
    assert decode["containers"][0]["resources"]["limits"] == {"nvidia.com/gpu": "1"}


@pytest.mark.parametrize(("environment", "file"), [("default", "httproute.yaml"), ("gke", "httproute.gke.yaml")])
def test_the_route_that_lies_beside_it_is_judged_with_it(environment: str, file: str) -> None:
    (route,) = once(environment).manifests or ()
    assert str(route.locate(("spec", "parentRefs", 0, "name"))).endswith(f"/guide/{file}:9:11")


@pytest.mark.usefixtures("guide")
def test_a_release_of_another_chart_is_said_not_to_be_checked() -> None:
    found = judged()
    assert [(check.id, check.status, check.title.split()[0]) for check in found.checks] == [
        ("WL500", "skip", "prometheus")
    ]
    assert found.exit_code == 0


@pytest.mark.usefixtures("guide")
def test_a_rule_finds_its_mistake_in_a_values_template() -> None:
    assert {(f.id, str(f.at)) for f in judged("sglang").findings} >= {("WL104", "gaie/values.yaml:8:5")}


def test_environments_may_stand_in_a_base() -> None:
    """As in the guides of this checkout: it is helmfile then that knows them."""
    guide = str(paths.GUIDES / "inference-scheduling")
    good = judged("sglang", guide)
    assert not good.findings and good.exit_code == 0
    assert text.sentence(good).startswith("no mistake found in ") and "-e sglang" in text.sentence(good)
    assert "the environment nosuch has no releases" in failed(guide, "nosuch").message


@pytest.mark.usefixtures("guide")
def test_every_environment_is_judged_and_a_finding_names_those_that_have_it() -> None:
    found = judged(every=True)
    assert found.summary["environments"] == ["default", "gke", "sglang"]
    by_id = {finding.id: finding.why for finding in found.findings}
    assert by_id["WL204"].endswith("; in the environment gke")
    assert by_id["WL104"].endswith("; in the environment sglang")


@pytest.mark.usefixtures("guide")
def test_a_word_that_no_comparison_knows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERENCE_SERVER", "SGLang")
    (finding,) = [finding for finding in judged().findings if finding.id == "WL015"]
    assert (finding.write, finding.at.line) == ("INFERENCE_SERVER=sglang, or unset it", 47)
    monkeypatch.setenv("INFERENCE_SERVER", "sglang")
    assert not [finding for finding in judged().findings if finding.id == "WL015"]


def test_a_variable_that_is_not_set_is_told_at_its_line(guide: Path) -> None:
    change(
        guide / "helmfile.yaml.gotmpl", 'env "RELEASE_NAME_POSTFIX" | default "chat"', 'requiredEnv "NOBODY_SETS_IT"'
    )
    finding = failed()
    assert finding.message == "helmfile does not render it: the variable NOBODY_SETS_IT is not set"
    assert (str(finding.at), finding.write) == ("helmfile.yaml.gotmpl:14:1", "NOBODY_SETS_IT=VALUE before the command")


def test_a_template_that_reads_what_is_not_there_is_told_at_its_line(guide: Path) -> None:
    change(guide / "helmfile.yaml.gotmpl", ".Environment.Values.provider.name", ".Environment.Values.provder.name")
    finding = failed()
    assert finding.at.line == 38
    assert 'map has no entry for key "provder"' in finding.message


def test_a_values_file_that_is_not_there_is_told_where_it_is_listed(guide: Path) -> None:
    (guide / "gaie" / "values.yaml").unlink()
    assert (failed().at.line, failed().write) == (36, "a file that is there")


def test_a_key_that_stands_twice_is_told_in_its_own_file(guide: Path) -> None:
    change(guide / "ms" / "vllm.yaml", "  replicas: 1\n", "  replicas: 1\n  replicas: 2\n")
    assert [(f.id, str(f.at)) for f in judged().findings] == [("WL003", "ms/vllm.yaml:12:3")]


def test_a_template_of_values_that_fails_is_told_in_its_own_file(guide: Path) -> None:
    change(guide / "ms" / "sglang.yaml.gotmpl", 'env "RELEASE_NAME_POSTFIX" | default "chat"', 'requiredEnv "NOBODY"')
    finding = failed(environment="sglang")
    assert (str(finding.at), finding.write) == ("ms/sglang.yaml.gotmpl:6:21", "NOBODY=VALUE before the command")


def test_programs_that_templates_start_are_not_started(guide: Path) -> None:
    change(
        guide / "helmfile.yaml.gotmpl", "{{- $namespace", '{{- $_ := exec "touch" (list "started") }}\n{{- $namespace'
    )
    assert "start programs" in failed().message
    assert not (guide / "started").exists()


def test_a_chart_of_a_folder_has_its_name_and_version_from_chart_yaml(guide: Path) -> None:
    chart = guide / "charts" / "mine"
    chart.mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: llm-d-infra\nversion: v1.3.6\n")
    change(guide / "helmfile.yaml.gotmpl", "chart: llm-d-infra/llm-d-infra\n    version: v1.4.0", "chart: charts/mine")
    assert read().releases[0].label == "llm-d-infra@v1.3.6"


def test_a_chart_of_a_folder_that_is_not_there_may_say_its_version_in_the_path(guide: Path) -> None:
    old = "chart: llm-d-infra/llm-d-infra\n    version: v1.4.0"
    change(guide / "helmfile.yaml.gotmpl", old, "chart: ../infra-v1.3.6/charts/llm-d-infra")
    assert read().releases[0].label == "llm-d-infra@v1.3.6"


def test_a_chart_without_a_version_is_not_judged(guide: Path) -> None:
    change(
        guide / "helmfile.yaml.gotmpl", "chart: llm-d-infra/llm-d-infra\n    version: v1.4.0", "chart: x/llm-d-infra"
    )
    (check, _) = judged().checks[:2]
    assert (check.title, check.detail) == (
        "infra-chat (x/llm-d-infra)", "nothing says which version of llm-d-infra it is"
    )  # fmt: skip


@pytest.mark.usefixtures("guide")
@pytest.mark.parametrize(
    ("file", "environment", "said"),
    [
        ("gone", "", "there is no helmfile gone"),
        ("ms", "", "no helmfile is in the folder ms"),
        (".", "sglnag", 'unknown environment "sglnag"'),
    ],
)
def test_what_is_not_there_is_said_in_words(file: str, environment: str, said: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        judged(environment, file)
    assert caught.value.message == said and caught.value.write


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"values": ["a"], "helmfile": "b"}, "--values and --helmfile are two kinds of input"),
        ({"chart": ["a"], "helmfile": "b"}, "--helmfile and --values are two kinds of input"),
        ({"values": ["a"], "guide": "b"}, "--guide does not go with --values"),
        ({"values": ["a"], "all": True}, "--all does not go with --values"),
        ({"helmfile": "a", "set_": ["b=c"]}, "--set does not go with --helmfile"),
        ({"manifests": ["a"], "namespace": "b"}, "--namespace does not go with --manifests"),
        ({"live": True, "env": "b"}, "--env does not go with --live"),
        ({"live": True, "values": ["a"]}, "--values and --live are two kinds of input"),
        ({"values": ["a"], "context": "b"}, "--context does not go with --values"),
        ({"sandbox": True}, "--sandbox names a cluster, and validate looks at files"),
    ],
)
def test_one_kind_of_input_at_a_time(said: dict[str, object], message: str) -> None:
    with pytest.raises(CannotAnswer, match=message):
        foreign.chosen(said, ("guide", "env", "namespace", "set_"))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({}, ""), ({"all": True}, ""), ({"helmfile": "a", "env": "b", "all": True}, "helmfile"),
        ({"chart": ["a"]}, "values"),
    ],
)  # fmt: skip
def test_the_kind_of_input(said: dict[str, object], name: str) -> None:
    assert foreign.chosen(said, ("guide", "env", "namespace")) == name
