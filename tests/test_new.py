"""invoke new: an environment of one's own that validates at once, or nothing at all."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import catalogue, charts, cli, compose, docs, explain, new, paths, process, render, source, tools, validate
from wellit.compose import Choice
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Check, Finding, Location, Report
from wellit.new import Asked, drafts, files, names, text
from wellit.validate import matrix

FOLDERS = {"GUIDES": "guides", "ENVIRONMENTS": "environments", "CHARTS": "charts", "SCHEMAS": "schemas"}
OFFLINE = {"charts": "offline"}
ODD = ["--a", "1e3", "0o14", "yes", "y", "2024-01-01", "a: b", "#c", "[d]", "1:30", "", "null", "é", "tab\t"]


def nothing(_: str) -> None:
    """Neither said nor asked."""


@pytest.fixture
def checkout(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy, where nothing is rendered after it was written."""
    monkeypatch.setattr(matrix, "several", lambda *_, **__: Report("validate"))
    return copied


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that a stack is made of, to write environments in."""
    for name, folder in FOLDERS.items():
        shutil.copytree(paths.ROOT / folder, tmp_path / folder)
        monkeypatch.setattr(paths, name, tmp_path / folder)
    return tmp_path


def asked(name: str = "mine", start: str = "inference-scheduling", model: str = "", **about: Any) -> Asked:
    about["components"] = OFFLINE | about.get("components", {})
    return Asked(name, start, Choice(**about), model)


def make(
    *args: Any, say: Callable[[str], None] = nothing, ask: Callable[[str], None] = nothing, **about: Any
) -> Report:
    return new.make(asked(*args, **about), say, ask, ("docs", "sandbox.up"))


def left(checkout: Path) -> set[str]:
    """The files in environments/ that are not the project's."""
    there = {file.name for file in (checkout / "environments").iterdir()}
    return there - {file.name for file in (paths.ROOT / "environments").iterdir()}


def settings(checkout: Path, name: str = "mine") -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((checkout / "environments" / f"{name}.yaml").read_text()).get("settings", {})
    return read


def test_an_environment_of_ones_own_reads_as_if_a_person_had_written_it(copied: Path) -> None:
    said: list[str] = []
    words = ["mine", "--engine", "sglang"]
    choice = Choice(components={"engine": "sglang"} | OFFLINE, sets=("decode.replicas=2",))
    report = new.make(Asked("mine", "inference-scheduling", choice, "Qwen/Qwen3-8B", words), said.append, nothing)
    written = (copied / "environments" / "mine.yaml").read_text()
    expected = """\
# yaml-language-server: $schema=../schemas/environment.schema.json
# An environment of your own, to change and to keep. Made by: invoke new mine --engine sglang
#   invoke validate -g inference-scheduling -e mine
#   invoke install -g inference-scheduling -e mine
#   helmfile -f guides/inference-scheduling/helmfile.yaml.gotmpl -e mine template
# All that may be set is in guides/inference-scheduling/guide.yaml. What is commented out is what there is without it.
guides: [inference-scheduling]
components:
- engines/sglang
- gateways/istio
- accelerators/nvidia
- versions/llm-d-0.6
- charts/offline
settings:
  model:
    name: Qwen/Qwen3-8B
    size: 80Gi # room for about 14.9 GiB of weights (an estimate: 8 billion parameters of 16 bits each, by its name)
    # secret: llm-d-hf-token # holds HF_TOKEN; "" for a model that needs none
  decode:
    replicas: 2
    # tensorParallel: 2 # GPUs of each server
  # accelerator:
  #   memoryGiB: 80 # of one device; what fits is estimated with it
"""
    assert written == expected
    assert "  - engines/sglang" in said[0]
    assert (report.exit_code, report.findings) == (0, [])
    assert report.summary["next"] == [
        f"invoke {t} -g inference-scheduling -e mine" for t in ("validate", "show", "install")
    ]
    assert left(copied) == {"mine.yaml"}


def test_what_is_commented_out_may_be_put_in_force(copied: Path) -> None:
    make()
    file = copied / "environments" / "mine.yaml"
    assert "settings" not in yaml.safe_load(file.read_text())
    head, tail = file.read_text().split("# settings:")
    file.write_text(head + "settings:" + tail.replace("\n# ", "\n"))
    assert settings(copied)["decode"] == {"replicas": 8, "tensorParallel": 2}
    assert validate.stack(Choice(environment="mine"), nothing).report.exit_code == 0


