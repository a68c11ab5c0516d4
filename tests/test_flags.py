"""The lists of flags, and how each program's parser reads words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from wellit import engines, flags, paths
from wellit.capabilities import Unknown
from wellit.flags.data import FOLDER
from wellit.images import Image

FILES = sorted(FOLDER.glob("*.yaml"))
# How many flags each listed version has: as many as were counted in its parser.
COUNTED = {
    "vllm": [184, 195, 223, 226, 231, 275, 321],
    "sglang": [274, 293, 332, 355, 421, 438, 461, 532],
    "trtllm": [26, 33, 51],
    "sim": [93],
    "picker": [28, 28, 29, 29, 34, 37, 37, 37, 37, 37],
    "picker-gaie": [28, 29, 29, 32, 34, 34, 37, 37, 37, 37],
    "routing-proxy": [20, 26],
    "dynamo-frontend": [34, 34, 37, 44, 61, 65, 78, 80, 98, 102],
    "dynamo-vllm": [22, 22, 29, 50, 41, 41, 49, 56, 73, 78],
    "dynamo-sglang": [18, 18, 19, 27, 29, 30, 39, 39, 53, 57],
    "dynamo-mocker": [26, 26, 26, 33, 50, 51, 70, 71, 99, 106],
}


def program(name: str) -> flags.Program:
    known = flags.program(name)
    assert known
    return known


def ask(name: str, version: str, *words: str) -> flags.Answer:
    answer = flags.ask(name, version, words)
    assert not isinstance(answer, Unknown)
    return answer


def problems(name: str, version: str, *words: str) -> list[tuple[str, int]]:
    return [(problem.kind, problem.at) for problem in ask(name, version, *words).problems]


# The files


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_satisfies_the_schema(file: Path) -> None:
    schema = json.loads((paths.SCHEMAS / "flags.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    found = jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(file.read_text("utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_flag_is_a_line_and_they_are_sorted(file: Path) -> None:
    text = file.read_text("utf-8").partition("\nflags:\n")[2]
    lines = [line.strip().partition(":")[0] for line in text.splitlines()]
    assert list(program(file.stem).records) == lines == sorted(lines)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_versions_named_in_a_line_are_listed_and_in_order(file: Path) -> None:
    read = program(file.stem)
    for record in read.records.values():
        having = read.having(record)
        assert having and set(record.get("without", ())) <= set(read.versions)
        changed = list(record.get("changes", {}))
        assert changed == [version for version in having[1:] if version in changed]


@pytest.mark.parametrize("name", COUNTED)
def test_every_version_has_as_many_flags_as_were_counted(name: str) -> None:
    read = program(name)
    assert [len(list(read.exactly(version).own())) for version in read.versions] == COUNTED[name]


@pytest.mark.parametrize("name", COUNTED)
def test_a_spelling_is_one_flag_s(name: str) -> None:
    read = program(name)
    for version in read.versions:
        line = read.exactly(version)
        assert len(line.spellings) == len(set(line.spellings))
        assert all(line.named(spelled) for spelled in line.spellings)
        assert all(re.fullmatch(r"--?[A-Za-z][\w-]*", spelled) for spelled in line.spellings)


def test_there_is_a_list_for_every_program() -> None:
    assert {file.stem for file in FILES} == set(COUNTED)
    assert flags.program("lumen") is None and isinstance(flags.ask("lumen", "1.0", []), Unknown)


# Dynamo's programs


def test_dynamo_renamed_flags_and_their_variables_with_1_0() -> None:
    for program_name in ("dynamo-frontend", "dynamo-sglang", "dynamo-vllm", "dynamo-mocker"):
        old, new = program(program_name).exactly("0.9.1"), program(program_name).exactly("1.0.2")
        assert not old.named("--discovery-backend") and not new.named("--store-kv")
        flags_of = [old.named("--store-kv"), new.named("--discovery-backend")]
        assert [flag.variable for flag in flags_of if flag] == ["DYN_STORE_KV", "DYN_DISCOVERY_BACKEND"]


def test_a_flag_without_a_variable_names_none() -> None:
    flag = program("dynamo-sglang").exactly("0.8.1").named("--config-key")
    assert flag and flag.variable == ""


@pytest.mark.parametrize(("version", "word", "kinds"), [
    ("1.1.1", "None", []), ("1.1.1", "", ["type"]), ("1.3.1", "", []), ("1.3.1", ".5", []), ("1.3.1", "none", ["type"]),
])  # fmt: skip
def test_the_word_none_unsets_a_threshold(version: str, word: str, kinds: list[str]) -> None:
    found = problems("dynamo-frontend", version, f"--active-decode-blocks-threshold={word}")
    assert [kind for kind, _ in found] == kinds


# Versions


@pytest.mark.parametrize(
    ("name", "image", "version"),
    [
        ("sglang", "lmsysorg/sglang:v0.5.6.post2-runtime", "0.5.6.post2"),
        ("sglang", "lmsysorg/sglang:v0.5.5.post2-rocm700-mi30x", "0.5.5.post2"),
        ("sglang", "registry.example/lmsysorg/sglang:v0.5.9", "0.5.9"),
        ("sglang", "lmsysorg/sglang:latest", ""),
        ("sglang", "lmsysorg/sglang@sha256:ab", ""),
        ("sglang", "ghcr.io/llm-d/llm-d-cuda:v0.6.0", ""),
        ("vllm", "vllm/vllm-openai:v0.17.1", "0.17.1"),
        ("vllm", "ghcr.io/llm-d/llm-d-cuda:v0.6.0", "0.17.1"),
        ("vllm", "ghcr.io/llm-d/llm-d-rocm:v0.9.0", "0.26.0"),
        ("vllm", "ghcr.io/llm-d/llm-d-cuda:v0.6", ""),
        ("vllm", "vllm/vllm-openai:nightly", ""),
        ("trtllm", "nvcr.io/nvidia/tensorrt-llm/release:1.3.0rc29", "1.3.0rc29"),
        ("sim", "ghcr.io/llm-d/llm-d-inference-sim:v0.10.2", "0.10.2"),
    ],
)
def test_which_version_an_image_carries(name: str, image: str, version: str) -> None:
    found = flags.of_image(name, Image.parse(image))
    assert (found or "") == version
    assert version or (isinstance(found, Unknown) and found.reason.startswith(("which ", image)))


@pytest.mark.parametrize(
    ("version", "listed"),
    [
        ("0.5.6.post2", ["0.5.6.post2"]),
        ("v0.5.9", ["0.5.9"]),
        ("0.5.6", ["0.5.5.post1", "0.5.6.post2"]),
        ("0.5.7", ["0.5.6.post2", "0.5.9"]),
        ("0.5.9rc1", ["0.5.6.post2", "0.5.9"]),
        ("0.5.10", ["0.5.9", "0.5.10.post1"]),
    ],
)
def test_a_version_is_like_its_neighbours_where_they_agree(version: str, listed: list[str]) -> None:
    assert [reading.line.version for reading in ask("sglang", version).readings] == listed


@pytest.mark.parametrize(
    ("version", "said"), [("0.4.9", "older"), ("0.5.24", "newer"), ("1.0.0rc1", "newer"), ("main", "no version")]
)
def test_a_version_outside_the_list_is_not_known(version: str, said: str) -> None:
    answer = flags.ask("sglang", version, ["--nonsense"])
    assert isinstance(answer, Unknown) and said in answer.reason


def test_what_neighbours_do_not_agree_on_is_no_problem() -> None:
    words = ("--prefill-max-requests", "1", "--load-watch-interval", "1", "--nonsense", "1")
    assert problems("sglang", "0.5.7", *words) == [("unknown", 4)]
    assert problems("sglang", "0.5.6.post2", *words) == [("unknown", 0), ("unknown", 4)]
    assert problems("sglang", "0.5.9", *words) == [("unknown", 2), ("unknown", 4)]


# Parsers: what each was seen to do


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("--model-path m --tp 2 --dp=2", []),
        ("--model m", []),
        ("--pp 2", [("ambiguous", 0)]),
        ("--mem_fraction_static 0.2", [("unknown", 0)]),
        ("--disable-uvicorn-access-log --port 1", [("unknown", 0)]),
        ("--nonsense a b --port x", [("unknown", 0), ("type", 4)]),
        ("--enable-metrics true", [("surplus", 1)]),
        ("--enable-metrics=true", [("not-a-switch", 0)]),
        ("--port", [("no-value", 0)]),
        ("--port --host h", [("no-value", 0)]),
        ("--port 8200 --port $PORT --port $(PORT)", []),
        ("--dtype fp4", [("choice", 1)]),
        ("--dtype=half --mem-fraction-static=.5", []),
        ("--mem-fraction-static 80%", [("type", 1)]),
        ("--context-length 16k", [("type", 1)]),
        ("--chunked-prefill-size -1", []),
        ("serve", [("surplus", 0)]),
        ("$ENGINE_ARGS", []),
    ],
)
def test_argparse_as_sglang_has_it(words: str, wanted: list[tuple[str, int]]) -> None:
    assert problems("sglang", "0.5.6.post2", *words.split()) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("m --max_model_len 16k --tensor-parallel 2 -tp=2", []),
        ("m --no-enable-prefix-caching --kv-transfer-config.kv_role kv_both", []),
        ("m --no-enable-prefix-caching=1", [("not-a-switch", 1)]),
        ("m -O3 -O 3 -O=3", []),
        ("m --served-model-name a b --max-model-len None", []),
        ("m --kv-transfer-config {kv_role", [("type", 2)]),
        ("m --block-size 7", [("choice", 2)]),
        ("m n", [("surplus", 1)]),
        ("m --moe-backend DEEP-GEMM", []),
        ("m --moe-backend deep", [("choice", 2)]),
    ],
)
def test_argparse_as_vllm_has_it(words: str, wanted: list[tuple[str, int]]) -> None:
    assert problems("vllm", "0.17.1", *words.split()) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("m --tp_size 2 --trust_remote_code", []),
        ("m --tp-size 2", [("unknown", 1)]),
        ("m --tensor_parallel 2", [("unknown", 1)]),
        ("m --trust_remote_code=true", [("not-a-switch", 1)]),
        ("m --port x", [("type", 2)]),
    ],
)
def test_click_as_trtllm_serve_has_it(words: str, wanted: list[tuple[str, int]]) -> None:
    assert problems("trtllm", "1.3.0rc29", *words.split()) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("--v=4 -v4 -v=4 -v 4 --secure-serving=false --help", []),
        ("--secure-serving false", [("surplus", 1)]),
        ("--secure-serving true", []),
        ("--secure-serving=no", [("type", 0)]),
        ("--grpc_port=1", [("unknown", 0)]),
        ("-x", [("unknown", 0)]),
        ("--total-queued-requests-metric=m", [("refused", 0)]),
        ("--refresh-metrics-interval=50", [("type", 0)]),
        ("--refresh-metrics-interval=1m30s", []),
        ("--zap-encoder=text", [("choice", 0)]),
    ],
)
def test_pflag_as_the_picker_has_it(words: str, wanted: list[tuple[str, int]]) -> None:
    assert problems("picker", "v0.7.1", *words.split()) == wanted


@pytest.mark.parametrize(
    ("version", "words", "wanted"),
    [
        ("0.4.0", "-port=8000 --vllm-port 8200 -secure-proxy=false", []),
        ("0.4.0", "--secure-proxy false --nonsense", [("stopped", 1)]),
        ("0.4.0", "--kv-connector=nixlv2", [("unknown", 0)]),
        ("0.7.1", "--kv-connector=nixlv2 --enable-tls=prefiller,decoder", []),
        ("0.7.1", "--enable-tls=prefiller,all", [("choice", 0)]),
        ("0.5.1", "--connector=lmcache --nonsense=1", [("unknown", 1)]),
    ],
)
def test_both_of_go_s_as_the_routing_proxy_has_them(version: str, words: str, wanted: list[tuple[str, int]]) -> None:
    assert problems("routing-proxy", version, *words.split()) == wanted


@pytest.mark.parametrize(
    ("word", "several"),
    [
        ("--port 8200", ("--port", "8200")),
        ("--host=0.0.0.0 --port=8200", ("--host=0.0.0.0", "--port=8200")),
        ("--chat-template 'a b' --port 1", ("--chat-template", "a b", "--port", "1")),
    ],
)
@pytest.mark.parametrize("before", [(), ("--enable-metrics",), ("--host",)])
def test_several_words_in_one_are_seen(word: str, several: tuple[str, ...], before: tuple[str, ...]) -> None:
    answer = ask("sglang", "0.5.9", *before, word, "--enable-metrics")
    found = [problem for problem in answer.problems if problem.kind != "no-value"]
    assert [(problem.kind, problem.at, problem.several) for problem in found] == [("joined", len(before), several)]


def test_one_word_with_blanks_is_one() -> None:
    assert problems("sglang", "0.5.9", "--chat-template", "a b -- c", "--served-model-name=my model") == []


def test_what_is_given_can_be_asked_for() -> None:
    answer = ask("sglang", "0.5.9", "--tensor-parallel-size", "2", "--tp", "4", "--kv-events-config", '{"a": 1}')
    assert [(given.flag.key, given.value) for given in answer.given][:2] == [("--tp-size", "2"), ("--tp-size", "4")]
    tensor = answer.last("--tp-size")
    assert tensor and tensor.value == "4" and tensor.at == 2 and tensor.values == ((3, "4"),)
    assert answer.last("--port") is None


def test_deprecated_flags_are_told() -> None:
    assert [given.spelled for given in ask("sglang", "0.5.23", "--enable-dp-attention").deprecated] == [
        "--enable-dp-attention"
    ]
    assert ask("sglang", "0.5.9", "--enable-dp-attention").deprecated == []
    assert ask("sglang", "0.5.20", "--enable-dp-attention").deprecated == []


# The engines' own files


def its_flags(data: dict[str, Any]) -> set[str]:
    """Every flag that an engine's file has wellit write."""
    disaggregation = data["disaggregation"] or {}
    words = [
        *data["args"],
        *(word for role in ("prefill", "decode") for word in disaggregation.get(role, {}).get("args", ())),
    ]
    named = [*data["flags"].values(), (data["kvEvents"] or {}).get("flag"), data["metrics"]["flag"], *words]
    return {word for word in named if word and str(word).startswith("--")}


