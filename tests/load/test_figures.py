"""Figures come out of known times exactly."""

from __future__ import annotations

import pytest

from wellit.load.figures import Quantiles, figures, quantile, quantiles
from wellit.load.sample import HANGS, Sample, Stream


def answered(number: int, first: float, ended: float, pod: str = "a", cached: int | None = None) -> Sample:
    return Sample(
        number, "", 0, 0, first, ended, prompt_tokens=10, output_tokens=5, cached_tokens=cached, pod=pod
    )  # fmt: skip


def test_quantiles_lie_between_values_by_their_distance() -> None:
    assert quantile([1, 2, 3, 4, 5], 0.5) == 3
    assert quantile([0, 10], 0.9) == 9
    assert quantile([7], 0.99) == 7
    assert quantiles(range(101)) == Quantiles(50, 90, 99, 50)
    assert quantiles([]) is None


def test_figures_of_answered_requests() -> None:
    found = figures([answered(n, 0.1 * n, 0.1 * n + 2, cached=5) for n in range(1, 11)], 4.0)
    assert (found.sent, found.answered, found.failed, found.hanging, found.cut_off) == (10, 10, 0, 0, 0)
    assert (found.requests_per_second, found.output_tokens_per_second) == (2.5, 12.5)
    assert (found.prompt_tokens, found.cached_tokens, found.cached) == (100, 50, 0.5)
    assert found.first_token and found.first_token.p50 == pytest.approx(0.55)
    assert found.per_token and found.per_token.p99 == pytest.approx(0.5)
    assert found.latency and found.latency.mean == pytest.approx(2.55)


def test_failures_are_counted_by_kind_and_take_no_part_in_times() -> None:
    bad = [Sample(n, ended=9.0, kind="HTTP 503", said=f"words {n}") for n in range(2)]
    found = figures([*bad, Sample(3, ended=60.0, kind=HANGS), Sample(4), answered(5, 1, 2)], 10)
    assert (found.sent, found.answered, found.failed, found.hanging, found.cut_off) == (5, 1, 2, 1, 1)
    assert [(one.kind, one.count, one.said) for one in found.failures] == [("HTTP 503", 2, "words 0"), (HANGS, 1, "")]
    assert found.latency == Quantiles(2, 2, 2, 2)


def test_what_nobody_tells_is_not_known_and_not_nothing() -> None:
    found = figures([Sample(0, ended=1.0)], 1.0)
    assert found.cached is None and found.first_token is None and found.per_token is None
    assert figures([], 0).latency is None


def test_each_pod_has_its_part_and_each_engine() -> None:
    samples = [answered(n, 1, 2, "a" if n % 3 else "b") for n in range(6)] + [Sample(9, pod="b", ended=1, kind="x")]
    found = figures(samples, 1.0, {"a": "sglang", "b": "vllm"})
    assert [(one.name, one.engine, one.answered, one.failed) for one in found.pods] == [
        ("a", "sglang", 4, 0),
        ("b", "vllm", 2, 1),
    ]
    assert [(one.name, one.answered) for one in found.engines] == [("sglang", 4), ("vllm", 2)]


def test_the_request_that_was_sent_latest_says_how_late() -> None:
    assert figures([Sample(0, due=1, began=1), Sample(1, due=2, began=2.5)], 1).latest == 0.5


def fed(*parts: bytes) -> Stream:
    stream = Stream()
    for now, part in enumerate(parts):
        stream.feed(part, float(now))
    return stream


def test_the_first_token_is_the_first_piece_with_words() -> None:
    stream = fed(
        b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n',
        b'data: {"choices":[{"delta":{"con',
        b'tent":"a"}}]}\r\n\r\ndata: {"choices":[{"text":"b"}],"usage":null}\n\n',
        b': a comment\n\ndata: {"choices":[],"usage":{"completion_tokens":2}}\n\ndata: [DONE]\n\n',
    )
    assert (stream.first, stream.pieces, stream.done, stream.error) == (2.0, 2, True, "")
    assert stream.usage == {"completion_tokens": 2}


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (b"data: <html>\n\n", "<html>"),
        (b"data: [1]\n\n", "[1]"),
        (b'data: {"error": {"message": "out of memory"}}\n\n', "out of memory"),
    ],
)
def test_a_stream_that_is_no_answer_says_what_it_was(part: bytes, said: str) -> None:
    assert said in fed(part).error