STARTS = [
    *(f"{guide}/{environment}" for guide in catalogue.guide_names()
      for environment in catalogue.guide_source(guide).data["environments"]),
    *catalogue.guide_names(),
]  # fmt: skip


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("model", ["", "Qwen/Qwen3-32B"])
def test_every_guide_and_environment_may_be_started_from(start: str, model: str) -> None:
    make("mine", start, model)
    guide = catalogue.guide_source(start.partition("/")[0])
    from_ = start.partition("/")[2] or guide.data["environments"][0]
    for size in guide.data["sizes"]:
        mine = compose.compose(Choice(guide.data["name"], "mine", size=size))
        theirs = compose.compose(Choice(guide.data["name"], from_, components=OFFLINE, size=size))
        assert [item for item in validate.judge_settings(mine) if isinstance(item, Finding)] == []
        if not model:
            assert mine.values | {"components": 0} == theirs.values | {"components": 0}
            assert mine.components == theirs.components
        else:
            assert mine.get("model.name") == model


@pytest.mark.usefixtures("checkout")
def test_it_is_what_the_same_words_make_of_the_environment_it_started_from(tmp_path: Path) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text(
        "picker:\n  profiles:\n    default:\n    - {plugin: queue-scorer, weight: 1}\nmodel: {servedName: m}\n"
    )
    sets = (f"decode.args={json.dumps(ODD)}", "engine.tag=v9.9.9", "accelerator.memoryGiB=96", "decode.replicas=3")
    said: dict[str, Any] = {
        "files": (str(mine),),
        "sets": sets,
        "components": {"engine": "sglang", "gateway": "none"} | OFFLINE,
    }
    new.make(asked("mine", "pd-disaggregation", **said), nothing, nothing)
    for size in ("default", "small"):
        written = compose.compose(Choice("pd-disaggregation", "mine", size=size))
        by_words = compose.compose(Choice("pd-disaggregation", "default", size=size, **said))
        assert written.values | {"components": 0} == by_words.values | {"components": 0}
        assert written.components == by_words.components
    assert written.get("decode.args") == ODD


def test_helmfile_takes_it_and_makes_the_same_of_it(checkout: Path, tmp_path: Path) -> None:
    sets = (
        f"decode.args={json.dumps(ODD)}",
        "engine.tag=v9.9.9",
        "versions.picker.tag=v0.4.0",
        "monitoring.labels={'on': 'no'}",
    )
    draft = drafts.draft(catalogue.guide_source("inference-scheduling"), asked(sets=sets).choice, "")
    assert draft.judged == []
    files.put(checkout / "environments" / "mine.yaml", text.of(draft, "mine", ()))
    stack = compose.compose(Choice(environment="mine"))
    (tmp_path / "none.json").write_text("{}")
    words = render.arguments(stack, tools.ensure(["helm", "helmfile"]), tmp_path / "none.json")
    done = process.run([*words, "print-env", "--output", "json"], env=charts.environment())
    assert done.ok, done.err
    theirs = json.loads(done.out)[0]["values"]
    assert theirs.pop("capabilities")["picker"]["version"] == "v0.4.0"
    assert (theirs.pop("refused"), theirs.pop("components")) == ("", stack.components)
    assert {key: value for key, value in stack.values.items() if key != "components"} == theirs


def test_plain_helmfile_renders_it(copied: Path) -> None:
    make("mine", model="Qwen/Qwen3-8B", components={"engine": "sglang"})
    binaries = tools.ensure(["helm", "helmfile"])
    helmfile = copied / "guides" / "inference-scheduling" / "helmfile.yaml.gotmpl"
    words: list[str | Path] = [
        binaries["helmfile"],
        "--helm-binary",
        binaries["helm"],
        "-f",
        helmfile,
        "-e",
        "mine",
        "--quiet",
    ]
    done = process.run([*words, "template", "--skip-deps"], env=charts.environment())
    assert done.ok, done.err
    assert "Qwen/Qwen3-8B" in done.out and "sglang.launch_server" in done.out


