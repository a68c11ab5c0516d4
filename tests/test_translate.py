"""translate: one engine's command line in another engine's words."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from wellit import engines, paths, process, schema, source, translate
from wellit.errors import CannotAnswer
from wellit.report import translation as shown
from wellit.report.style import Style
from wellit.source import LOADER
from wellit.translate import containers
from wellit.translate.result import Fate, Item, Translation, nested

SGLANG = "python3 -m sglang.launch_server"
# An engine that nobody has, in one file: what is not here is as SGLang's.
MADE_UP: dict[str, Any] = {
    "name": "made-up",
    "title": "Made Up",
    "images": ["example.org/made/up"],
    "launchers": ["made-up run"],
    "command": ["made-up", "run"],
    "flags": {"model": "", "port": "--at", "tensorParallel": "--gpus", "memoryFraction": "--share"},
    "args": ["--verbosity", "2", "--settings", "/etc/made-up/x.yaml"],
    "defaults": {"host": "0.0.0.0", "port": 9000},
    "speaks": {
        "style": {"valued": True},
        "variables": ["MADE_UP_"],
        "settings": {
            "port": {"kind": "number"},
            "tensorParallel": {"kind": "number"},
            "dtype": {"file": "numbers.type", "checked": False},
            "prefixCaching": {"file": "cache.prefixes", "kind": "switch", "default": "true"},
            "pageSize": {"file": "cache.page", "kind": "number"},
            "seed": {"lacks": "it throws no dice"},
            "eager": {"flag": "--eager", "kind": "switch"},
            "configFile": {"flag": "--settings", "means": "its own words"},
        },
        "others": "--loud --name= --names=*",
    },
}


def of(command: str, to: str) -> Translation:
    words = translate.words_of(command)
    return translate.command(words, translate.speaker(words), translate.engine(to))


def item(made: Translation, was: str) -> Item:
    """What became of the argument that begins like this."""
    return next(each for each in made.items if each.was.startswith(was))


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The engines, and one more in a file of its own."""
    folder = tmp_path / "engines"
    folder.mkdir()
    for file in (paths.ENVIRONMENTS / "engines").glob("*.yaml"):
        (folder / file.name).write_text(file.read_text())
    like = yaml.load((folder / "sglang.yaml").read_text(), Loader=LOADER)["engine"]
    flags = dict.fromkeys(like["flags"]) | MADE_UP["flags"]
    (folder / "made-up.yaml").write_text(json.dumps({"engine": like | MADE_UP | {"flags": flags}}))  # keys in quotes
    monkeypatch.setattr(engines, "ENVIRONMENTS", tmp_path)
    engines.engines.cache_clear()
    yield folder / "made-up.yaml"
    engines.engines.cache_clear()


VLLM_SGLANG = [
    ("m", "--model-path m"),
    ("--model m", "--model-path m"),
    ("--max-model-len 32768", "--context-length 32768"),
    ("--max-model-len=32768", "--context-length 32768"),
    ("--max_model_len 32768", "--context-length 32768"),
    ("--max-model 32768", "--context-length 32768"),  # a beginning is enough for vLLM
    ("--max-model-len 16k", "--context-length 16000"),
    ("--max-model-len 16K", "--context-length 16384"),
    ("-tp 2", "--tp-size 2"),
    ("-tp=2", "--tp-size 2"),
    ("--tensor-parallel 2", "--tp-size 2"),
    ("--seed 7", "--random-seed 7"),
    ("--max-num-seqs 64", "--max-running-requests 64"),
    ("--kv-cache-dtype fp8", "--kv-cache-dtype fp8_e4m3"),
    ("--kv-cache-dtype bfloat16", "--kv-cache-dtype bf16"),
    ("--no-enable-prefix-caching", "--disable-radix-cache"),
    ("--no-enable-chunked-prefill", "--chunked-prefill-size -1"),
    ("--enforce-eager", "--disable-cuda-graph"),
    ("--hf-overrides '{\"a\": 1}'", "--json-model-override-args '{\"a\": 1}'"),
    ("--hf-overrides.a.b 1", '--json-model-override-args \'{"a":{"b":1}}\''),
    ("--lora-modules a=b c=d", "--lora-paths a=b c=d"),
    ("--chat-template 'my file.jinja'", "--chat-template 'my file.jinja'"),
    ("--reasoning-parser qwen3", "--reasoning-parser qwen3"),
    ("--trust-remote-code", "--trust-remote-code"),
    ("--enable-prefix-caching", ""),
    ("--no-enable-log-requests", ""),
    ("--disable-log-requests", ""),
]


