"""The model of a launch: there, in a cache, or to be fetched; and what stands in the way."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from wellit import explain
from wellit.findings import Check
from wellit.launch import model
from wellit.launch.model import hub
from wellit.launch.model.hub import Answer
from wellit.weights import Estimate

NAME = "Qwen/Qwen3-0.6B"
GATED = "meta-llama/Llama-3.1-8B-Instruct"
SECRET = "hf_abcdefghijklmnopqrstuvwxyz"
root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")


@dataclass
class Hub:
    """A hub that answers with one status, and keeps what it was asked."""

    answer: Answer = field(default_factory=lambda: Answer(200))
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, _env: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        self.asked.append((url, dict(headers)))
        return self.answer


@dataclass
class Machine:
    """A home folder, and what is asked in it."""

    home: Path
    hub: Hub = field(default_factory=Hub)
    env: dict[str, str] = field(default_factory=dict)

    def checks(self, name: str = NAME, size: Estimate | None = None) -> dict[str, Check]:
        env = {"HOME": str(self.home), **self.env}
        found = model.checks(name, env, folder=self.home, size=size, asking=self.hub)
        assert all(SECRET not in f"{one.detail}{one.fix}" for one in found)
        return {one.id: one for one in found}

    def folder(self, path: str, *names: str) -> Path:
        made = self.home / path
        made.mkdir(parents=True, exist_ok=True)
        for name in names:
            (made / name).write_text("{}")
        return made

    def cached(self, cache: str = ".cache/huggingface/hub", *names: str) -> Path:
        own = f"{cache}/models--{NAME.replace('/', '--')}"
        (self.folder(f"{own}/refs") / "main").write_text("abc\n")
        return self.folder(f"{own}/snapshots/abc", *(names or ("config.json", "tokenizer.json", "model.safetensors")))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_hub_id_is_fetched(machine: Machine) -> None:
    found = machine.checks()
    cache = machine.home / ".cache/huggingface/hub"
    assert [one.status for one in found.values()] == ["pass", "pass", "pass", "pass", "skip"]
    assert found["WL845"].detail == f"{NAME} is fetched from the hub into {cache}"
    assert found["WL848"].detail == "https://huggingface.co answers"
    assert machine.hub.asked == [(f"https://huggingface.co/{NAME}/resolve/main/config.json", {})]


@pytest.mark.parametrize(
    "names",
    [
        ("config.json", "tokenizer.json", "model.safetensors"),
        ("config.json", "tiktoken.model", "pytorch_model.bin"),
        ("config.json", "qwen.tiktoken", "model.safetensors"),
    ],
)
def test_a_model_in_the_cache_needs_no_network(machine: Machine, names: tuple[str, ...]) -> None:
    snapshot = machine.cached(".cache/huggingface/hub", *names)
    machine.env["HF_HUB_OFFLINE"] = "1"
    found = machine.checks()
    assert (found["WL845"].status, found["WL845"].detail) == ("pass", f"in the cache: {snapshot}")
    assert {one.status for key, one in found.items() if key != "WL845"} == {"skip"}
    assert machine.hub.asked == []


def test_a_part_of_a_model_in_the_cache_is_not_all_of_it(machine: Machine) -> None:
    snapshot = machine.cached(".cache/huggingface/hub", "config.json", "tokenizer.json")
    (snapshot / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": "model-1.safetensors"}}))
    machine.env["HF_HUB_OFFLINE"] = "true"
    found = machine.checks()["WL845"]
    assert found.status == "fail" and "HF_HUB_OFFLINE forbids to fetch" in found.detail
    assert "a part of it is in" in found.detail and f"hf download {NAME}" in found.fix
    (snapshot / "model-1.safetensors").write_text("")
    assert machine.checks()["WL845"].status == "pass"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"weight_map": {}}', '{"weight_map": {"a": 1}}', '{"weight_map": 1}'])
def test_an_index_that_names_no_files_holds_no_weights(machine: Machine, text: str) -> None:
    snapshot = machine.cached(".cache/huggingface/hub", "config.json", "tokenizer.json")
    (snapshot / "model.safetensors.index.json").write_text(text)
    assert "is fetched from the hub" in machine.checks()["WL845"].detail


CACHES = {
    "HF_HUB_CACHE": "there",
    "HF_HOME": "there/hub",
}


@pytest.mark.parametrize("name", CACHES)
def test_the_cache_is_where_the_variables_say(machine: Machine, name: str) -> None:
    machine.env = {name: str(machine.home / "there"), "XDG_CACHE_HOME": str(machine.home / "xdg")}
    machine.cached(CACHES[name])
    assert machine.checks()["WL845"].detail.startswith("in the cache: ")


def test_dynamo_and_the_engine_may_fetch_twice(machine: Machine) -> None:
    machine.env["XDG_CACHE_HOME"] = str(machine.home / "xdg")
    found = machine.checks()["WL846"]
    assert found.status == "warn" and found.detail == (
        f"the model is fetched twice: Dynamo: {machine.home}/.cache/huggingface/hub; "
        f"the engine: {machine.home}/xdg/huggingface/hub, as XDG_CACHE_HOME says"
    )
    machine.cached()
    assert machine.checks()["WL845"].status == "pass" and machine.hub.asked  # one of the two has it
    machine.cached("xdg/huggingface/hub")
    assert machine.checks()["WL848"].status == "skip"


def test_a_file_in_the_place_of_a_cache_is_no_cache(machine: Machine) -> None:
    (machine.home / ".cache").write_text("")
    found = machine.checks()["WL846"]
    assert found.status == "fail" and f"you may not write to {machine.home}/.cache" in found.detail


@root
def test_a_cache_that_may_not_be_written(machine: Machine) -> None:
    cache = machine.folder("cache")
    cache.chmod(0o500)
    machine.env["HF_HUB_CACHE"] = str(cache)
    found = machine.checks()["WL846"]
    assert found.status == "fail" and found.detail == f"you may not write to {cache}, as HF_HUB_CACHE says"
    assert f"chown -R $USER {cache}" in found.fix


def test_a_disk_that_is_too_small(machine: Machine) -> None:
    found = machine.checks(size=Estimate(1e9, "as model.weights says"))["WL847"]
    assert found.status == "fail" and "1e+09 GiB (as model.weights says), and " in found.detail
    assert machine.checks("acme/unsized")["WL847"].status == "skip"


def test_a_path_that_is_not_there_names_the_nearest_that_is(machine: Machine) -> None:
    machine.folder("models/Qwen3-0.6B", "config.json")
    path = machine.home / "models" / "Qwen3-06B"
    found = machine.checks(str(path))
    first = found["WL845"]
    assert (first.status, first.fix) == ("fail", str(machine.home / "models" / "Qwen3-0.6B"))
    assert first.detail == f"{path} is not there; the nearest folder that is: {machine.home}/models, with Qwen3-0.6B"
    assert [one.detail for key, one in found.items() if key != "WL845"] == ["it is not there"] * 4
    assert machine.hub.asked == []


@pytest.mark.parametrize("name", ["./qwen", "../qwen", "a/b/c", "qwen.gguf", "acme/qwen.safetensors", "~/qwen"])
def test_what_looks_like_a_path_is_one(machine: Machine, name: str) -> None:
    found = machine.checks(name)["WL845"]
    assert found.status == "fail" and "is not there" in found.detail
    assert not machine.hub.asked


def test_only_a_shell_reads_a_tilde(machine: Machine) -> None:
    machine.folder("qwen", "config.json")
    assert "only a shell reads ~" in machine.checks("~/qwen")["WL845"].fix


def test_a_folder_of_a_hub_ids_name_is_taken_before_the_hub(machine: Machine) -> None:
    machine.folder(NAME, "config.json", "tokenizer.json", "model.safetensors")
    found = machine.checks()["WL845"]
    assert (found.status, found.detail) == ("pass", str(machine.home / NAME))
    assert not machine.hub.asked


def test_a_folder_without_a_model(machine: Machine) -> None:
    machine.cached()
    own = machine.home / ".cache/huggingface/hub" / f"models--{NAME.replace('/', '--')}"
    found = machine.checks(str(own))["WL845"]
    assert found.status == "fail" and found.detail == f"{own} has no config.json; it has refs, snapshots"
    assert found.fix == str(own / "snapshots" / "abc")
    assert "it has nothing" in machine.checks(str(machine.folder("empty")))["WL845"].detail


def test_a_folder_with_a_part_of_a_model(machine: Machine) -> None:
    found = machine.checks(str(machine.folder("part", "config.json")))["WL845"]
    assert found.status == "warn" and found.detail.endswith("has a config.json and no tokenizer.json and no weights")


def test_a_file_is_a_model_when_it_holds_all_of_it(machine: Machine) -> None:
    machine.folder("one", "a.gguf", "a.safetensors")
    assert machine.checks(str(machine.home / "one/a.gguf"))["WL845"].status == "pass"
    found = machine.checks(str(machine.home / "one/a.safetensors"))["WL845"]
    assert (found.status, found.fix) == ("fail", str(machine.home / "one"))


@pytest.mark.parametrize("name", ["", "Qwen 3", "acme/-x", "a--b", "a" * 97, "acme/", "qwen:latest"])
def test_a_name_that_is_nothing(machine: Machine, name: str) -> None:
    found = machine.checks(name)["WL845"]
    assert found.status == "fail" and found.fix
    assert not machine.hub.asked


def test_a_store_of_its_own_is_not_looked_at(machine: Machine) -> None:
    assert machine.checks("s3://user:pass@bucket/model")["WL845"].detail.startswith(
        "s3://***@bucket/model is in a store"
    )


ANSWERS = {
    404: ("fail", "the hub has no model"),
    401: ("fail", "there is no such model, or a token is needed"),
    307: ("pass", "is fetched from the hub"),
    503: ("pass", "is fetched from the hub"),
}


@pytest.mark.parametrize("status", ANSWERS)
def test_what_the_hub_says_of_the_model(machine: Machine, status: int) -> None:
    machine.hub.answer = Answer(status)
    found = machine.checks()
    assert (found["WL845"].status, ANSWERS[status][1] in found["WL845"].detail) == (ANSWERS[status][0], True)
    assert found["WL848"].status == ("fail" if status == 503 else "pass")


def test_a_hub_that_is_not_reached_is_neither_yes_nor_no(machine: Machine) -> None:
    machine.hub.answer = Answer(problem="no answer within 5 s")
    machine.env["HTTPS_PROXY"] = "http://me:secret@proxy:3128"
    found = machine.checks()["WL848"]
    assert found.status == "unknown" and "by HTTPS_PROXY http://***@proxy:3128 could not be asked" in found.detail


WRONG = {
    ("HF_ENDPOINT", "hf-mirror.com"): "it begins with none of http://, https://",
    ("HF_ENDPOINT", "https://"): "it names no host",
    ("HTTPS_PROXY", "http://proxy:port"): "port could not be cast to integer value as 'port'",
    ("https_proxy", "http://pro xy:3128"): "it has a blank in it",
    ("ALL_PROXY", "ftp://proxy:21"): "it begins with none of",
    ("HTTPS_PROXY", "http://:3128"): "it names no host",
}


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_variable_that_leads_nowhere(machine: Machine, name: str, value: str) -> None:
    machine.env[name] = value
    found = machine.checks()["WL848"]
    assert found.status == "fail" and found.detail.startswith(f"{name} leads nowhere: ")
    assert WRONG[name, value] in found.detail and found.fix
    assert not machine.hub.asked


def test_proxies_that_not_everybody_reads_alike(machine: Machine) -> None:
    machine.env["HTTPS_PROXY"] = "proxy:3128"
    found = machine.checks()["WL848"]
    assert (found.status, found.fix) == ("warn", "HTTPS_PROXY=http://proxy:3128")
    machine.env |= {"HTTPS_PROXY": "http://one:1", "https_proxy": "http://two:1"}
    assert "say different proxies" in machine.checks()["WL848"].detail


def test_a_gated_model_needs_a_token(machine: Machine) -> None:
    found = machine.checks(GATED)["WL849"]
    assert found.status == "fail" and "hf auth login" in found.fix
    (machine.folder(".cache/huggingface") / "token").write_text(f"{SECRET}\n")
    found = machine.checks(GATED)["WL849"]
    assert (found.status, found.detail) == ("pass", f"from {machine.home}/.cache/huggingface/token")
    machine.env["HF_TOKEN"] = SECRET
    assert machine.checks(GATED)["WL849"].detail == "from HF_TOKEN"
    assert machine.hub.asked[-1][1] == {"Authorization": f"Bearer {SECRET}"}


@pytest.mark.parametrize("value", [f"{SECRET}\n", f'"{SECRET}"', f"{SECRET} x", "hf_ключ"])
def test_a_token_that_is_none(machine: Machine, value: str) -> None:
    machine.env["HF_TOKEN"] = value
    assert machine.checks(GATED)["WL849"].status == "fail"
    assert machine.hub.asked[-1][1] == {}


def test_a_token_that_does_not_open_the_model(machine: Machine) -> None:
    machine.env["HF_TOKEN"], machine.hub.answer = SECRET, Answer(403)
    found = machine.checks(GATED)["WL845"]
    assert found.status == "fail" and found.detail.endswith(f"403 for {GATED} with the token of HF_TOKEN")


def test_its_checks_are_explained() -> None:
    assert explain.explain("WL845").startswith("WL845 ")


# The question itself


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    asked: list[tuple[str, str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append((self.path, self.headers.get("Authorization", ""), self.headers.get("Host", "")))
            self.send_response(302 if "moved" in self.path else 404 if "none" in self.path else 200)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    running.server_close()


def test_the_hub_is_asked_once_and_a_token_goes_nowhere_else(
    server: tuple[str, list[tuple[str, str, str]]], machine: Machine
) -> None:
    url, asked = server
    env = {"HOME": str(machine.home), "HF_ENDPOINT": f"{url}/", "HF_TOKEN": SECRET}
    assert model.checks("acme/moved", env, folder=machine.home)[3].status == "pass"
    assert [(path, said) for path, said, _ in asked] == [("/acme/moved/resolve/main/config.json", f"Bearer {SECRET}")]
    assert model.checks("acme/none", env, folder=machine.home)[0].status == "fail"


def test_a_proxy_is_asked_but_for_hosts_that_need_none(server: tuple[str, list[tuple[str, str, str]]]) -> None:
    url, asked = server
    assert hub.ask("http://hub.example/x", {"http_proxy": url}, {}) == Answer(200)
    assert asked[-1][::2] == ("http://hub.example/x", "hub.example")
    closed = "http://127.0.0.1:9"
    assert hub.ask(f"{url}/x", {"http_proxy": closed, "NO_PROXY": "127.0.0.1"}, {}) == Answer(200)
    assert hub.ask(f"{url}/x", {"ALL_PROXY": closed}, {}).problem == "Connection refused"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://nowhere.invalid/x", "http://[::1/x"])
def test_nobody_there_is_a_reason_and_no_traceback(url: str) -> None:
    found = hub.ask(url, {}, {})
    assert found.status == 0 and found.problem


def test_a_socks_proxy_is_not_asked() -> None:
    assert "SOCKS" in hub.ask("http://hub.example/x", {"ALL_PROXY": "socks5://proxy:1080"}, {}).problem