@pytest.mark.parametrize("start", ["pd-disaggregation/sglang", "multi-engine"])
def test_it_is_rendered_when_it_is_written(start: str, copied: Path) -> None:
    report = make("mine", start, "meta-llama/Llama-3.1-70B-Instruct")
    assert (report.exit_code, report.checks) == (0, [])
    assert (
        report.summary["result"]
        == f"{paths.shown(copied / 'environments' / 'mine.yaml')} is written, and no mistake is in it"
    )


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        # The guide's volume is kept when it is large enough, also for its smaller sizes, where it is another model's.
        ({"model": "Qwen/Qwen3-8B"}, {"model": {"name": "Qwen/Qwen3-8B", "size": "80Gi"}}),
        ({"model": "meta-llama/Llama-3.1-70B-Instruct"},
         {"model": {"name": "meta-llama/Llama-3.1-70B-Instruct", "size": "160Gi"}, "decode": {"tensorParallel": 4}}),
        # Smaller devices.
        ({"model": "Qwen/Qwen3-8B", "sets": ("accelerator.memoryGiB=16",)},
         {"model": {"name": "Qwen/Qwen3-8B", "size": "80Gi"}, "decode": {"tensorParallel": 2},
          "accelerator": {"memoryGiB": 16}}),
        # No accelerator: the pod's own memory.
        ({"model": "Qwen/Qwen3-32B", "components": {"accelerator": "cpu"}},
         {"model": {"name": "Qwen/Qwen3-32B", "size": "80Gi"}, "decode": {"resources": {"memory": "100Gi"}}}),
        # Both roles; what the guide has more of is not made less.
        ({"start": "pd-disaggregation", "model": "Qwen/Qwen3-Next-80B"},
         {"model": {"name": "Qwen/Qwen3-Next-80B", "size": "250Gi"}, "prefill": {"tensorParallel": 4},
          "decode": {"tensorParallel": 4}}),
        # What a person says stays.
        ({"model": "meta-llama/Llama-3.1-70B-Instruct", "sets": ("decode.tensorParallel=8", "model.size=1Ti")},
         {"model": {"name": "meta-llama/Llama-3.1-70B-Instruct", "size": "1Ti"}, "decode": {"tensorParallel": 8}}),
        # Weights that are said are no estimate.
        ({"model": "a/b", "sets": ("model.weights=300",)},
         {"model": {"name": "a/b", "size": "360Gi", "weights": 300}, "decode": {"tensorParallel": 8}}),
        # A simulator loads none.
        ({"model": "a/b-70B", "components": {"engine": "sim", "accelerator": "cpu"}}, {"model": {"name": "a/b-70B"}}),
        # A size is written out.
        ({"size": "small"},
         {"model": {"name": "Qwen/Qwen2.5-0.5B-Instruct", "size": "5Gi", "secret": ""},
          "decode": {"replicas": 2, "tensorParallel": 1, "resources": {"cpu": "4", "memory": "16Gi"}}}),
    ],
)  # fmt: skip
def test_what_follows_from_the_model(about: dict[str, Any], expected: dict[str, Any], checkout: Path) -> None:
    assert make(**about).findings == []
    assert settings(checkout) == expected


def test_a_name_that_tells_no_size_is_said(copied: Path) -> None:
    report = make(model="mistralai/Mistral-Large", size="small")
    assert report.exit_code == 0
    assert any("does not say how large it is" in check.detail for check in report.checks)
    line = next(one for one in (copied / "environments" / "mine.yaml").read_text().splitlines() if "size:" in one)
    assert "80Gi" in line and '"Mistral-Large" does not say how large it is: set weights (GiB)' in line