@pytest.mark.parametrize(("was", "now"), VLLM_SGLANG, ids=[was for was, _ in VLLM_SGLANG])
def test_vllm_as_sglang(was: str, now: str) -> None:
    made = of(f"vllm serve {was}", "sglang")
    assert made.complete
    assert [each.now for each in made.of("translated")] == [now]
    assert not now or f"{now} \\" in made.lines


SGLANG_VLLM = [
    ("--model-path m", "m"),
    ("--tp 2", "--tensor-parallel-size 2"),
    ("--disable-radix-cache", "--no-enable-prefix-caching"),
    ("--kv-cache-dtype fp8_e4m3", "--kv-cache-dtype fp8"),
    ("--chunked-prefill-size -1", "--no-enable-chunked-prefill"),
    ("--context-length 4096", "--max-model-len 4096"),
    ("--enable-metrics", ""),
    ("--chunked-prefill-size 8192", ""),
    (
        '--kv-events-config \'{"publisher":"zmq"}\'',
        '--kv-events-config \'{"publisher":"zmq","enable_kv_cache_events":true}\'',
    ),
]


@pytest.mark.parametrize(("was", "now"), SGLANG_VLLM, ids=[was for was, _ in SGLANG_VLLM])
def test_sglang_as_vllm(was: str, now: str) -> None:
    made = of(f"{SGLANG} {was}", "vllm")
    assert made.complete
    assert [each.now for each in made.of("translated")] == [now]


VLLM_TRTLLM = [
    ("-tp 2", "--tensor_parallel_size 2"),
    ("-tp 2 -ep", "--moe_expert_parallel_size 2"),
    ("--max-num-seqs 64", "--max_batch_size 64"),
    ("--block-size 64", "kv_cache_config.tokens_per_block: 64"),
    ("--no-enable-prefix-caching", "kv_cache_config.enable_block_reuse: false"),
    ("--download-dir /m", "HF_HOME=/m"),
]


@pytest.mark.parametrize(("was", "now"), VLLM_TRTLLM, ids=[was for was, _ in VLLM_TRTLLM])
def test_vllm_as_trtllm(was: str, now: str) -> None:
    made = of(f"vllm serve {was}", "trtllm")
    assert made.complete
    assert made.of("translated")[-1].now == now


def test_the_file_of_trtllm_has_what_it_always_has() -> None:
    made = of("vllm serve m --block-size 64 --seed 1 --gpu-memory-utilization 0.9", "trtllm")
    assert nested(made.options)["return_perf_metrics"] is True
    assert made.command[-2:] == ["--config", "FILE.yaml"]
    assert item(made, "--block-size").checked is False
    assert item(made, "--seed").why == "it takes a seed with each request only"
    assert "still free" in item(made, "--gpu-memory").why and "0.9" not in " ".join(made.command)


def test_no_flag_is_written_twice() -> None:
    for one in engines.engines():
        for name, entry in one.data["speaks"]["settings"].items():
            assert "flag" not in entry or entry["flag"] != one.data["flags"].get(name), (one.name, name)


@pytest.mark.parametrize(
    ("was", "fate", "why"),
    [
        ("--enable-eplb", "none", "vLLM's own: wellit knows nothing like it in SGLang"),
        ("-O3", "none", "vLLM's own"),
        ("--disable-uvicorn-access-log", "none", "--log-level-http"),
        ("--tool-call-parser hermes", "none", "takes deepseekv3, "),
        ("--max-model-len auto", "unknown", "auto is no number"),
        ("--mem-fraction-static 0.8", "unknown", "it is a flag of SGLang"),
        ("--max-model-lenn 3", "unknown", 'did you mean "--max-model-len"?'),
        ("--enable-l", "unknown", "it is the beginning of --enable-layerwise-nvtx-tracing, "),
        ("--enforce-eager=true", "unknown", "takes no value: vLLM refuses it"),
        ("--seed", "unknown", "--seed needs a value"),
        ("--kv-transfer-config nixl", "unknown", "nixl is no JSON object"),
        ("m second", "unknown", "a word that vLLM has no place for"),
        ("--config file.yaml", "differs", "a file in vLLM's own words"),
        ("--kv-transfer-config.kv_role kv_both", "none", "does not say which of the two this server is"),
        ("--kv-transfer-config '{\"kv_buffer_size\": 1}'", "none", "vLLM's own"),
    ],
)
def test_what_cannot_be_said_is_left_out_and_told(was: str, fate: Fate, why: str) -> None:
    made = of(f"vllm serve {was}", "sglang")
    told = made.of(fate)[0]
    assert why in told.why
    assert made.complete == (fate == "differs")
    assert told.was not in " ".join(made.command)


