"""The words that a config file becomes, held against SGLang's own merger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.support import mergers
from wellit import configfile, flags, paths
from wellit.capabilities import Unknown
from wellit.configfile import data, section
from wellit.configfile.data import FOLDER, Writes
from wellit.configfile.lint import Reader

WRITTEN = """
page-size: 16
mem-fraction-static: 0.80
enable-metrics: true
trust-remote-code: false
log-level: info
tp-size: "2"
served-model-name: y
cuda-graph-bs: [1, 2, 4]
allow-auto-truncate: false
bucket-time-to-first-token: []
chat-template: null
kv-events-config: {publisher: zmq, hwm: 3}
json-model-override-args: '{"a": true}'
quantization: true
schedule-policy: false
"""


def reader(version: str) -> Reader:
    config = data.of("sglang")
    assert config
    writes = config.writes(version)
    assert isinstance(writes, Writes)
    return Reader(config, writes, "sglang", version)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "serving.yaml"
    written.write_text(WRITTEN)
    return written


@pytest.mark.parametrize("version", mergers.HASHES)
def test_the_words_are_those_of_the_engines_own_merger(version: str, file: Path) -> None:
    read = section.read(configfile.Asked(str(file)), reader(version).config)
    own = [word.text for word in reader(version).words(read)]
    assert own == mergers.merge(version, ["--config", str(file)])


@pytest.mark.parametrize("version", mergers.HASHES)
def test_the_words_of_the_command_line_come_after_those_of_the_file(version: str, file: Path) -> None:
    merged = mergers.merge(version, ["--page-size", "32", "--config", str(file), "--tp", "4"])
    assert merged[:2] == ["--page-size", "16"] and merged[-4:] == ["--page-size", "32", "--tp", "4"]


@pytest.mark.parametrize(("version", "refused"), [("0.5.6.post2", False), ("0.5.9", True), ("0.5.14", True)])
def test_a_flag_that_is_more_than_one_value_is_refused_in_a_file_since_0_5_8(
    version: str, refused: bool, tmp_path: Path
) -> None:
    (tmp_path / "lora.yaml").write_text("lora-paths: [a, b]\n")
    words = ["--config", str(tmp_path / "lora.yaml")]
    assert ("--lora-paths" in reader(version).writes.refuses) is refused
    if refused:
        with pytest.raises(ValueError, match="Unsupported config option 'lora_paths'"):
            mergers.merge(version, words)
    else:
        assert mergers.merge(version, words) == ["--lora-paths", "a", "b"]


@pytest.mark.parametrize("version", mergers.HASHES)
def test_two_files_and_another_ending_are_refused_and_an_equals_sign_is_not_read(version: str, file: Path) -> None:
    with pytest.raises(ValueError, match="Multiple config files"):
        mergers.merge(version, ["--config", str(file), "--config", str(file)])
    other = file.with_suffix(".json")
    other.write_text("{}")
    with pytest.raises(ValueError, match="must be YAML format"):
        mergers.merge(version, ["--config", str(other)])
    assert mergers.merge(version, [f"--config={file}"]) == [f"--config={file}"]


def test_what_two_versions_do_differently_is_not_known_of_one_between_them() -> None:
    config = data.of("sglang")
    assert config
    between = config.writes("0.5.12")
    assert isinstance(between, Unknown) and "0.5.10.post1 and 0.5.14 differ" in between.reason
    same = config.writes("0.5.15.post1")
    assert isinstance(same, Writes) and (same.map, "--disable-cuda-graph" in same.refuses) == ("json", True)
    for outside in ("0.5.3", "0.6.0", "nightly"):
        assert isinstance(config.writes(outside), Unknown)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_data_satisfies_its_schema_and_names_flags_that_there_are(path: Path) -> None:
    schema: dict[str, Any] = json.loads((paths.SCHEMAS / "configfiles.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = yaml.safe_load(path.read_text("utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(written)] == []
    program = flags.program(written["engine"])
    assert program and program.exactly(program.versions[-1]).named(written["flag"])
    assert {*written["writes"], *written["refuses"]} <= set(written["versions"])
    listed = {
        flag for version, refused in written["refuses"].items() if version in program.versions for flag in refused
    }
    assert [flag for flag in listed if not program.versions_with(flag)] == []
