"""What an engine makes of its command line: each setting, each refusal in the engine's own words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.standin import MODEL, command, environment, known
from wellit import paths, process
from wellit.standin import launch
from wellit.standin.launch import Launch, Refusal
from wellit.standin.settings import Settings


def settings(name: str, *words: str, version: str = "") -> Settings:
    started = launch.read(known(name), words)
    assert isinstance(started, Launch)
    return Settings(known(name), version, started.words)


@pytest.mark.parametrize(
    ("name", "words", "wanted"),
    [
        ("vllm", ["vllm", "serve", MODEL], {"host": "0.0.0.0", "port": 8000, "names": (MODEL,), "page": 16}),
        ("vllm", ["/usr/bin/vllm", "serve", MODEL, "--port=8200"], {"port": 8200}),
        ("vllm", ["serve", MODEL, "--served-model-name", "a", "b"], {"names": ("a", "b"), "model": MODEL}),
        ("vllm", ["python3", "-m", "vllm.entrypoints.openai.api_server", "--model", MODEL], {"model": MODEL}),
        ("vllm", ["vllm", "serve", "--port", "8200"], {"model": "Qwen/Qwen3-0.6B"}),
        ("vllm", ["serve", MODEL, "--max_model_len", "16k", "--block-size", "64"], {"page": 64}),
        ("vllm", ["serve", MODEL, "--disable-log-stats"], {"metrics": False}),
        ("vllm", ["serve", MODEL, "--no-enable-prefix-caching"], {"prefix_caching": False}),
        ("vllm", ["serve", MODEL, "--enable-lora", "--lora-modules", "x=/x", '{"name":"y","path":"/y"}'],
         {"adapters": ("x", "y"), "lora": True}),
        ("vllm", ["serve", MODEL, "--kv-transfer-config", '{"kv_role":"kv_producer"}'], {"role": "prefill"}),
        ("vllm", ["serve", MODEL, "--kv-transfer-config", '{"kv_role":"kv_both"}'], {"role": ""}),
        ("vllm", ["serve", MODEL, "--api-key", "k"], {"api_keys": ("k",)}),
        ("sglang", ["python3", "-m", "sglang.launch_server", "--model-path", MODEL],
         {"host": "127.0.0.1", "port": 30000, "metrics": False, "page": 1, "role": ""}),
        ("sglang", ["-m", "sglang.launch_server", "--model", MODEL, "--enable-metrics"], {"metrics": True}),
        ("sglang", ["sglang", "serve", "--model-path", MODEL, "--disaggregation-mode", "decode"],
         {"role": "decode", "prefix_caching": False}),
        ("sglang", ["sglang", "serve", "--model-path", MODEL, "--disaggregation-mode", "prefill"],
         {"role": "prefill", "prefix_caching": True}),
        ("sglang", ["serve", "--model-path", MODEL, "--disable-radix-cache"], {"prefix_caching": False}),
        ("trtllm", ["trtllm-serve", MODEL, "--host", "::"], {"host": "::", "port": 8000, "metrics": False}),
        ("trtllm", ["trtllm-serve", "serve", "/models/Qwen3"], {"names": ("Qwen3",), "model": "/models/Qwen3"}),
        ("sim", ["/app/llm-d-inference-sim", "--model", MODEL], {"host": "0.0.0.0", "metrics": True}),
    ],
)  # fmt: skip
def test_a_command_line_is_read_as_the_engine_reads_it(name: str, words: list[str], wanted: dict[str, Any]) -> None:
    read = settings(name, *words)
    assert {key: getattr(read, key) for key in wanted} == wanted


def test_a_key_is_not_among_what_is_logged() -> None:
    assert settings("vllm", "serve", MODEL, "--api-key", "sesame").understood == {"model": MODEL, "apiKey": "***"}


def test_the_numbers_of_its_flags() -> None:
    read = settings("vllm", "serve", MODEL, "--max-model-len", "16k", "--max-num-seqs", "8")
    assert (read.number("contextLength"), read.number("maxSequences")) == (16_000, 8)
    assert settings("sglang", "serve", "--model-path", MODEL).number("maxSequences") is None


def test_metrics_that_are_a_key_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("return_perf_metrics: true\n")
    read = settings("trtllm", MODEL, "--config", str(file))
    assert (read.metrics, read.gauges) == (True, False)
    file.write_text(
        "return_perf_metrics: true\nenable_iter_perf_stats: true\nkv_cache_config: {tokens_per_block: 64}\n"
    )
    read = settings("trtllm", MODEL, "--config", str(file))
    assert (read.metrics, read.gauges, read.page) == (True, True, 64)


@pytest.mark.parametrize(
    ("name", "version", "words", "told"),
    [
        ("vllm", "0.17.1", ["vllm", "serve", MODEL, "--mem-fraction-static", "0.8", "--port", "1"],
         "vllm: error: unrecognized arguments: --mem-fraction-static 0.8"),
        ("vllm", "0.17.1", ["serve", MODEL, "--port", "x"],
         "vllm serve: error: argument --port: invalid int value: 'x'"),
        ("vllm", "0.17.1", ["serve", MODEL, "--dtype", "int4"], "argument --dtype: invalid choice: 'int4'"),
        ("sglang", "0.5.6.post2", ["python3", "-m", "sglang.launch_server", "--model=m", "--gpu-memory-utilization=1"],
         "launch_server.py: error: unrecognized arguments: --gpu-memory-utilization=1"),
        ("sglang", "0.5.6.post2", ["serve", "--model", "m", "--context-length", "16k"],
         "argument --context-length: invalid int value: '16k'"),
        ("sglang", "0.5.6.post2", ["serve", "--port", "1"],
         "the following arguments are required: --model-path/--model"),
        ("trtllm", "", ["trtllm-serve", "m", "--tp-size", "2"],
         "Usage: trtllm-serve serve [OPTIONS] MODEL\nTry 'trtllm-serve serve --help' for help.\n\n"
         "Error: No such option: --tp-size"),
        ("trtllm", "", ["serve"], "Error: Missing argument 'MODEL'."),
    ],
)  # fmt: skip
def test_what_a_version_has_not_is_refused_in_its_own_words(
    name: str, version: str, words: list[str], told: str
) -> None:
    started = launch.read(known(name), words)
    assert isinstance(started, Launch)
    refusal = launch.refusal(known(name), version, started)
    assert refusal is not None
    assert refusal.code == 2
    assert refusal.text.endswith(told)


def test_what_another_version_takes_is_taken() -> None:
    started = Launch("launch_server.py", ("--model", "m", "--context-length", "16k"))
    assert launch.refusal(known("sglang"), "0.5.23", started) is None
    assert launch.refusal(known("sglang"), "0.5.6.post2", started) is not None
    assert launch.refusal(known("sglang"), "", started) is None  # of an unknown version only what all refuse


def test_the_version_of_an_image() -> None:
    assert launch.version(known("sglang")) == "0.5.6.post2"
    assert launch.version(known("vllm"), image="ghcr.io/llm-d/llm-d-cuda:v0.7.0") == "0.19.1"
    assert launch.version(known("vllm"), image="ghcr.io/llm-d/llm-d-cuda:mine") == ""
    assert launch.version(known("vllm"), "v0.33.0") == "0.33.0"


@pytest.mark.parametrize(
    ("name", "words", "asks"),
    [
        ("vllm", ["/usr/local/bin/vllm", "--version"], True),
        ("vllm", ["-v"], True),
        ("vllm", ["vllm", "serve", MODEL, "-v"], False),
        ("vllm", [], False),
        ("sglang", ["sglang", "--version"], False),
    ],
)
def test_whether_only_the_version_is_asked_for(name: str, words: list[str], asks: bool) -> None:
    assert launch.asks_version(known(name), words) is asks


def test_a_program_tells_its_version_and_ends() -> None:
    done = ended("vllm", ["vllm", "--version"], "0.23.0")
    assert (done.code, done.out, done.err) == (0, "0.23.0\n", "")
    done = ended("vllm", ["vllm", "--version"])
    assert (done.code, done.out) == (0, "0.17.1\n")


def test_another_command_of_the_program_is_not_played() -> None:
    refused = launch.read(known("trtllm"), ["trtllm-serve", "disaggregated", "-c", "x.yaml"])
    assert isinstance(refused, Refusal)
    assert "plays no 'disaggregated'" in refused.text
    refused = launch.read(known("sglang"), ["bench_serving", "--model", "m"])
    assert isinstance(refused, Refusal)


def ended(name: str, words: Sequence[str], version: str = "", **behaviour: Any) -> process.Done:
    return process.run(command(name, words, version), env=environment(**behaviour), cwd=paths.ROOT, timeout=120)


def test_a_process_that_refuses_ends_with_the_engines_code() -> None:
    done = ended("vllm", ["vllm", "serve", MODEL, "--foo"], "0.17.1")
    assert (done.code, done.out) == (2, "")
    assert done.err == "usage: vllm serve [-h] [options]\nvllm: error: unrecognized arguments: --foo\n"
    done = ended("sim", ["--model", MODEL, "--foo"])
    assert (done.code, done.err) == (0, "unknown flag: --foo\n")


def test_what_only_shows_at_the_start_ends_it_without_a_traceback() -> None:
    done = ended("trtllm", [MODEL, "--config", "/nowhere.yaml"])
    assert (done.code, done.err) == (1, "trtllm-serve: error: /nowhere.yaml: No such file or directory\n")
    done = ended("sglang", ["--model", MODEL, "--kv-events-config", "{"])
    assert done.code == 1
    assert "Traceback" not in done.err


def test_bad_words_of_our_own_are_told() -> None:
    done = ended("vlm", [])
    assert done.code == 2
    assert "there is no engine 'vlm'; known: sglang, sim, trtllm, vllm" in done.err
    done = ended("vllm", [MODEL], tokens_per_secnd=3)
    assert done.code == 2
    assert 'did you mean "tokens_per_second"?' in done.err