@pytest.mark.parametrize(
    ("command", "to"),
    [("vllm serve m --gpu-memory-utilization 0.9", "sglang"), (f"{SGLANG} --mem-fraction-static 0.9", "vllm")],
)
def test_a_memory_fraction_is_never_copied(command: str, to: str) -> None:
    made = of(command, to)
    told = made.of("differs")[0]
    assert "0.9" not in " ".join(made.command)
    assert "total memory" in told.why and "weights and KV cache" in told.why and "not copied" in told.why


@pytest.mark.parametrize(
    ("command", "to", "was", "now"),
    [
        ("vllm serve m -tp 4 -ep", "sglang", "-ep", "--ep-size 4"),
        ("vllm serve m -ep", "sglang", "-ep", ""),
        ("vllm serve m -tp 4 --no-enable-expert-parallel", "sglang", "--no-enable", "--ep-size 1"),
        (f"{SGLANG} --tp 4 --ep 4", "vllm", "--ep", "--enable-expert-parallel"),
        (f"{SGLANG} --tp 4 --ep 1", "vllm", "--ep", "--no-enable-expert-parallel"),
    ],
)
def test_expert_parallel_is_yes_or_no_here_and_a_number_there(command: str, to: str, was: str, now: str) -> None:
    assert item(of(command, to), was).now == now


def test_expert_parallel_that_is_counted_otherwise_is_left_to_a_person() -> None:
    assert item(of("vllm serve m -tp 4 -dp 2 -ep", "sglang"), "-ep").fate == "none"
    assert item(of(f"{SGLANG} --tp 4 --ep 2", "vllm"), "--ep").fate == "differs"


def test_what_the_other_engine_does_not_do_unasked_is_added() -> None:
    made = of("vllm serve m", "sglang")
    assert [each.now for each in made.of("added")] == ["--host 0.0.0.0", "--port 8000", "--enable-metrics"]
    said = of("vllm serve m --host 10.0.0.1 --port 1 --disable-log-stats", "sglang")
    assert said.of("added") == []
    assert [each.now for each in of(f"{SGLANG} --host 0.0.0.0", "vllm").of("added")] == ["--port 30000"]


def test_a_flag_that_needs_another_brings_it() -> None:
    made = of("vllm serve m --otlp-traces-endpoint x:1", "sglang")
    assert "--enable-trace" in made.command
    assert made.of("added")[0].why == "--otlp-traces-endpoint needs it"


def test_both_halves_of_a_transfer() -> None:
    text = '{"kv_connector":"NixlConnector","kv_role":"kv_producer"}'
    made = of(f"vllm serve m --kv-transfer-config '{text}'", "sglang")
    assert "--disaggregation-transfer-backend nixl --disaggregation-mode prefill" in " ".join(made.command)
    back = of(f"{SGLANG} --disaggregation-mode prefill --disaggregation-transfer-backend nixl", "vllm")
    given = json.loads(back.command[back.command.index("--kv-transfer-config") + 1])
    assert given == json.loads(text)


def test_what_the_source_leaves_to_its_default_is_said_where_the_target_needs_it() -> None:
    made = of(f"{SGLANG} --disaggregation-mode prefill", "vllm")
    assert item(made, "(--disaggregation-transfer-backend: mooncake").fate == "none"


def test_the_last_mention_counts() -> None:
    made = of("vllm serve m -tp 2 --tensor-parallel-size 4", "sglang")
    assert "--tp-size 4" in " ".join(made.command) and "--tp-size 2" not in " ".join(made.command)


def test_the_environment_before_a_command() -> None:
    made = of("export HF_TOKEN='a b' VLLM_USE_V1=1 VLLM_ATTENTION_BACKEND=triton exec vllm serve m", "sglang")
    assert made.environment == ["HF_TOKEN='a b'"]
    assert item(made, "VLLM_USE_V1").why == "only vLLM reads it: leave it out"
    assert item(made, "VLLM_ATTENTION_BACKEND").now == "--attention-backend triton"


def test_what_is_only_known_when_it_starts_is_kept() -> None:
    made = of('vllm serve "$MODEL" --port ${PORT} --max-model-len $LEN $MORE', "sglang")
    assert made.lines[1:4] == ["--model-path $MODEL \\", "--port ${PORT} \\", "--context-length $LEN \\"]
    assert item(made, "$MORE").why == "what is in it is only known when it starts"


