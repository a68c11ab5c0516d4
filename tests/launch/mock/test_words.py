"""What of a worker's command line reaches the mocker, and what is said not to."""

from __future__ import annotations

import json

import pytest

from wellit import engines, flags
from wellit.capabilities import Unknown
from wellit.errors import CannotAnswer
from wellit.launch.mock import facts, install, ready, words

SGLANG, VLLM, SIM = (
    next(each for each in engines.engines() if each.name == name) for name in ("sglang", "vllm", "sim")
)
COMMON = ["--model-path", "Qwen/Qwen3-0.6B", "--page-size", "16", "--tp", "1", "--skip-tokenizer-init"]
PREFILL = ["--disaggregation-mode", "prefill", "--disaggregation-bootstrap-port", "12345"]


def events(**said: str) -> list[str]:
    return ["--kv-events-config", json.dumps(said)]


def told(given: list[str], engine: engines.Engine = SGLANG) -> dict[str, str]:
    """What the mocker is told by these words, by flag."""
    argv = list(words.worker(given, engine).argv)
    answer = flags.ask(facts()["program"], install.version(), argv[3:])
    assert not isinstance(answer, Unknown)
    assert answer.problems == [], "its own parser refuses it"
    return {one.spelled: one.value for one in answer.given}


@pytest.mark.parametrize(
    ("given", "flag", "value"),
    [
        ([], "--engine-type", "sglang"),
        ([], "--block-size", "16"),
        (["--page-size=32"], "--block-size", "32"),
        ([], "--model-name", "Qwen/Qwen3-0.6B"),
        (["--served-model-name", "mine"], "--model-name", "mine"),
        (PREFILL, "--disaggregation-mode", "prefill"),
        (PREFILL, "--bootstrap-ports", "12345"),
        (["--disaggregation-mode", "decode"], "--disaggregation-mode", "decode"),
        (["--disaggregation-mode", "null"], "--disaggregation-mode", "agg"),
        (["--max-running-requests", "8"], "--max-num-seqs", "8"),
        (["--kv-cache-dtype", "bf16"], "--kv-cache-dtype", "bfloat16"),
        (["--disable-radix-cache"], "--no-enable-prefix-caching", ""),
        (["--chunked-prefill-size", "-1"], "--no-enable-chunked-prefill", ""),
        (["--chunked-prefill-size", "2048"], "--sglang-chunked-prefill-size", "2048"),
        (["--dp-size", "2"], "--data-parallel-size", "2"),
        (["--endpoint", "dyn://other.backend.generate"], "--endpoint", "dyn://other.backend.generate"),
        (["--discovery-backend=etcd"], "--discovery-backend", "etcd"),
    ],
)  # fmt: skip
def test_what_it_is_told(given: list[str], flag: str, value: str) -> None:
    assert told([*COMMON, *given])[flag] == value


def test_what_differs_between_the_roles_differs_between_the_mockers() -> None:
    decode = ["--disaggregation-mode", "decode"]
    assert told([*COMMON, *PREFILL])["--block-size"] != told([*COMMON, *decode, "--page-size", "32"])["--block-size"]


@pytest.mark.parametrize(
    ("given", "flag"),
    [
        # A router does not hear of what is published there.
        (events(publisher="zmq", endpoint="tcp://*:5557"), "--zmq-kv-events-ports"),
        # Nobody looks for a decode worker there.
        (["--disaggregation-mode", "decode", "--disaggregation-bootstrap-port", "12345"], "--bootstrap-ports"),
        (["--schedule-policy", "lof"], "--sglang-schedule-policy"),
    ],
)
def test_what_it_is_not_told(given: list[str], flag: str) -> None:
    assert flag not in told([*COMMON, *given])


@pytest.mark.parametrize(
    ("given", "dropped"),
    [
        ([], ("--tp 1", "--skip-tokenizer-init")),
        (["--mem-fraction", "0.8"], ("--tp 1", "--skip-tokenizer-init", "--mem-fraction 0.8")),
        (["--tp", "2"], ("--skip-tokenizer-init", "--tp 2")),
        (["--schedule-policy", "lof"], ("--tp 1", "--skip-tokenizer-init", "--schedule-policy lof")),
        (["--schedule-policy", "lpm"], ("--tp 1", "--skip-tokenizer-init")),
        (PREFILL, ("--tp 1", "--skip-tokenizer-init")),
        (events(publisher="zmq"), ("--tp 1", "--skip-tokenizer-init")),
        (["--dyn-tool-call-parser", "hermes"], ("--tp 1", "--skip-tokenizer-init", "--dyn-tool-call-parser hermes")),
        (["left over"], ("--tp 1", "--skip-tokenizer-init", "'left over'")),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_listed(given: list[str], dropped: tuple[str, ...]) -> None:
    assert words.worker([*COMMON, *given], SGLANG).dropped == dropped


def test_a_namespace_is_a_variable() -> None:
    made = words.worker([*COMMON, "--namespace", "other"], SGLANG)
    assert made.environment == {"DYN_NAMESPACE": "other"}
    assert "--namespace other" not in made.dropped


def test_another_engine() -> None:
    said = told(["--model", "m", "--block-size", "64", "--max-num-seqs", "8", "--no-enable-prefix-caching"], VLLM)
    assert (said["--engine-type"], said["--model-name"], said["--block-size"]) == ("vllm", "m", "64")
    assert "--no-enable-prefix-caching" in said


def test_an_engine_that_it_cannot_be_like() -> None:
    with pytest.raises(CannotAnswer, match="cannot stand in for"):
        words.worker([], SIM)


def test_the_frontend_keeps_its_words() -> None:
    given = ["--router-mode", "kv", "--http-port", "8123"]
    assert words.frontend(given) == (str(install.python()), "-m", "dynamo.frontend", *given)


def test_every_process_is_kept_from_hubs_and_from_the_home() -> None:
    environment = words.environment()
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["HOME"].startswith(str(install.folder().parent))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (install.version(), f"Dynamo {install.version()}'s own frontend runs, and its mocker stands in for"),
        ("0.8.1", f"Dynamo {install.version()}'s frontend and mocker stand in for 0.8.1's frontend and"),
    ],
)
def test_what_stands_in_is_said(wanted: str, says: str) -> None:
    assert ready.told(wanted, SGLANG).startswith(says)
    assert ready.told(wanted, SGLANG).endswith(": no model, no GPU")


def test_its_settings_are_settings_of_engines() -> None:
    known = {name for each in engines.engines() for name in (each.data.get("speaks") or {}).get("settings", {})}
    named = {*facts()["settings"], *(other for how in facts()["settings"].values() for other in how.get("when", {}))}
    assert named - known - set(SGLANG.data["flags"]) == set()
    assert set(facts()["engines"]) <= {each.name for each in engines.engines()}
