"""What is said of a config file before an engine reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import configfile, flags
from wellit.configfile import data, lint, section
from wellit.configfile.data import Writes
from wellit.configfile.lint import Reader
from wellit.errors import CannotAnswer
from wellit.findings import Finding
from wellit.source import BadSource

OLD, NEW = "0.5.6.post2", "0.5.16"


def reader(version: str, *, dynamo: bool = True) -> Reader:
    config = data.of("sglang")
    assert config
    writes = config.writes(version)
    assert isinstance(writes, Writes)
    known = flags.program("dynamo-sglang")
    assert known
    return Reader(config, writes, "sglang", version, known.exactly("1.4.2") if dynamo else None)


def judged(tmp_path: Path, text: str, version: str = NEW, key: str = "") -> list[Finding]:
    (tmp_path / "serving.yaml").write_text(text)
    taken = section.read(configfile.Asked(str(tmp_path / "serving.yaml"), key), reader(version).config)
    return lint.findings(taken, reader(version))


def told(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(one.id, f"{one.at.line}:{one.at.column}", one.write) for one in found]


def test_a_right_file_is_left_alone(tmp_path: Path) -> None:
    text = """
page-size: 16
tp: 2
trust-remote-code: true
mem-fraction-static: 0.8
kv-events-config: '{"publisher": "zmq"}'
dist-init-addr: 10.0.0.1:5000
cuda-graph-bs: [1, 2]
"""
    assert judged(tmp_path, text, OLD) == judged(tmp_path, text, NEW) == []


KEYS = {
    "page_size: 16": ("page-size", '"page_size" is written "page-size"'),
    "--page-size: 16": ("page-size", '"--page-size" is written "page-size"'),
    "page-sise: 16": ("page-size", 'SGLang 0.5.16 has no flag --page-sise; did you mean "page-size"?'),
    "wibble: 1": ("take it away", "SGLang 0.5.16 has no flag --wibble"),
    "dyn-tool-call-parser: qwen": (
        "it in the worker's args: --dyn-tool-call-parser qwen",
        "dyn-tool-call-parser is a flag of dynamo.sglang, and only SGLang 0.5.16 reads the file",
    ),
    "enable-multimodal: true": (
        "it in the worker's args: --enable-multimodal",
        "enable-multimodal is a flag of dynamo.sglang too, and only SGLang 0.5.16 reads the file",
    ),
    "lora-paths: [a, b]": (
        "it in the worker's args: --lora-paths a b", "SGLang 0.5.16 does not take --lora-paths in a file",
    ),
    "disable-cuda-graph: true": (
        "it in the worker's args: --disable-cuda-graph", "SGLang 0.5.16 does not take --disable-cuda-graph in a file",
    ),
    "decode: {page-size: 16}": ("--config-key decode", 'SGLang 0.5.16 has no flag --decode: "decode" is a section'),
    "config: other.yaml": ("its keys, in this file", "SGLang 0.5.16 reads no file that a config file names"),
    "on: 1": ("take it away", "SGLang 0.5.16 has no flag --True"),
}  # fmt: skip


@pytest.mark.parametrize("text", KEYS)
def test_a_key_that_is_not_taken(text: str, tmp_path: Path) -> None:
    (found,) = judged(tmp_path, f"context-length: 4096\n{text}\n")
    assert (found.id, found.at.line, found.at.column) == ("WL841", 2, 1)
    assert (found.write, found.message) == KEYS[text]


def test_an_underscore_has_one_right_answer(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, "page_size: 16\n")
    assert found.fix and (found.fix.at.words, found.fix.text) == ("page_size", "page-size")
    assert found.why == "it ends with 2: unrecognized arguments: --page_size"


@pytest.mark.parametrize("text", ["lora-paths: [a, b]\n", "disable-cuda-graph: true\n"])
def test_old_versions_take_in_a_file_what_newer_ones_refuse(text: str, tmp_path: Path) -> None:
    assert judged(tmp_path, text, OLD) == []


VALUES = {
    "trust-remote-code: false": (2, 20, "drops trust-remote-code: false without a word"),
    "page-size: null": (2, 12, 'makes the word "None" of an empty value'),
    "page-size:": (2, 11, 'makes the word "None" of an empty value'),
    "bucket-time-to-first-token: []": (2, 29, "drops an empty list without a word"),
    "cuda-graph-bs: [1, null]": (2, 20, "takes words in a list, not null"),
    "cuda-graph-bs: [1, two]": (2, 20, '--cuda-graph-bs takes a whole number, not "two"'),
    "page-size: sixteen": (2, 12, '--page-size takes a whole number, not "sixteen"'),
    "page-size: [16, 32]": (2, 17, '--page-size takes one value: nothing is done with "32"'),
    "page-size: true": (2, 12, '--page-size takes a whole number, not "true"'),
    "load-format: saftensors": (2, 14, "--load-format of SGLang 0.5.16 does not take"),
    "trust-remote-code: 1": (2, 20, '--trust-remote-code takes no value, not "1"'),
    "trust-remote-code: 'yes'": (2, 20, '--trust-remote-code takes no value, not "yes"'),
    "dist-init-addr: 10:30": (2, 17, "YAML reads 10:30 as the number 630"),
    "port: 010": (2, 7, "YAML reads 010 as the number 8"),
}


@pytest.mark.parametrize("text", VALUES)
def test_a_value_that_does_not_arrive(text: str, tmp_path: Path) -> None:
    (found,) = judged(tmp_path, f"context-length: 4096\n{text}\n")
    line, column, message = VALUES[text]
    assert (found.id, found.at.line, found.at.column) == ("WL842", line, column)
    assert message in found.message and found.write and found.why


def test_a_map_is_json_since_0_5_14_and_nothing_before(tmp_path: Path) -> None:
    text = "kv-events-config: {publisher: zmq, endpoint: 'tcp://*:5557'}\n"
    assert judged(tmp_path, text) == []
    (found,) = judged(tmp_path, text, OLD)
    assert (found.id, found.write) == ("WL842", """'{"publisher": "zmq", "endpoint": "tcp://*:5557"}'""")
    assert "single quotes" in found.why


def test_a_choice_that_is_near_is_named(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, "load-format: saftensors\n")
    assert found.write.startswith("safetensors; it takes auto, pt, safetensors")


def test_each_mistake_is_told_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "a_b: null\npage-size: x\nprod: {}\nenable-metrics: false\n"
    assert [(one.id, one.at.line) for one in judged(tmp_path, text)] == [
        ("WL841", 1), ("WL842", 2), ("WL841", 3), ("WL842", 4),
    ]  # fmt: skip


NESTED = """
prod:
  decode:
    page-size: 16
  eu.west:
    page_size: 32
  empty: {}
