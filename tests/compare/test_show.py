"""What stands on the screen and in the document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.compare.support import compared
from tests.golden import expect
from wellit.compare import json as as_json
from wellit.compare import text
from wellit.errors import CannotAnswer
from wellit.report.style import Style
from wellit.schema.walk import document

ORIGIN = "tests/origin/connector-of-vllm.yaml@llm-d-modelservice@v0.3.8"


def valid(written: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(written)
    Draft202012Validator(document("comparison.schema.json")).validate(read)
    return read


def test_a_deployment_beside_a_guide() -> None:
    found = compared("sglang", ORIGIN)
    expect("compare/origin.txt", text.render(found, Style()))
    expect("compare/origin.json", as_json.render(found))
    read = valid(as_json.render(found))
    assert read["verdict"] == "no" and read["summary"]["different"] == len(found.different)


def test_two_engines() -> None:
    expect("compare/engines.txt", text.render(compared("default", "sglang"), Style()))


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
