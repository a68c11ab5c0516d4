"""What Dynamo's own frontend and mocker do, where the launcher, its checks and its stand-ins count on it.

One frontend and all workers are started together: each model is one question.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.launch.made import worker
from tests.launch.mock.running import Running, get, running
from tests.launch.support import soon
from tests.support.dynamo import free_port
from wellit import process
from wellit.launch.mock import facts, install, model

HEALTH = "DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS"


def named(name: str, *args: str, role: str = "", page: int = 16) -> dict[str, Any]:
    return worker("--served-model-name", name, "--page-size", str(page), *args, role=role)


@pytest.fixture(scope="module")
def here(dynamo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:  # noqa: ARG001
    bootstrap = ["--disaggregation-bootstrap-port", str(free_port())]
    with running(tmp_path_factory.mktemp("dynamo")) as here:
        here.frontend()
        here.workers({"pd": named("pair", role="decode"), "pp": named("pair", *bootstrap, role="prefill")}, "pair")
        here.workers({"alone": named("alone", role="decode")}, "alone")
        pages = {"sixteen": named("pages", role="decode"), "more": named("pages", role="prefill", page=32)}
        here.workers(pages, "pages")
        here.workers({"left": named("left", role="decode"), "right": named("right", role="prefill")}, "names")
        here.workers({"silent": named("silent")}, "silent", without=HEALTH)
        yield here


def answered(here: Running, model: str) -> dict[str, Any]:
    """A chat that is answered, when the model is there."""
    assert soon(lambda: model in here.models()), here.said("frontend")[-2000:]
    status, body = here.chat(model)
    assert status == 200, body
    said: dict[str, Any] = body
    return said


def workers(body: dict[str, Any]) -> tuple[int, int]:
    said = body["nvext"]["worker_id"]
    return said["prefill_worker_id"], said["decode_worker_id"]


def test_a_pair_answers_together(here: Running) -> None:
    body = answered(here, "pair")
    prefill, decode = workers(body)
    assert prefill != decode
    assert body["usage"]["completion_tokens"] == 4


def test_one_that_does_all_is_both(here: Running) -> None:
    prefill, decode = workers(answered(here, "silent"))
    assert prefill == decode


def test_page_sizes_that_differ_are_taken_in_silence(here: Running) -> None:
    """The engines refuse them at the first request, or later: a rule of ours does before."""
    answered(here, "pages")


def test_half_a_pair_is_ready_and_serves_nothing(here: Running) -> None:
    answered(here, "pair")
    assert soon(lambda: here.health("alone") == 200)
    assert "alone" not in here.models()
    status, body = here.chat("alone")
    assert (status, "is not ready" in body["message"]) == (503, True)


def test_a_pair_of_two_names_serves_neither(here: Running) -> None:
    answered(here, "pair")
    assert soon(lambda: [here.health("left"), here.health("right")] == [200, 200])
    assert {"left", "right"} & set(here.models()) == set()


def test_a_model_that_nobody_has_is_not_found(here: Running) -> None:
    answered(here, "pair")
    assert here.chat("nobody")[0] == 404
    assert get(f"{here.url}/health")[0] == 200


def test_a_worker_without_a_payload_is_never_ready_by_itself(here: Running) -> None:
    """It is said not to be used any more, and is."""
    answered(here, "silent")
    status, body = get(f"{here.systems['silent']}/health")
    assert (status, body["status"], body["endpoints"]["generate"]) == (503, "notready", "ready")
    assert here.health("pd") == 200


def test_a_second_prefill_at_a_bootstrap_port_says_so_in_its_log_alone(here: Running) -> None:
    answered(here, "pair")
    taken = here.given("pp", "--bootstrap-ports")
    again = named("pair", "--disaggregation-bootstrap-port", taken, role="prefill")
    here.workers({"again": again}, "pair")
    assert soon(lambda: "Address already in use" in here.said("again")), here.said("again")
    assert here.runs("again")
    assert soon(lambda: here.health("again") == 200)


def test_every_byte_is_a_token(here: Running) -> None:
    text = "Grüße, 世界!\n"
    answered(here, "silent")
    asked = [here.chat("silent", words)[1]["usage"]["prompt_tokens"] for words in (text, text + text)]
    assert asked[1] - asked[0] == len(text.encode())


def test_a_mocker_refuses_a_request_without_a_limit(here: Running) -> None:
    """And is then taken for gone, for a few seconds; said beforehand on the screen."""
    answered(here, "silent")
    body = {"model": "silent", "messages": [{"role": "user", "content": "Hello"}]}
    assert get(f"{here.url}/v1/chat/completions", body)[0] == 500
    assert "max_output_tokens must be specified" in here.said("silent")
    assert soon(lambda: here.chat("silent")[0] == 200)


def test_a_worker_that_is_killed_is_found_out_by_the_next_request(here: Running) -> None:
    answered(here, "silent")
    here.kill("silent")
    assert here.chat("silent")[0] in (500, 503)
    assert soon(lambda: "silent" not in here.models())


def test_a_pair_without_its_prefill_serves_nothing(here: Running) -> None:
    """It does not fall back to the decode worker alone."""
    answered(here, "pages")
    process.stop(here.processes["more"])
    assert soon(lambda: "pages" not in here.models())
    assert here.chat("pages")[0] == 503


def test_the_tokenizer_is_read_as_it_was_meant(dynamo: Path) -> None:
    ask = (
        "import sys; from tokenizers import Tokenizer; t = Tokenizer.from_file(sys.argv[1]); s = sys.argv[2];"
        "i = t.encode(s).ids; print(len(i), t.decode(i) == s, t.get_vocab_size(), repr(t.decode([1000, 2000])))"
    )
    text = "Grüße, 世界! \t\x7f"
    done = process.run([dynamo, "-c", ask, model.folder() / "tokenizer.json", text])
    assert done.out.split(maxsplit=3) == [str(len(text.encode())), "True", "4096", "' w0741 w1741'\n"], done.err


@pytest.mark.parametrize("module", [facts()["module"], facts()["frontend"]])
def test_it_is_the_release_that_is_said(dynamo: Path, module: str) -> None:
    assert process.run([dynamo, "-m", module, "--version"]).out.split()[-1] == install.version()


def test_a_system_port_of_more_than_15_bits_ends_it(dynamo: Path, tmp_path: Path) -> None:
    """The schema of local.systemPort has no such port."""
    told = {"DYN_DISCOVERY_BACKEND": "file", "DYN_FILE_KV": str(tmp_path), "DYN_SYSTEM_PORT": "32768"}
    done = process.run([dynamo, "-m", facts()["module"], "--model-path", model.folder()], env=told)
    assert done.code and "expected i16" in done.err + done.out
