"""The settings that make one side as the other: they are taken, and do it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.compare.support import asked, compared, told
from wellit import compare as comparing
from wellit.compare import Comparison
from wellit.compare.sides import Asked

ORIGIN = Path(__file__).parent.parent / "origin"
AXES = ("engine", "gateway", "accelerator", "versions")


def after(found: Comparison, a: str, b: str, start: Asked) -> Comparison:
    """The comparison again, with all that the first one told to set."""
    words = [word for text in found.aligns[1] for word in shlex.split(text)]
    sets = tuple(value for flag, value in zip(words[::2], words[1::2], strict=True) if flag == "--set")
    chosen = {flag[2:]: value for flag, value in zip(words[::2], words[1::2], strict=True) if flag[2:] in AXES}
    return comparing.stacks(a, b, asked(*(*start.choice.sets, *sets), **chosen))


@pytest.mark.parametrize("file", sorted(ORIGIN.glob("*.yaml")), ids=lambda file: str(file.stem))
def test_a_stack_is_aligned_with_a_deployment(file: Path) -> None:
    side = f"{file}@llm-d-modelservice@v0.3.8"
    first = compared("sglang", side)
    assert first.aligns[0] == "A"
    second = after(first, "sglang", side, asked())
    left = told(second)
    aligned = {f"{line.role} {line.what}" for line in first.different if line.aligns}
    assert aligned & set(left) == set()
    assert len(aligned) > 12 and len(left) < len(told(first)) - 12


def test_components_come_before_settings() -> None:
    found = compared("sglang", f"{ORIGIN}/no-host-no-metrics.yaml@llm-d-modelservice@v0.3.8")
    words = {line.what: line.aligns for line in found.different}
    assert words["llm-d-modelservice"] == words["proxy tag"] == ("--versions llm-d-0.4",)
    assert found.aligns[1][0] == "--versions llm-d-0.4"


def test_another_engine_explains_all_that_follows_from_it() -> None:
    found = compared("default", "sglang")
    assert {line.aligns for line in found.different} == {("--engine vllm",)}
    assert found.aligns == ("B", ("--engine vllm",))


def test_of_two_stacks_the_second_is_aligned() -> None:
    found = compared(f"{ORIGIN}/no-host-no-metrics.yaml@llm-d-modelservice@v0.3.8", "sglang")
    assert found.aligns[0] == "B"


def test_what_is_broken_on_the_other_side_is_nothing_to_align_with() -> None:
    found = compared("sglang", f"{ORIGIN}/connector-of-vllm.yaml@llm-d-modelservice@v0.3.8")
    (line,) = (line for line in found.different if line.what == "connector")
    assert line.matters == ("B: SGLang does not speak nixlv2; it speaks sglang",)
    assert line.aligns == ()


def test_arguments_are_told_as_one_list(tmp_path: Path) -> None:
    mine = tmp_path / "values.yaml"
    text = (ORIGIN / "no-host-no-metrics.yaml").read_text()
    mine.write_text(text.replace("- --port\n", "- --log-level\n    - debug\n    - --log-requests\n    - --port\n"))
    found = compared("sglang", f"{mine}@llm-d-modelservice@v0.3.8")
    words = {line.aligns for line in found.different if line.what in ("logLevel", "logRequests")}
    assert words == {("""--set 'decode.args=["--log-level", "debug", "--log-requests"]'""",)}


def test_variables_are_told_as_one_list(tmp_path: Path) -> None:
    mine = tmp_path / "values.yaml"
    text = (ORIGIN / "no-host-no-metrics.yaml").read_text()
    mine.write_text(
        text.replace("    startupProbe:", "    env: [{name: A, value: '1'}, {name: B, value: b c}]\n    startupProbe:")
    )
    found = compared("sglang", f"{mine}@llm-d-modelservice@v0.3.8")
    (words,) = {line.aligns for line in found.different if line.what in ("env A", "env B")}
    assert words == ("""--set 'decode.env=[{"name": "A", "value": "1"}, {"name": "B", "value": "b c"}]'""",)