def test_a_container_of_docker_is_read_from_its_image_on() -> None:
    made = of("docker run --gpus all -p 1:2 vllm/vllm-openai:v0.17.1 --model m -tp 2", "sglang")
    assert [each.now for each in made.of("translated")] == ["--model-path m", "--tp-size 2"]
    assert item(made, "docker run").fate == "none"


def test_sglang_takes_no_snake_case() -> None:
    assert item(of(f"{SGLANG} --context_length 1", "vllm"), "--context_length").fate == "unknown"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$ vllm serve \\\n  m  # a remark\n", ["vllm", "serve", "m"]),
        ("vllm serve m | tee log", ["vllm", "serve", "m"]),
        ("vllm serve 'a b'", ["vllm", "serve", "a b"]),
    ],
)
def test_a_pasted_command_is_read_like_a_shell_does(text: str, words: list[str]) -> None:
    assert translate.words_of(text) == words
    assert translate.command_line([], io.StringIO(text)) == words
    assert translate.command_line([text], io.StringIO()) == words


@pytest.mark.parametrize(
    ("words", "said", "why"),
    [
        (["serve", "m"], "", "do not say which engine"),
        (["serve", "m"], "vlm", 'unknown engine "vlm"'),
        (["--gpu-memory-utilization", "1", "--tp-size", "2"], "", "do not say which engine"),
    ],
)
def test_an_engine_that_cannot_be_guessed_is_asked_for(words: list[str], said: str, why: str) -> None:
    with pytest.raises(CannotAnswer, match=why):
        translate.speaker(words, said)


def test_what_cannot_be_answered_is_said() -> None:
    with pytest.raises(CannotAnswer, match="there is no command line"):
        translate.command_line([], io.StringIO())
    with pytest.raises(CannotAnswer, match="no shell command"):
        translate.words_of("vllm serve 'm")
    with pytest.raises(CannotAnswer, match="vLLM's already"):
        of("vllm serve m", "vllm")
    with pytest.raises(CannotAnswer, match="--to does not say"):
        translate.target("")


def test_arguments_alone_are_known_by_their_flags() -> None:
    assert translate.speaker(["--mem-fraction-static", "0.2"]).name == "sglang"
    assert translate.speaker(["m", "--max-num-batched-tokens=3", "--seed", "1"]).name == "vllm"
    assert translate.speaker(["serve", "m"], "vllm").name == "vllm"


def test_a_made_up_engine_is_one_file(made_up: Path) -> None:
    assert [finding.message for finding in schema.check(source.load(made_up), "component")] == []
    made = of("vllm serve m -tp 2 --dtype half --block-size 16 --no-enable-prefix-caching --enforce-eager", "made-up")
    assert made.lines[0] == "made-up run \\"
    assert made.command[2:] == [
        *("m", "--gpus", "2", "--eager", "--at", "8000", "--verbosity", "2"),
        *("--settings", "FILE.yaml"),
    ]  # fmt: skip
    assert nested(made.options) == {"numbers": {"type": "half"}, "cache": {"page": 16, "prefixes": False}}
    assert [each.was for each in made.items if not each.checked] == ["--dtype half"]
    assert item(of("vllm serve m --seed 1", "made-up"), "--seed").why == "it throws no dice"


@pytest.mark.parametrize(("was", "now"), [("--eager=true", ["--disable-cuda-graph"]), ("--eager=false", [""])])
def test_a_switch_takes_yes_and_no_where_the_engine_does(was: str, now: list[str], made_up: Path) -> None:
    assert made_up.exists()
    assert [each.now for each in of(f"made-up run {was} --loud=true", "sglang").of("translated")] == now


def test_a_made_up_engine_is_translated_from(made_up: Path) -> None:
    assert made_up.exists()
    made = of("MADE_UP_X=1 made-up run m --gpus 2 --eager --share 0.5 --loud --names a b --name c --at=1", "sglang")
    assert [each.now for each in made.of("translated")] == [
        *("--model-path m", "--tp-size 2", "--disable-cuda-graph", "--port 1"),
    ]  # fmt: skip
    assert [each.was for each in made.of("differs")] == ["--share 0.5"]
    assert [each.was for each in made.of("none")] == ["MADE_UP_X=1", "--loud", "--names a b", "--name c"]


VALUES = """\
modelArtifacts: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
decode:
  parallelism: {tensor: 2}
  containers:
  - name: vllm
    image: ghcr.io/llm-d/llm-d-cuda:v0.6.0
    modelCommand: vllmServe
    args: [--max-model-len, "4096"]
prefill:
  containers:
  - {name: sglang, image: "lmsysorg/sglang:v0.5.9", command: [python3, -m, sglang.launch_server], args: [--tp, "1"]}
"""


