"""What a load prints: for people, and the interface for programs."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.golden import expect
from tests.smoke.world import WORDS
from wellit.findings import Report
from wellit.load import judge, show
from wellit.load.asked import Asked, Spread
from wellit.load.drive import Client, Run
from wellit.load.figures import Figures, figures
from wellit.load.sample import HANGS, Sample
from wellit.load.send import Way
from wellit.load.target import Answers
from wellit.report.style import Style
from wellit.schema.walk import document

WAYS = (Way("http://127.0.0.1:1", "m", "sglang", "/sglang"), Way("http://127.0.0.1:1", "m", "vllm", "/vllm"))
TARGET = {"cluster": "sandbox default (https://127.0.0.1:6443)", "sandbox": "default", "stand_ins": True,
          "ways": [{"engine": way.engine, "url": way.url(""), "model": way.model} for way in WAYS]}  # fmt: skip


def run(**about: Any) -> Run:
    """Six answered by three pods of two engines, two failed, one hangs, one is cut off."""
    good = [
        Sample(n, ("sglang", "vllm")[n % 2], n / 10, n / 10, n / 10 + 0.02 * (n + 1), n / 10 + 1.2, "", "", 10, 5, 4,
               f"pod-{n % 3}")
        for n in range(6)
    ]  # fmt: skip
    bad = [Sample(n, "vllm", 1, 1, None, 2, "HTTP 503", "no candidate pods") for n in (6, 7)]
    rest = [Sample(8, "vllm", 1, 1, None, 61, HANGS, "60 s; no answer had come"), Sample(9, "sglang", 1, 1)]
    made = Run(Asked(prompt=Spread(10, 2), shared=0.5), [*good, *bad, *rest], 4.0, True, Client(0.25, [0.001, 0.003]))
    return Run(**{**vars(made), **about})


def found(of: Run) -> Figures:
    return figures(of.samples, of.seconds, {f"pod-{n}": ("sglang", "vllm")[n % 2] for n in range(3)})


def report(of: Run) -> Report:
    made = Report("load", checks=judge.checks(of, found(of), WAYS, [Answers(("m",), True)] * 2, WORDS))
    made.summary |= {"load": show.document(of, found(of), TARGET), "result": "multi-engine in walk: 6 of 10"}
    return made


def shown(of: Run, fmt: str) -> tuple[int, str]:
    out = io.StringIO()
    code = show.show(report(of), of, found(of), fmt, out)
    return code, out.getvalue()


def test_the_screen() -> None:
    code, text = shown(run(), "text")
    expect("load/screen.txt", text)
    assert code == 130


def test_the_document_is_an_interface() -> None:
    _, text = shown(run(), "json")
    expect("load/document.json", text)
    whole = json.loads(text)
    Draft202012Validator(document("report.schema.json")).validate(whole)
    Draft202012Validator(document("load.schema.json")).validate(whole["summary"]["load"])


def test_what_is_not_known_is_null_there_and_said_here() -> None:
    bare = run(samples=[Sample(0, ended=1.0)], stopped=False)
    text = "\n".join(show.lines(bare, found(bare), Style()))
    assert text.count("not known") == 7
    made = show.document(bare, found(bare), TARGET)
    Draft202012Validator(document("load.schema.json")).validate(made)
    assert made["cached"] is None and made["times"]["firstToken"] is None


def test_a_load_that_was_not_stopped_ends_with_its_report_s_code() -> None:
    assert shown(run(stopped=False), "text")[0] == 1
    good = run(stopped=False, samples=run().samples[:6])
    assert shown(good, "junit")[0] == 0


def statuses(of: Run, *answered: Answers) -> dict[str, str]:
    said = answered or (Answers(("m",), True),) * 2
    return {check.id: check.status for check in judge.checks(of, found(of), WAYS, said, WORDS)}


@pytest.mark.parametrize(
    ("about", "id_", "status"),
    [
        ({}, "WL770", "fail"),
        ({}, "WL771", "fail"),
        ({"samples": run().samples[:8]}, "WL771", "pass"),
        ({"samples": run().samples[:6]}, "WL770", "pass"),
        ({"samples": []}, "WL770", "unknown"),
        ({}, "WL772", "pass"),
        ({}, "WL773", "pass"),
        ({"client": Client(0.99, [0.0])}, "WL773", "warn"),
        ({"client": Client(0.1, [0.2])}, "WL773", "warn"),
        ({"asked": Asked(rate=10), "samples": run().samples[:6]}, "WL774", "pass"),
        ({"asked": Asked(rate=100)}, "WL774", "warn"),
    ],
)
def test_what_the_figures_say(about: dict[str, Any], id_: str, status: str) -> None:
    assert statuses(run(**about))[id_] == status


def test_a_load_without_a_rate_is_not_asked_whether_it_kept_one() -> None:
    assert "WL774" not in statuses(run())


def test_a_model_that_is_not_listed_is_a_warning_for_its_engine() -> None:
    said = judge.checks(run(), found(run()), WAYS, [Answers(("m",), True), Answers(("other",), True)], WORDS)[0]
    assert (said.status, said.detail) == ("warn", "vllm lists other, not m")


def test_progress_is_one_line_with_all_counts() -> None:
    assert show.progress(run()) == (
        "  4 s: 10 of at most 100 requests sent, 1 open, 6 answered, 3 failed; 1.5 a second"
    )  # fmt: skip