def its_images(data: dict[str, Any]) -> set[str]:
    """The images that it runs in: on any accelerator, in any build, on any train."""
    trains = [yaml.safe_load(file.read_text()) for file in (paths.ENVIRONMENTS / "versions").glob("*.yaml")]
    tags = [data["tag"], *(train["versions"]["engineTags"].get(data["name"], data["tag"]) for train in trains)]
    variants = [{}, *data["builds"].values(), *data["accelerators"].values()]
    return {f"{each.get('image', data['image'])}:{each.get('tag', tag)}" for each in variants for tag in tags}


@pytest.mark.parametrize("engine", engines.engines(), ids=lambda engine: str(engine.name))
def test_a_flag_of_an_engine_s_file_is_one_of_the_version_that_it_runs(engine: engines.Engine) -> None:
    versions = {flags.of_image(engine.name, Image.parse(image)) for image in its_images(dict(engine.data))}
    known = [version for version in versions if isinstance(version, str)]
    assert known
    for version in known:
        lines = program(engine.name).near(version)
        assert not isinstance(lines, Unknown)
        for flag in its_flags(dict(engine.data)):
            assert lines[-1].named(flag), f"{flag} of {engine.title} {version}"


@pytest.mark.parametrize("engine", engines.engines(), ids=lambda engine: str(engine.name))
def test_a_setting_s_flag_is_one_of_some_version(engine: engines.Engine) -> None:
    for name, setting in engine.data["speaks"]["settings"].items():
        for flag in (setting.get("flag"), setting.get("negative"), *setting.get("aliases", ())):
            known = program(engine.name)
            short = flag and any(known.exactly(version).beginning(flag) for version in known.versions)
            assert not flag or short, f"{name}: {flag}"