@pytest.mark.parametrize(
    ("about", "id_", "message", "place"),
    [
        ({"start": "pd-disaggregation", "components": {"engine": "trtllm"}}, "WL030", "TensorRT-LLM has none",
         "--engine trtllm"),
        ({"sets": ("decode.pageSize=64",), "components": {"engine": "trtllm"}}, "WL108", "has no pageSize",
         "--set decode.pageSize=64"),
        ({"model": "hf://Qwen/Qwen3-8B"}, "WL012", "without hf://", "--model hf://Qwen/Qwen3-8B"),
        ({"model": "deepseek-ai/DeepSeek-V3-671B"}, "WL302", "needs about 1250 GiB",
         "--model deepseek-ai/DeepSeek-V3-671B"),
        ({"model": "Qwen/Qwen3-8B", "sets": ("model.size=1Gi",)}, "WL302", "the download of Qwen/Qwen3-8B",
         "--model Qwen/Qwen3-8B"),
        ({"sets": ("decode.replica=2",)}, "WL010", 'no setting "replica"', "--set decode.replica=2"),
        ({"sets": ("guide.name=x", "refused=y")}, "WL010", "refused", "--set refused=y"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_where_it_was_made_and_nothing_is_written(
    about: dict[str, Any], id_: str, message: str, place: str, checkout: Path
) -> None:
    report = make(ask=pytest.fail, **about)
    assert report.exit_code == 1
    found = next(finding for finding in report.findings if finding.severity == "error")
    assert (found.id, found.at.text) == (id_, place)
    assert message in found.message
    assert left(checkout) == set()


@pytest.mark.parametrize(
    ("about", "message", "write"),
    [
        (
            {"start": "inference-schedulin"},
            'unknown guide "inference-schedulin"',
            'did you mean "inference-scheduling"?',
        ),
        ({"start": "multi-engine/sglang"}, 'unknown environment "sglang"', "known: vllm-sglang"),
        ({"components": {"engine": "sglan"}}, 'unknown engine "sglan"', 'did you mean "sglang"?'),
        ({"size": "smal"}, 'unknown size "smal"', 'did you mean "small"?'),
        ({"sets": ("model.password=x",)}, "looks like a secret", "model.secret=NAME"),
        ({"name": "My_Env"}, '"My_Env" is no name for an environment', "my-env"),
        ({"name": "8b"}, '"8b" is no name', "my-8b"),
        ({"name": "true"}, '"true" is no name', "my-true"),
        ({"name": "a.yaml"}, '"a.yaml" is no name', "a"),
        ({"name": "../a"}, '"../a" is no name', "a"),
        ({"name": "a" * 64}, "is no name", "a" * 63),
        ({"name": ""}, '"" is no name', "my-environment"),
        ({"name": "--help"}, "stands where the name of the environment belongs", "invoke --help new"),
        ({"name": "amd"}, "amd is a component: --accelerator amd", "my-amd"),
        ({"name": "rocm"}, "rocm is a name of a component: --accelerator amd", "my-rocm"),
        ({"name": "engine"}, "engine is the name of an axis", "my-engine"),
        ({"name": "multi-engine"}, "multi-engine is a guide", "my-multi-engine"),
        ({"name": "docs"}, "docs is a task", "my-docs"),
        ({"name": "default"}, "there is an environment default", "default-2"),
    ],
)
def test_what_cannot_be_is_answered_in_words(about: dict[str, Any], message: str, write: str, checkout: Path) -> None:
    with pytest.raises(CannotAnswer) as caught:
        make(ask=pytest.fail, **about)
    assert message in caught.value.message
    assert write in caught.value.write
    assert left(checkout) == set()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("decode: {env: [{name: HF_TOKEN, value: secretword}]}", "decode.env.HF_TOKEN"),
        ("decode: {args: [--api-key, sk-0123456789abcdef0123]}", "decode.args.1"),
        ("values: {modelservice: {password: hunter2}}", "values.modelservice.password"),
    ],
)
def test_a_secret_of_a_settings_file_is_not_written_into_the_checkout(
    line: str, key: str, checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "my.yaml").write_text(f"{line}\n")
    with pytest.raises(CannotAnswer, match=f"{key} looks like a secret") as caught:
        make(files=(str(tmp_path / "my.yaml"),), ask=pytest.fail)
    assert not {"secretword", "hunter2"} & set(str(vars(caught.value)).split())
    assert left(checkout) == set()


def test_an_environment_that_is_there_is_never_overwritten(checkout: Path) -> None:
    file = checkout / "environments" / "mine.yaml"
    file.write_text("mine\n")
    (checkout / "environments" / "mine-2.yaml").symlink_to("nowhere")
    with pytest.raises(CannotAnswer, match="there is an environment mine") as caught:
        make()
    assert "another name, as in mine-3" in caught.value.write
    assert file.read_text() == "mine\n"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_one_that_came_while_we_asked_is_not_overwritten_either(
    links: bool, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _refuses(PermissionError(1, "no links here")))
    file = checkout / "environments" / "mine.yaml"

    def meanwhile(_: str) -> None:
        file.write_text("another's\n")

    with pytest.raises(CannotAnswer, match="there is an environment mine"):
        make(ask=meanwhile)
    assert file.read_text() == "another's\n"
    assert left(checkout) == {"mine.yaml"}


def test_a_file_system_without_links_will_do(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _refuses(PermissionError(1, "no links here")))
    files.put(checkout / "environments" / "mine.yaml", "whole\n")
    assert (checkout / "environments" / "mine.yaml").read_text() == "whole\n"
    assert left(checkout) == {"mine.yaml"}


def test_a_checkout_that_cannot_be_written_to(checkout: Path) -> None:
    with pytest.raises(CannotAnswer, match=r"cannot write .*mine.yaml: No such file or directory"):
        files.put(checkout / "gone" / "mine.yaml", "whole\n")


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_a_yes_nothing_is_written(
    answer: str, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    with pytest.raises(Refused):
        make(ask=cli.asker(False))
    assert f"Write {paths.shown(checkout / 'environments' / 'mine.yaml')}? [y/N]" in capsys.readouterr().err
    assert left(checkout) == set()


def test_an_interruption_while_writing_leaves_no_half_file(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", _refuses(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        make()
    assert left(checkout) == set()


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), CannotAnswer("helm does not render it")])
def test_what_was_not_validated_does_not_stay(
    problem: BaseException, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrix, "several", _refuses(problem))
    with pytest.raises(type(problem)):
        make()
    assert left(checkout) == set()
    if isinstance(problem, CannotAnswer):
        assert "mine.yaml was not left behind" in problem.why


