"""What real programs say when they are started wrongly is recognised."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import tools
from wellit.doctor import signatures
from wellit.doctor.sight import Heard
from wellit.process import Done, run

CONFIG = """apiVersion: inference.networking.x-k8s.io/v1alpha1
kind: EndpointPickerConfig
plugins:
- type: {plugin}
{more}
schedulingProfiles: [{{name: default, plugins: [{{pluginRef: queue-scorer}}]}}]
"""


def said(program: str, *words: str) -> tuple[int, str]:
    """The exit code and the output of a program that refuses its words."""
    done = run([tools.path(program), *words], timeout=60)
    return done.code, done.out + done.err


def picker(folder: Path, *words: str) -> Done:
    """The picker with a cluster that does not answer: it judges its words before it asks."""
    config = folder / "kubeconfig"
    config.write_text(
        "{apiVersion: v1, kind: Config, current-context: a, clusters: [{name: a, cluster: {server: 'https://127.0.0.1:1'}}],"
        " contexts: [{name: a, context: {cluster: a, user: a}}], users: [{name: a, user: {}}]}"
    )
    named = ["--pool-name", "p", "--pool-namespace", "n"]
    return run([tools.path("picker-0.7"), *named, *words], env={"KUBECONFIG": str(config)}, timeout=60)


@pytest.mark.parametrize(
    ("program", "words", "code", "means"),
    [
        ("sidecar-0.7", ["--kv-connector", "bogus"], 0, "it takes: nixlv2, shared-storage, sglang"),
        ("sidecar-0.4", ["-connector", "bogus"], 0, "it takes: nixlv2, lmcache, sglang"),
        ("sidecar-0.7", ["--bogus"], 2, "no flag --bogus"),
        ("sidecar-0.7", ["-connector", "sglang"], 2, "no flag -connector"),
        ("sidecar-0.4", ["--kv-connector", "sglang"], 2, "no flag -kv-connector"),
    ],
)
def test_the_routing_proxy(program: str, words: list[str], code: int, means: str) -> None:
    ended, log = said(program, *words)
    assert ended == code
    assert means in signatures.known(log, "proxy")[0].means


@pytest.mark.parametrize(
    ("words", "means"),
    [
        (["--total-queued-requests-metric=a"], "refuses the flag --total-queued-requests-metric"),
        (["--bogus"], "no flag --bogus"),
        (["--config-file", "/nonexistent.yaml"], "its configuration /nonexistent.yaml is not there"),
    ],
)
def test_the_picker_refuses_its_flags(tmp_path: Path, words: list[str], means: str) -> None:
    done = picker(tmp_path, *words)
    assert done.code in (1, 2)
    assert means in signatures.known(done.out + done.err, "picker")[0].means


@pytest.mark.parametrize(
    ("plugin", "more", "means"),
    [("queue-scorer", "  bogus: 1", "plugins[0].bogus"), ("no-such", "", "no plugin no-such")],
)
def test_the_picker_refuses_its_configuration(tmp_path: Path, plugin: str, more: str, means: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(plugin=plugin, more=more))
    done = picker(tmp_path, "--config-file", str(file))
    assert means in signatures.known(done.out + done.err, "picker")[0].means


def test_what_engines_say() -> None:
    words = {
        "vllm: error: unrecognized arguments: --enable-metrics": "no flag --enable-metrics",
        "launch_server.py: error: argument --tp-size: invalid int value: 'x'": "refuses the value of --tp-size",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB": "not enough memory",
        "huggingface_hub.errors.GatedRepoError: 401 Client Error": "does not let it have the model",
        "RuntimeError: No CUDA GPUs are available": "no GPU",
        "Error: No such option: --enable-metrics": "no flag --enable-metrics",
    }
    for line, means in words.items():
        stamped = f"2026-11-28T07:18:18.5Z stderr F {line}\n2026-11-28T07:18:19Z stdout F bye\n"
        assert means in signatures.known(stamped, "engine")[0].means


def test_a_download_is_slow_and_no_failure() -> None:
    (found,) = signatures.known("Loading safetensors checkpoint shards: 30% Completed", "engine", "vllm")
    assert found.slow


def test_what_one_engine_says_is_not_said_of_another() -> None:
    line = "Decode handshake failed for room 1"
    assert signatures.known(line, "engine", "sglang") and not signatures.known(line, "engine", "vllm")


def test_every_rule_and_check_is_there() -> None:
    from wellit import rules
    from wellit.checks import CHECKS

    known = {loaded.rule.id for loaded in rules.rules()}
    assert set(signatures.rule_checks()) <= known
    named = {one["check"] for one in signatures.data()["logs"] if "check" in one}
    assert named | set(signatures.rule_checks().values()) <= set(CHECKS)


@pytest.mark.parametrize(
    ("status", "text", "check"),
    [
        (429, "inference gateway: 429 - failed to find target pod: failed to find available decode workers", "WL750"),
        (500, "", "WL742"),
        (503, "no healthy upstream", "WL737"),
        (418, "teapot", ""),
    ],
)
def test_what_an_answer_points_to(status: int, text: str, check: str) -> None:
    assert signatures.answer(Heard(status, text)).check == check


GATEWAY = "[2026-11-28 09:00:04.643][6][warning][{0}] [source/file.cc:20] {1} upstream connect error or disconnect"


def test_a_gateway_without_configuration_is_told_from_one_whose_picker_was_away() -> None:
    stream = GATEWAY.format("config", "StreamAggregatedResources gRPC config stream to xds-grpc closed: 14,")
    assert "no configuration from its controller" in signatures.known(stream, "gateway")[0].means
    assert signatures.known(GATEWAY.format("ext_proc", "Received gRPC error on stream: 14, message"), "gateway") == []


@pytest.mark.parametrize(
    ("line", "check", "means"),
    [
        ("\x1b[2m2026\x1b[0m \x1b[31mERROR\x1b[0m dynamo_runtime::system_status_server: Failed to bind to address "
         "0.0.0.0:18081: Address already in use (os error 98)", "WL889", "at its system port 18081"),
        ("Exception: unable to extract config.json from directory /m", "WL887", "/m has no config.json"),
        ("'[Errno -2] Name or service not known' thrown while requesting HEAD https://huggingface.co/q/x", "WL887",
         "cannot reach https://huggingface.co"),
        ("WARN dynamo_runtime::health_check: Health check timeout for generate", "WL881", "its endpoint generate"),
        ("torch.OutOfMemoryError: CUDA out of memory.", "WL886", "the GPU has not enough memory"),
        ("PermissionError: [Errno 13] Permission denied: '/root/.cache/huggingface'", "WL887", "may not write"),
    ],
)  # fmt: skip
def test_a_process_of_dynamos(line: str, check: str, means: str) -> None:
    """As 1.4.2's frontend, mocker and runtime said it; the engine's as of the other stacks."""
    said = signatures.of_graph(f"before\n{line}\nafter")[0]
    assert said.graph == check and means in said.means and said.write
    assert "\x1b" not in said.line


def test_what_ended_a_process_is_told_before_what_it_went_on_with() -> None:
    log = "Failed to bind to address 0.0.0.0:1: Address already in use\nCUDA out of memory"
    assert [one.graph for one in signatures.of_graph(log)][-1] == "WL889"
    assert "not enough memory" in signatures.meaning(["CUDA out of memory"])[0]
    assert "cannot reach NATS" in signatures.meaning(["Failed to connect to NATS: refused. Verify it"])[0]
    assert signatures.meaning(["Health check timeout for generate"]) == ("", "")