list: [1]
"""


def test_a_section_is_found_by_the_names_that_lead_there(tmp_path: Path) -> None:
    assert judged(tmp_path, NESTED, key="prod.decode") == []
    (found,) = judged(tmp_path, NESTED, key="prod.eu.west")
    assert (found.path, found.at.line, found.at.column) == ("prod.eu.west.page_size", 6, 5)


MISSING = {
    "prod.decod": (2, '"prod" of {} has no "decod"; it has decode, eu.west, empty; did you mean "decode"?'),
    "dev": (2, '{} has no "dev"; it has prod, list'),
    "prod.decode.page-size": (4, '"prod.decode.page-size" leads to the word "16", not to a map of flags'),
    "prod.decode.page-size.x": (4, '"prod.decode.page-size" is the word "16": there is no "x" below it'),
    "list": (8, '"list" leads to a list, not to a map of flags'),
    "prod.empty": (7, '"prod.empty" is an empty map'),
}


@pytest.mark.parametrize("key", MISSING)
def test_a_key_that_leads_nowhere(key: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as bad:
        judged(tmp_path, NESTED, key=key)
    found = bad.value.finding
    line, message = MISSING[key]
    assert (found.id, found.message) == ("WL840", message.format(tmp_path / "serving.yaml"))
    assert found.at.line == line and found.write


BROKEN = {
    "": ("WL840", "says nothing"),
    "- a\n": ("WL840", "is a list, not to a map of flags"),
    "a: {b: 1\n": ("WL002", "not YAML"),
    "page-size: 1\npage-size: 2\n": ("WL003", "stands here twice"),
    "a: 1\n---\nb: 2\n": ("WL840", "another document begins here, and the engine takes one"),
    "day: 2026-13-45\n": ("WL840", "the engine's YAML reader does not take this"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_that_is_none(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadSource) as bad:
        judged(tmp_path, text)
    assert bad.value.finding.id == BROKEN[text][0] and BROKEN[text][1] in bad.value.finding.message
    assert "helm" not in bad.value.finding.message + bad.value.finding.why


def test_the_name_of_a_file_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "serving.json").write_text("{}")
    config = reader(NEW).config
    with pytest.raises(BadSource) as bad:
        section.read(configfile.Asked(str(tmp_path / "serving.json")), config)
    assert "does not end in .yaml or .yml" in bad.value.finding.message
    with pytest.raises(BadSource) as bad:
        section.read(configfile.Asked(str(tmp_path / "nothing.yaml")), config)
    assert bad.value.finding.id == "WL001"


def test_the_flags_name_one_file() -> None:
    assert configfile.asked([], "") is None
    assert configfile.asked(["a.yaml"], "b.c") == configfile.Asked("a.yaml", "b.c")
    with pytest.raises(CannotAnswer, match="stands here 2 times"):
        configfile.asked(["a.yaml", "b.yaml"], "")
    with pytest.raises(CannotAnswer, match="names a section of no file"):
        configfile.asked([], "decode")
