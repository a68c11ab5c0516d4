"""What stands on the screen and in the document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.compare.support import compared
from tests.golden import expect
from wellit.compare import difference, text
from wellit.compare import json as as_json
from wellit.compare.description import Description, Fact, Part
from wellit.errors import CannotAnswer
from wellit.report.style import Style
from wellit.schema.walk import document

ORIGIN = "tests/origin/connector-of-vllm.yaml@llm-d-modelservice@v0.3.8"


def valid(written: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(written)
    Draft202012Validator(document("comparison.schema.json")).validate(read)
    return read


def without_sum(shown: str) -> str:
    """Without the last line: how much is the same changes with every fact that is read."""
    return "\n".join(shown.splitlines()[:-1]) + "\n"


def test_a_deployment_beside_a_guide() -> None:
    found = compared("sglang", ORIGIN)
    expect("compare/origin.txt", without_sum(text.render(found, Style())))
    read = valid(as_json.render(found))
    assert read["verdict"] == "no" and read["summary"]["different"] == len(found.different)


def test_two_engines() -> None:
    expect("compare/engines.txt", without_sum(text.render(compared("default", "sglang"), Style())))


def test_a_document() -> None:
    first = Part("decode", "sglang", {"replicas": Fact("2"), "host": Fact("0.0.0.0", "--host")}, engine="sglang")
    second = Part("decode", "sglang", {"replicas": Fact("2"), "host": Fact("127.0.0.1", "--host", "a note")})
    pool = Part("pool", "sglang", {"ports": Fact("8000")})
    a = Description("a", "live", "a cluster", (pool, first))
    b = Description("b", "values", "values of a chart", (second,), {"pool": "they say nothing of it"})
    written = as_json.render(difference.compare(a, b))
    expect("compare/small.json", written)
    assert valid(written)["verdict"] == "no"


def test_everything() -> None:
    shown = text.render(compared("sglang", "sglang"), Style(), everything=True)
    assert "\n  tensorParallel: 1\n" in shown
    assert shown.endswith("facts that both sides tell\n")
    assert valid(as_json.render(compared("sglang", "sglang")))["verdict"] == "ok"


@pytest.mark.parametrize(
    ("word", "message", "write"),
    [
        ("sglnag", 'unknown environment "sglnag"', 'did you mean "sglang"?'),
        ("inference-schedulin/sglang", 'unknown guide "inference-schedulin"', 'did you mean "inference-scheduling"?'),
        ("my.yaml", "does not say which chart's values it has", "my.yaml@llm-d-modelservice@v"),
        ("my.yaml@modelservice@v0.3.8", 'unknown chart "modelservice"', 'did you mean "llm-d-modelservice"?'),
        ("@llm-d-modelservice@v0.3.8", "names no file", "values.yaml@"),
        ("live:No_Such", "Kubernetes refuses the namespace", "-n no-such"),
    ],
)
def test_a_word_that_names_nothing(word: str, message: str, write: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        compared("sglang", word)
    assert message in caught.value.message and write in caught.value.write
    assert caught.value.code == 2


def test_a_file_that_cannot_be_read_is_told_with_its_line(tmp_path: Any) -> None:
    mine = tmp_path / "values.yaml"
    mine.write_text("decode:\n  replicas: 1\n  replicas: 2\n")
    with pytest.raises(CannotAnswer) as caught:
        compared("sglang", f"{mine}@llm-d-modelservice@v0.3.8")
    assert caught.value.where == f"{mine}:3:3"
