"""validate --config: a config file and the stack whose workers read it, judged together."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from wellit import configfile, process, validate
from wellit.compose import Choice
from wellit.paths import ROOT
from wellit.say import announce
from wellit.validate import Validated

DISAGG = Choice("dynamo-sglang", "disagg", components={"charts": "offline"})


def validated(folder: Path, text: str, key: str = "", choice: Choice = DISAGG) -> Validated:
    (folder / "serving.yaml").write_text(text)
    return validate.stack(choice, announce, config=configfile.Asked(str(folder / "serving.yaml"), key))


def told(result: Validated) -> list[tuple[str, str, int]]:
    return [(one.id, Path(one.at.file).name, one.at.line) for one in result.report.findings]


def test_rules_see_the_words_of_the_file_where_they_are_written(tmp_path: Path) -> None:
    text = "decode:\n  kv-cache-dtype: fp8_e4m3\nprefill:\n  kv-cache-dtype: fp8_e5m2\n"
    result = validated(tmp_path, text)
    assert ("WL137", "serving.yaml") in [(id_, file) for id_, file, _ in told(result)]
    assert result.report.exit_code == 1
    assert validated(tmp_path, text.replace("e5m2", "e4m3")).report.findings == []


def test_what_the_environment_sets_is_named_with_its_setting(tmp_path: Path) -> None:
    result = validated(tmp_path, "page-size: 32\n")
    assert told(result) == [("WL843", "serving.yaml", 1)] and result.report.exit_code == 0
    ((_, at),) = result.report.findings[0].also
    assert at.file == "guides/dynamo-sglang/guide.yaml" and "pageSize: 16" in at.text


def test_a_changed_file_is_judged_anew(tmp_path: Path) -> None:
    assert told(validated(tmp_path, "page_size: 32\n")) == [("WL841", "serving.yaml", 1)]
    assert told(validated(tmp_path, "# nothing of it\nmax-running-requests: eight\n")) == [("WL842", "serving.yaml", 2)]
    assert validated(tmp_path, "max-running-requests: 8\n").report.findings == []


def test_a_comment_takes_a_finding_away_and_is_missed_when_it_is_of_no_use(tmp_path: Path) -> None:
    text = "page-size: 32 # wellit: ignore WL843 the guide sets it in other stacks\n"
    assert validated(tmp_path, text).report.findings == []
    unused = "max-running-requests: 8 # wellit: ignore WL843 no reason left\n"
    assert told(validated(tmp_path, unused)) == [("WL034", "serving.yaml", 1)]


@pytest.mark.parametrize("versions", ["dynamo-0.8", "dynamo-1.1", "dynamo-1.3"])
def test_every_train_knows_what_its_engine_reads(tmp_path: Path, versions: str) -> None:
    choice = Choice("dynamo-sglang", "disagg", components={"charts": "offline", "versions": versions})
    right = "max-running-requests: 8\nbucket-time-to-first-token: [1, 2.5]\ntrust-remote-code: true\n"
    assert validated(tmp_path, right, choice=choice).report.findings == []
    found = validated(tmp_path, "kv-events-config: {publisher: zmq}\n", choice=choice).report
    assert (found.exit_code == 0) == (versions == "dynamo-1.3")


def invoke(*words: str) -> process.Done:
    return process.run([sys.executable, "-m", "wellit.program", *words], cwd=ROOT)


WRONG = {
    ("-g", "inference-scheduling", "--charts", "offline"): "no worker of this stack takes --config",
    ("--config", "other.yaml"): "--config stands here 2 times",
    ("--all",): "--config is laid under the words of one stack",
    ("--values", "values.yaml"): "--config does not go with --values",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_the_flags_say_what_does_not_go_together(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "a.yaml").write_text("page-size: 16\n")
    done = invoke("validate", *words, "--config", str(tmp_path / "a.yaml"))
    assert done.code == 2 and WRONG[words] in done.err and "Traceback" not in done.err


def test_the_command_answers_in_json(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("prod:\n  page_size: 16\n")
    asked = ["validate", "-g", "dynamo-sglang", "-e", "agg", "--config", str(tmp_path / "a.yaml")]
    done = invoke(*asked, "--config-key", "prod", "--format", "json")
    (found,) = json.loads(done.out)["findings"]
    assert (done.code, found["id"], found["path"], found["write"]) == (1, "WL841", "prod.page_size", "page-size")