# A worker of Dynamo's takes its own flags and its engine's


def test_a_worker_takes_the_flags_of_the_engine_that_it_was_released_with() -> None:
    assert problems("dynamo-sglang", "1.3.1", "--model-path", "m", "--page-size", "16", "--tp", "2") == []
    assert problems("dynamo-sglang", "1.3.1", "--page-size", "large") == [("type", 1)]
    assert problems("dynamo-sglang", "1.3.1", "--tensor-parallel", "2", "word") == [("surplus", 2)]
    assert problems("dynamo-vllm", "1.3.1", "--max_model_len", "16k", "--max-num-sekwences", "1") == [("unknown", 2)]


def test_its_own_flags_come_and_go_with_its_own_versions() -> None:
    assert problems("dynamo-sglang", "0.8.1", "--store-kv", "file", "--config-key", "decode") == []
    assert problems("dynamo-sglang", "1.1.1", "--store-kv", "file") == [("unknown", 0)]
    assert problems("dynamo-sglang", "1.3.1", "--discovery-backend", "zookeeper") == [("choice", 1)]
    assert problems("dynamo-sglang", "0.8.1", "--discovery-backend", "file") == [("unknown", 0)]


def test_it_takes_choices_that_the_engine_alone_refuses() -> None:
    assert problems("sglang", "0.5.16", "--disaggregation-mode", "agg") == [("choice", 1)]
    assert problems("dynamo-sglang", "1.1.1", "--disaggregation-mode", "agg") == [("choice", 1)]
    assert problems("dynamo-sglang", "1.3.1", "--disaggregation-mode", "agg", "--load-format", "gms") == []


def test_its_own_flags_are_cut_short_as_its_own_parser_takes_it() -> None:
    assert problems("dynamo-sglang", "1.3.1", "--discovery", "file") == []
    assert problems("dynamo-vllm", "0.8.1", "--store", "file") == []
    assert problems("dynamo-vllm", "1.3.1", "--discovery", "file") == [("unknown", 0)]


@pytest.mark.parametrize("name", ["dynamo-sglang", "dynamo-vllm"])
def test_the_flags_of_every_version_s_engine_are_known(name: str) -> None:
    read = program(name)
    assert all(read.exactly(version).engine for version in read.versions)