def test_a_values_file_gives_its_containers_with_what_the_chart_writes(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(VALUES)
    (made,) = containers.of_file(str(file), translate.engine("sglang"))
    assert made.place == f"decode container vllm ({file}:5:5)"
    said = (
        "--model-path Qwen/Qwen3-32B --port 8200 --tp-size 2 --served-model-name Qwen/Qwen3-32B --context-length 4096"
    )
    assert said in " ".join(made.command)
    text = shown.text([made], Style())
    block = text.partition("\n\n")[2].partition("\n\n")[0]
    container = yaml.safe_load(block)
    assert [*container["command"], *container["args"]] == made.command
    assert "env" not in container
    (back,) = containers.of_file(str(file), translate.engine("vllm"))
    assert back.place.startswith("prefill container sglang")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("decode: {}", "no container"),
        ("decode: {containers: [{name: x, image: a/b}]}", "no container"),
        ("decode: {containers: [{name: x, image: lmsysorg/sglang, command: [sglang, serve]}]}", "is SGLang already"),
        ("decode: [", "a"),
    ],
)
def test_a_values_file_without_an_engine_cannot_be_answered(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    with pytest.raises(CannotAnswer, match=why):
        containers.of_file(str(file), translate.engine("sglang"))


def test_the_screen_says_what_became_of_everything() -> None:
    made = of("HF_HOME=/m vllm serve m --max-model-len 1 --gpu-memory-utilization 0.9 --enable-eplb --foo", "sglang")
    text = shown.text([made], Style())
    assert text.startswith("vLLM -> SGLang\n\n  HF_HOME=/m python3 -m sglang.launch_server \\\n    --model-path m \\\n")
    for part in (
        "  --context-length 1  was --max-model-len 1\n",
        "not the same meaning, left out:\n  --gpu-memory-utilization 0.9\n",
        "no equivalent in SGLang, left out:\n  --enable-eplb\n",
        "not understood by vLLM, left out:\n  --foo\n",
    ):
        assert part in text
    assert text.endswith(
        "\n2 translated, 3 added, 1 kept, 1 with another meaning, 1 without an equivalent, 1 not understood\n"
    )


def test_what_was_not_checked_is_marked_and_a_file_is_shown(made_up: Path) -> None:
    assert made_up.exists()
    text = shown.text([of("vllm serve m --dtype half", "made-up")], Style())
    assert "FILE.yaml, given with --settings:\n  numbers:\n    type: half\n" in text
    assert "numbers.type: half  was --dtype half; in the file; not checked, read in documentation only" in text


def test_the_document_fits_its_schema() -> None:
    rules = json.loads((paths.SCHEMAS / "translation.schema.json").read_text())
    for command in ("vllm serve m --max-model-len 1", "A=1 vllm serve m --foo"):
        document = json.loads(shown.document([of(command, "sglang")], Style()))
        Draft202012Validator(rules).validate(document)
    assert (document["verdict"], document["summary"]["unknown"]) == ("no", 1)


def invoke(*words: str, stdin: str = "") -> process.Done:
    quoted = " ".join(["printf %s", json.dumps(stdin), "|", str(paths.INVOKE), "translate", *words])
    return process.run(["sh", "-c", quoted], env={"WELLIT_CACHE": str(paths.cache())}, timeout=120)


@pytest.mark.parametrize(
    ("words", "stdin", "code"),
    [
        ("--to sglang -- vllm serve m --hf-overrides '{\"a b\": 1}'", "", 0),
        ("--to sglang", "vllm serve m", 0),
        ("--to sglang --from vllm -- m --foo", "", 1),
        ("--to sglang", "", 2),
        ("--to sglang --format xml -- vllm serve m", "", 2),
        ("--to slang -- vllm serve m", "", 2),
        ("-- vllm serve m", "", 2),
    ],
)
def test_exit_codes(words: str, stdin: str, code: int) -> None:
    done = invoke(words, stdin=stdin)
    assert done.code == code, done.out + done.err
    assert "Traceback" not in done.err
    assert "{" not in words or "'{\"a b\": 1}'" in done.out  # one word stays one word


def test_variables_of_a_values_file_are_env(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    script = 'HF_TOKEN="a b" exec vllm serve m'
    file.write_text(f"decode: {{containers: [{{name: x, command: [sh, -c, '{script}']}}]}}\n")
    (made,) = containers.of_file(str(file), translate.engine("sglang"))
    block = shown.text([made], Style()).partition("\n\n")[2].partition("\n\n")[0]
    assert yaml.safe_load(block)["env"] == [{"name": "HF_TOKEN", "value": "a b"}]
