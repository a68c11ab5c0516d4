"""Each engine's stand-in as clients see it: real processes, asked over HTTP."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.golden import expect
from tests.support.standin import MODEL, StandIn, known, standin
from wellit import engines
from wellit.standin.metrics import Counts, Now, page
from wellit.standin.settings import Settings

ENGINES = [engine.name for engine in engines.engines()]
FILE = "{return_perf_metrics: true, enable_iter_perf_stats: true}"


@pytest.fixture(scope="module", params=ENGINES)
def each(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, StandIn]]:
    """A quick stand-in of each engine that serves its metrics."""
    folder = tmp_path_factory.mktemp(request.param)
    with standin(request.param, folder, *metered(request.param, folder), tokens_per_second=0) as started:
        yield request.param, started


def metered(name: str, folder: Path) -> list[str]:
    """The words with which an engine serves its metrics."""
    if flag := known(name).metrics["flag"]:
        return [flag]
    if known(name).metrics.get("gaugesBy"):
        (folder / "config.yaml").write_text(FILE)
        return ["--config", str(folder / "config.yaml")]
    return []


def test_its_log_begins_with_what_it_is(each: tuple[str, StandIn]) -> None:
    name, started = each
    first, second, *_ = started.said().splitlines()
    assert re.fullmatch(
        rf"wellit stand-in for {known(name).title} \S+: no model is loaded, answers mean nothing", first
    )
    assert second.startswith(f"understood: model={MODEL}")


def test_its_models(each: tuple[str, StandIn]) -> None:
    name, started = each
    body = re.sub(r'("created": )\d+', r"\g<1>0", started.get("/v1/models").body)
    expect(f"standin/{name}-models.json", json.dumps(json.loads(body), indent=1) + "\n")


@pytest.mark.parametrize("name", ENGINES)
def test_its_metrics_page(name: str, tmp_path: Path) -> None:
    engine = known(name)
    settings = Settings(engine, "", [*([engine.flag("model")] if engine.flag("model") else []), MODEL,
                                     *metered(name, tmp_path)])  # fmt: skip
    counts = Counts()
    counts.numbers.update(promptTokens=100, cacheQueries=100, cachedTokens=64, generatedTokens=20, answered=2)
    counts.reasons["length"] += 2
    for histogram in counts.times.values():
        histogram.add(0.03, 2)
    expect(f"standin/{name}-metrics.txt", page(settings, counts, Now(7, 3, 0.25, 256, 4096)))


def usage(body: Any) -> tuple[int, int]:
    counted = body["usage"]
    assert counted["total_tokens"] == counted["prompt_tokens"] + counted["completion_tokens"]
    return counted["prompt_tokens"], counted["completion_tokens"]


def test_a_completion_and_a_chat(each: tuple[str, StandIn]) -> None:
    name, started = each
    whole = started.complete("Hello there, engine", max_tokens=12)
    assert (whole.status, whole.headers["x-inference-pod"]) == (200, "pod-a")
    assert whole.json["object"] == "text_completion"
    assert usage(whole.json) == (7, 12)
    assert whole.json["choices"][0]["finish_reason"] == "length"
    assert whole.json["model"] == MODEL
    chat = started.chat()
    (choice,) = chat.json["choices"]
    assert chat.json["object"] == "chat.completion"
    assert choice["message"]["role"] == "assistant"
    assert choice["message"]["content"] == (
        f"This is pod-a, a stand-in for {known(name).title}: no model is loaded, and these words mean nothing."
    )
    assert choice["finish_reason"] == "stop"
    assert started.chat().json["choices"] == chat.json["choices"]  # the same again


def test_streams_say_the_same_in_pieces(each: tuple[str, StandIn]) -> None:
    _, started = each
    whole = started.chat(max_tokens=9).json
    came = started.chat(max_tokens=9, stream=True, stream_options={"include_usage": True})
    *parts, last, done = came.events
    assert came.headers["content-type"].startswith("text/event-stream")
    assert done == "[DONE]"
    chunks = [json.loads(part) for part in parts]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    said = [chunk["choices"][0]["delta"]["content"] for chunk in chunks]
    assert "".join(said) == whole["choices"][0]["message"]["content"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * 9 + ["length"]
    assert json.loads(last)["choices"] == []
    assert usage(json.loads(last)) == usage(whole)
    plain = started.complete(max_tokens=3, stream=True).events
    assert [json.loads(part)["object"] for part in plain[:-1]] == ["text_completion"] * 3
    assert all("usage" not in json.loads(part) for part in plain[:-1])


def test_several_answers_and_prompts(each: tuple[str, StandIn]) -> None:
    _, started = each
    body = started.complete(["one two", "three"], n=2, max_tokens=5).json
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2, 3]
    assert usage(body)[1] == 20
    assert usage(started.complete([1, 2, 3], max_tokens=1).json) == (3, 1)


def test_ids_are_as_the_engine_makes_them(each: tuple[str, StandIn]) -> None:
    name, started = each
    ids = known(name).data["serves"]["ids"]
    body = {"model": MODEL, "prompt": "x", "max_tokens": 1}
    came = started.post("/v1/completions", body, [("x-request-id", "first"), ("X-Request-Id", "second")]).json["id"]
    assert came.startswith(ids["completion"])
    assert ("first" in came) == ("header" in ids)
    assert "second" not in came


def test_a_model_that_it_does_not_serve(each: tuple[str, StandIn]) -> None:
    name, started = each
    rule = known(name).data["serves"]["unknownModel"]
    answer = started.complete(model="nobody", max_tokens=1)
    assert answer.status == rule["status"]
    if answer.status == 200:
        assert answer.json["model"] == {"asked": "nobody", "own": MODEL}[rule["named"]]
    else:
        said = answer.json.get("error", answer.json)
        assert said["message"] == "The model `nobody` does not exist."
        assert (said["type"], said["param"], said["code"]) == ("NotFoundError", "model", 404)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the body is not JSON"),
        (b"[1]", "must be a JSON object"),
        (b'{"model": "m"}', "prompt must be a text"),
        (b'{"prompt": {}}', "prompt must be a text"),
        (b'{"prompt": "x", "max_tokens": 0}', "max_tokens must be at least 1, got 0."),
        (b'{"prompt": "x", "max_tokens": 40000}', "maximum context length is 32768 tokens"),
    ],
)
def test_what_it_cannot_read_is_an_error_in_its_form(each: tuple[str, StandIn], body: bytes, said: str) -> None:
    name, started = each
    answer = started.ask("POST", "/v1/completions", body.replace(b'"m"', json.dumps(MODEL).encode()))
    flat = known(name).data["serves"]["error"] == "flat"
    assert answer.status == 400
    assert ("error" in answer.json, answer.json.get("object")) == ((False, "error") if flat else (True, None))
    error = answer.json if flat else answer.json["error"]
    assert said in error["message"]
    assert error["code"] == 400


def test_a_body_in_chunks_with_its_keys_in_another_order(each: tuple[str, StandIn]) -> None:
    _, started = each
    body = json.dumps({"stream": False, "prompt": "Hello", "max_tokens": 2, "model": MODEL}).encode()
    answer = started.ask("POST", "/v1/completions", iter([body[:20], body[20:]]))
    assert usage(answer.json) == (2, 2)


def test_paths_that_it_has_and_has_not(each: tuple[str, StandIn]) -> None:
    name, started = each
    assert all(started.get(path).status == 200 for path in known(name).data["paths"])
    assert started.get("/nowhere") == (404, '{"detail": "Not Found"}', started.get("/nowhere").headers)
    assert started.post("/v1/embeddings", {"model": MODEL, "input": "x"}).status == 404
    wrong = started.post("/v1/models", {})
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET")
    assert started.get("/v1/completions").status == 405


def test_its_counters_count(each: tuple[str, StandIn]) -> None:
    name, started = each
    names = known(name).metrics
    before = {key: started.figure(metric, names["path"]) or 0 for key, metric in names["also"].items()}
    started.complete("a b c d e f", max_tokens=7)
    after = {key: started.figure(metric, names["path"]) or 0 for key, metric in names["also"].items()}
    assert after["promptTokens"] - before["promptTokens"] == 6
    assert after["generatedTokens"] - before["generatedTokens"] == 7


@pytest.mark.parametrize("name", ENGINES)
def test_no_metrics_where_the_engine_has_none(name: str, tmp_path: Path) -> None:
    negative = known(name).data["speaks"]["settings"]["metrics"].get("negative")
    metrics = known(name).metrics
    if not metered(name, tmp_path) and not negative:
        return
    with standin(name, tmp_path, *([negative] if negative else [])) as started:
        answer = started.get(metrics["path"])
    assert answer.status == metrics.get("withoutFlag", 404)
    assert metrics["queued"] not in answer.body


def test_its_health_takes_as_long_as_the_engines(tmp_path: Path) -> None:
    slow = known("sglang").data["health"]["slow"]
    (variable,) = slow["unless"]
    with standin("sglang", tmp_path) as dear, standin("sglang", tmp_path, env={variable: "false"}) as cheap:
        seconds = {path: (took(dear, path), took(cheap, path)) for path in slow["paths"]}
    assert all(dear >= slow["seconds"] for dear, _ in seconds.values())
    assert seconds["/health"][1] < slow["seconds"] <= seconds["/health_generate"][1]


def took(started: StandIn, path: str) -> float:
    began = time.monotonic()
    assert started.get(path).status == 200
    return time.monotonic() - began


def test_adapters_are_models_too(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, "--enable-lora", "--lora-modules", "sql=/sql", "--max-loras", "2") as started:
        models = started.get("/v1/models").json["data"]
        assert [(card["id"], card["parent"]) for card in models] == [(MODEL, None), ("sql", MODEL)]
        assert started.complete(model="sql", max_tokens=1).json["model"] == "sql"
        assert 'max_lora="2",running_lora_adapters="sql"' in started.get("/metrics").body


def test_a_key_is_wanted_where_one_is_set(tmp_path: Path) -> None:
    with standin("vllm", tmp_path, "--api-key", "secret") as started:
        assert started.complete().status == 401
        key = [("Authorization", "Bearer secret")]
        assert started.post("/v1/completions", {"prompt": "x"}, key).status == 200
        assert started.get("/health").status == 200
