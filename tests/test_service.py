"""What an LLMInferenceService is started with, once KServe has laid it over its presets."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import subject
from wellit.seen.service import Service, services

SGLANG = """\
api: v1alpha2
name: chat
spec:
  model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
  template:
    containers:
    - name: main
      image: lmsysorg/sglang:v0.5.9
      command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --port, "8000"]
      readinessProbe: {timeoutSeconds: 5}
      env: [{name: HOME, value: /root}, {name: MINE, value: "1"}]
      ports: [{containerPort: 8000, name: http}]
"""


def service(folder: Path, text: str, version: str = "v0.20.0") -> Service:
    file = folder / "values.yaml"
    file.write_text(text)
    judged = subject.from_values([(str(file), f"kserve@{version}")])
    assert not judged.unreadable
    return next(services(judged))


def test_a_container_of_one_s_own_keeps_what_it_does_not_say_of_the_preset(tmp_path: Path) -> None:
    (main,) = service(tmp_path, SGLANG).workloads
    assert main.engine and main.engine.name == "sglang" and not main.by_preset
    assert main.words.texts[:3] == ["python3", "-m", "sglang.launch_server"]
    assert (main.port, main.expected_port) == (8000, 8000)
    assert main.node["readinessProbe"].value == {
        "httpGet": {"path": "/health", "port": 8000, "scheme": "HTTP"},
        "periodSeconds": 1,
        "timeoutSeconds": 5,
        "failureThreshold": 2,
    }
    assert {key: entry["value"].text() for key, entry in main.environment.items()} == {
        "HOME": "/root", "VLLM_LOGGING_LEVEL": "INFO", "HF_HUB_CACHE": "/models", "MINE": "1",
    }  # fmt: skip
    assert [port.value for port in main.node["ports"]] == [{"containerPort": 8000, "protocol": "TCP", "name": "http"}]


def test_a_value_stands_where_it_is_written_and_one_of_the_preset_at_the_nearest(tmp_path: Path) -> None:
    (main,) = service(tmp_path, SGLANG).workloads
    places = {
        "own": main.node["readinessProbe"]["timeoutSeconds"],
        "preset's in a probe of one's own": main.node["readinessProbe"]["periodSeconds"],
        "a probe of the preset": main.node["livenessProbe"]["timeoutSeconds"],
        "a word": main.node["command"][2],
        "a variable": main.environment["MINE"]["value"],
        "a variable of the preset": main.environment["HF_HUB_CACHE"]["value"],
    }
    lines = {name: node.owner.locate(node.keys).line for name, node in places.items()}
    assert lines == {
        "own": 10, "preset's in a probe of one's own": 10, "a probe of the preset": 7, "a word": 9,
        "a variable": 11, "a variable of the preset": 11,
    }  # fmt: skip
    assert main.wrote(places["own"]) and not main.wrote(places["a probe of the preset"])


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (
            "v0.16.0",
            ["vllm", "serve", "/mnt/models", "--max-model-len", "4096"],
        ),  # its words stand in args, and are gone
        ("v0.17.0", "vllm serve /mnt/models --served-model-name m --port 8000 --max-model-len 4096".split()),
        (
            "v0.20.0",
            "vllm serve /mnt/models --served-model-name m publishers/{{ .ObjectMeta.Namespace }}/models/m --port 8000"
            " --tensor-parallel-size 2 --max-model-len 4096".replace("{{ .ObjectMeta.Namespace }}", "NS").split(),
        ),
    ],
)
def test_args_beside_the_preset_s_command(tmp_path: Path, version: str, words: list[str]) -> None:
    text = """\
api: v1alpha1
name: chat
spec:
  model: {uri: "hf://a/b", name: m}
  parallelism: {tensor: 2}
  template: {containers: [{name: main, args: [--max-model-len, "4096"]}]}
"""
    (main,) = service(tmp_path, text, version).workloads
    assert main.by_preset and main.engine and main.engine.name == "vllm"
    assert [word.replace("{{ .ObjectMeta.Namespace }}", "NS") for word in main.words.texts] == words


def test_the_preset_s_shell_splits_words_and_takes_quotes_away(tmp_path: Path) -> None:
    text = """\
api: v1alpha2
name: chat
spec:
  model: {uri: "hf://a/b"}
  template:
    containers:
    - name: main
      env: [{name: VLLM_ADDITIONAL_ARGS, value: --enforce-eager --seed 1}]
      args: ["--speculative-config {\\"a\\": 1}", "'two words'"]
"""
    (main,) = service(tmp_path, text).workloads
    after = main.words.texts[main.words.texts.index("8000") + 1 :]
    assert after == ["--enforce-eager", "--seed", "1", "--speculative-config", "{a:", "1}", "two words"]


def test_prefill_and_decode(tmp_path: Path) -> None:
    text = SGLANG.replace("spec:\n", "spec:\n  labels: {llm-d.ai/engine-type: sglang}\n  prefill: {replicas: 2}\n")
    decode, prefill = service(tmp_path, text).workloads
    assert (decode.role, decode.expected_port, prefill.role, prefill.expected_port) == ("decode", 8001, "prefill", 8000)
    assert decode.sidecar and "--kv-connector=nixlv2" in decode.sidecar["command"].value and prefill.sidecar is None
    assert prefill.by_preset and prefill.replicas == 2 and prefill.engine and prefill.engine.name == "vllm"
    assert decode.labels["llm-d.ai/engine-type"] == "sglang" and "llm-d.ai/engine-type" not in prefill.labels
    assert (decode.labels["llm-d.ai/role"], prefill.labels["llm-d.ai/role"]) == ("decode", "prefill")
    assert prefill.preset == "kserve-config-llm-prefill-template"


def test_a_config_that_nobody_showed_may_say_the_rest(tmp_path: Path) -> None:
    text = "name: chat\nspec: {model: {uri: 'hf://a/b'}, baseRefs: [{name: ours}]}\n"
    (main,) = service(tmp_path, text).workloads
    assert main.words.unclear == "what the config ours says is not known"
    own = service(tmp_path, SGLANG.replace("spec:\n", "spec:\n  baseRefs: [{name: ours}]\n"))
    assert not own.workloads[0].words.unclear


def test_the_picker_is_the_preset_s(tmp_path: Path) -> None:
    text = "name: chat\nspec: {model: {uri: 'hf://a/b'}, router: {scheduler: {}}}\n"
    one = service(tmp_path, text).scheduler
    assert one and one.image.text == "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0"
    assert service(tmp_path, "name: chat\nspec: {model: {uri: 'hf://a/b'}, router: {}}\n").scheduler is None


@pytest.mark.parametrize(
    "spec",
    [
        "null",
        "[]",
        "text",
        "{template: [], prefill: 1, baseRefs: {}, router: [1]}",
        "{template: {containers: [null, 1, {name: main}]}}",
    ],
)
def test_what_has_another_shape_is_passed_over(tmp_path: Path, spec: str) -> None:
    one = service(tmp_path, f"name: chat\nspec: {spec}\n")
    assert one.workloads[0].title and one.workloads[0].labels and one.scheduler is None