@pytest.mark.parametrize(
    "wrong", [Finding("WL205", "x", "error", "no", Location("a.yaml")), Check("WL500", "x", "unknown", "no")]
)
def test_what_is_found_wrong_does_not_stay(
    wrong: Finding | Check, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Report("validate")
    found.add([wrong])
    monkeypatch.setattr(matrix, "several", lambda *_, **__: found)
    said: list[str] = []
    report = make(say=said.append)
    assert (report.exit_code, "next" in report.summary) == (found.exit_code, False)
    assert "was not left behind" in said[-1]
    assert left(checkout) == set()


def test_ones_own_is_shown_but_in_no_table_of_the_documentation(checkout: Path) -> None:
    before = docs.environments(), docs.guides()
    files.put(
        checkout / "environments" / "mine.yaml",
        (paths.ENVIRONMENTS / "default.yaml").read_text() + "guides: [multi-engine]\n",
    )
    assert (docs.environments(), docs.guides()) == before
    assert "mine: engines/vllm" in explain.environments() and "(your own, of multi-engine)" in explain.environments()
    assert "vllm-sglang, mine" in explain.guides()
    assert "multi-engine  -e vllm-sglang | mine" in explain.overview()


def test_ones_own_of_another_guide_says_how_it_gets_there(checkout: Path) -> None:
    files.put(
        checkout / "environments" / "mine.yaml",
        "guides: [multi-engine]\n" + (paths.ENVIRONMENTS / "default.yaml").read_text(),
    )
    with pytest.raises(CannotAnswer) as caught:
        compose.compose(Choice(environment="mine"))
    assert caught.value.where.endswith("mine.yaml:1:9")
    assert "add inference-scheduling to its guides" in caught.value.write


def test_a_setting_laid_over_a_component_is_judged_where_it_stands(copied: Path) -> None:
    make(sets=("accelerator.memoryGiB=96",))
    file = copied / "environments" / "mine.yaml"
    file.write_text(file.read_text().replace("memoryGiB: 96", "memoryGiB: many"))
    report = validate.stack(Choice(environment="mine"), nothing).report
    assert [(finding.id, Path(finding.at.file)) for finding in report.findings] == [("WL011", file)]


@pytest.mark.parametrize(
    "word", [*ODD, "Qwen/Qwen3-8B", "80Gi", "http://a.b:80/c", "on", "0x10", "~", "-", "- a", "1.5", "a:"]
)
def test_any_text_comes_back_as_it_was(word: str) -> None:
    assert source.parse(text.flow({word: [word, 1, True, None, 0.5]}), "a").data == {word: [word, 1, True, None, 0.5]}


def test_line_breaks_of_the_command_line_stay_in_its_comment() -> None:
    draft = drafts.draft(catalogue.guide_source("inference-scheduling"), asked().choice, "")
    assert yaml.safe_load(text.of(draft, "mine", ["mine", "--set", "a=b\nguides: [x]"]))["guides"] == [
        "inference-scheduling"
    ]


def test_it_may_be_started_from_ones_own(checkout: Path) -> None:
    make("mine", model="Qwen/Qwen3-8B", components={"engine": "sglang"})
    make("mine.two", "inference-scheduling/mine", sets=("decode.replicas=1",))
    assert settings(checkout, "mine.two") == settings(checkout) | {"decode": {"replicas": 1}}
    assert names.taken("mine").write.startswith("another name, as in mine-2")


def test_the_command_writes_it(checkout: Path) -> None:
    for folder in ("wellit", "scripts"):
        shutil.copytree(paths.ROOT / folder, checkout / folder)
    shutil.copy(paths.ROOT / "tasks.py", checkout)
    words = [sys.executable, "-m", "wellit.program", "new", "mine", "--engine", "sglang", "--charts", "offline"]
    done = process.run(words, cwd=checkout)
    assert done.code == 2 and "there is nobody to ask" in done.err
    assert left(checkout) == set()
    done = process.run([*words, "--model", "Qwen/Qwen3-8B", "--yes", "--format", "json"], cwd=checkout)
    assert done.ok, done.err
    assert json.loads(done.out)["summary"]["file"] == "environments/mine.yaml"
    assert left(checkout) == {"mine.yaml"}


def _refuses(problem: BaseException) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> None:
        raise problem

    return refuse
