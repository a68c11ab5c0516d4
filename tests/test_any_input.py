"""Whatever stands in a file or after a flag: a report or a refusal in words, soon, and never a traceback."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from wellit import capabilities, report, schema, source, validate, values_schema
from wellit.compose import Choice
from wellit.errors import CannotAnswer, WellitError
from wellit.findings import Check, Edit, Finding, Location, Report
from wellit.report import errors
from wellit.report.style import Style
from wellit.schema.walk import Node
from wellit.source import BadSource
from wellit.subject import CHARTS

CORPUS = yaml.safe_load((Path(__file__).parent / "corpus" / "modelservice.yaml").read_text())
RIGHT = [case for case in CORPUS if case["expect"] == "clean"]
VERSIONS = [f"{chart}@{version}" for chart in CHARTS for version in capabilities.versions(chart)]
STEERING = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), *"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e",
            *"\u2066\u2067\u2068\u2069"} - {"\n"}  # fmt: skip
FEW = settings(
    max_examples=int(os.environ.get("WELLIT_EXAMPLES", "25")), deadline=None, derandomize=True, database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip

# Words that rules look for, in forms that nobody writes.
WORDS = [
    *[
        "",
        " ",
        "8000",
        "0",
        "-1",
        "99999999999999999999",
        "1e309",
        "\u0663",
        "on",
        "null",
        "nvidia.com/gpu",
        "4Gi",
        "1e3Gi",
    ],
    *["--port", "--port=", "--port=x", "-tp", "--tp", "{{ .Values.x }}", "%!s(MISSING)", "sglang", "custom", "@", ":"],
    *[
        "lmsysorg/sglang:v0.5.9",
        "ghcr.io/llm-d/llm-d-inference-scheduler:v0.4.0",
        "a:b:c@sha256:x",
        "hf://",
        "pvc://a/b",
    ],
    *["\x1b[31mred\x1b[0m", "\u202e gnp", "x" * 3000, "'", '"', "a\nb", "plugins:\n- type: x\n", "- ["],
    "python3 -m sglang.launch_server --port 'a",
]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from(WORDS),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def known_paths(word: str) -> list[tuple[str | int, ...]]:
    """The paths that a chart version's schema names, four keys deep; in a list, of its first member."""
    chart, _, version = word.partition("@")
    found: list[tuple[str | int, ...]] = []
    whole = values_schema.schema_for(chart, version)

    def walk(node: Node, above: tuple[str | int, ...]) -> None:
        if len(above) < 5:
            for key, inner in node.properties().items():
                found.append((*above, key))
                walk(inner, (*above, key))
            for inner in node.children(0):
                walk(inner, (*above, 0))

    walk(Node(whole, whole), ())
    return list(dict.fromkeys(found))


# A chart whose schema names nothing has what its rules read.
OPEN: list[tuple[str | int, ...]] = [
    ("pilot", "env", "ENABLE_GATEWAY_API_INFERENCE_EXTENSION"), ("env",), ("pilot", "tag"),
    ("meshConfig", "defaultConfig", "proxyMetadata", "x"),
]  # fmt: skip
PATHS = {word: known_paths(word) or OPEN for word in VERSIONS}


def laid(data: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """`data` with `value` at `path`; what is in the way makes room."""
    if not path:
        return value
    key, *rest = path
    if isinstance(key, int):
        listed = list(data) if isinstance(data, list) and data else [None]
        return [laid(listed[0], tuple(rest), value), *listed[1:]]
    kept = dict(data) if isinstance(data, dict) else {}
    return kept | {key: laid(kept.get(key), tuple(rest), value)}


@st.composite
def values(draw: st.DrawFn) -> tuple[str, Any]:
    """A chart version, and values with anything at some of the paths that it knows; often a right case around them."""
    word = draw(st.sampled_from(VERSIONS))
    data: Any = {}
    if word.startswith(CHARTS[0]) and draw(st.booleans()):
        data = copy.deepcopy(draw(st.sampled_from(RIGHT))["values"])
    for path in draw(st.lists(st.sampled_from(PATHS[word]), min_size=1, max_size=5)):
        data = laid(data, path, draw(ANYTHING))
    return word, data


def told(result: Report) -> None:
    """Every format renders, and none steers a terminal."""
    for name in report.FORMATS:
        for style in (Style(), Style(colour=False, width=40, ascii=True)):
            text = report.render(result, name, style)
            assert not set(text) & STEERING, name


def judged(call: Callable[[], Report]) -> None:
    try:
        told(call())
    except WellitError as problem:
        assert not set(errors.render(problem, Style())) & STEERING


@FEW
@given(values())
def test_any_values_at_the_places_that_are_read(tmp_path: Path, drawn: tuple[str, Any]) -> None:
    word, data = drawn
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8", errors="replace")
    judged(lambda: validate.values_files([str(file)], [word]))


@FEW
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_as_a_file(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "values.yaml"
    file.write_bytes(data)
    judged(lambda: validate.values_files([str(file)], [VERSIONS[-1]]))
    judged(lambda: validate.stack(Choice(files=(str(file),)), lambda _: None).report if data else Report("x"))


PIECES = st.sampled_from(
    ["a", "b: ", "- ", "\n", "  ", "{", "}", "[", "]", ",", ": ", "&a ", "*a", "<<: ", "!!int ", "!x ", "|\n", ">-\n",
     "'", '"', "#", "? ", "---\n", "...\n", "%YAML 1.1\n", "1", "on", ".inf", "~", "\t", "\\x1b", "{{ x }}"]
)  # fmt: skip


@FEW
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_yaml(text: str) -> None:
    for parse in (source.parse, source.parse_template, source.parse_all):
        try:
            read = parse(text, "f")
        except BadSource as bad:
            assert bad.finding.message
            continue
        for one in read if isinstance(read, list) else [read]:
            for keys in one.marks:
                assert one.at(keys).line
            json.dumps(one.data)


@FEW
@given(st.sampled_from(RIGHT), st.data())
def test_a_right_case_with_something_else_somewhere(case: dict[str, Any], data: st.DataObject) -> None:
    values = copy.deepcopy(case["values"])
    for _ in range(data.draw(st.integers(1, 3))):
        node, places = values, []
        stack: list[tuple[Any, Any]] = [(values, key) for key in values]
        while stack:
            node, key = stack.pop()
            places.append((node, key))
            inner = node[key]
            keys = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
            stack += [(inner, one) for one in keys]
        node, key = data.draw(st.sampled_from(places))
        node[key] = data.draw(ANYTHING)
    read = source.parse(yaml.safe_dump(values, allow_unicode=True), "f")
    from wellit import subject

    release = subject.from_source(read, case["chart"], case["chartVersion"])
    judged(lambda: validate.of_subject(subject.Subject((release,)), {}))


SETTINGS = [
    tuple(path.split("."))
    for path in (
        "decode.replicas decode.args decode.resources.memory model.name model.size ports.pool proxy engine "
        "engine.image engine.flags versions.charts components components.engines size values "
        "values.modelservice picker.plugins gateway.className postfix build route charts.modelservice "
        "accelerator.memoryGiB"
    ).split()
]


@FEW
@given(st.sampled_from(SETTINGS), ANYTHING)
def test_any_setting(tmp_path: Path, keys: tuple[str, ...], value: Any) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump(laid({}, keys, value), allow_unicode=True), encoding="utf-8", errors="replace")
    judged(lambda: settings_only(Choice(files=(str(file),))))


@FEW
@given(st.sampled_from(SETTINGS), st.text(max_size=20) | st.sampled_from(WORDS))
def test_any_word_after_set(keys: tuple[str, ...], word: str) -> None:
    judged(lambda: settings_only(Choice(sets=(f"{'.'.join(keys)}={word}",))))


def settings_only(choice: Choice) -> Report:
    """What is said before anything is rendered, without starting a program."""
    from wellit import compose

    try:
        composed = compose.compose(choice)
    except BadSource as bad:
        return Report("validate", [bad.finding])
    result = Report("validate")
    result.add(validate.judge_settings(composed))
    return result


@pytest.mark.parametrize("word", [VERSIONS[0], VERSIONS[-1]])
def test_schemas_are_asked_of_anything(word: str) -> None:
    chart, _, version = word.partition("@")
    anything: list[Any] = [None, [], "x", 3, {"decode": [1]}, {1: 2, None: 3}]
    for data in anything:
        read = source.Source("f", "", data, {})
        schema.check_values(data, values_schema.schema_for(chart, version), read.at, word)


def test_no_format_lets_a_terminal_be_steered() -> None:
    text = "a" + "".join(sorted(STEERING))
    at = Location(f"x{text}.yaml", 1, 1, 3, text)
    finding = Finding("WL104", "slug", "error", text, at, text, text, text, ((text, at),), Edit(at, text))
    told(Report("validate", [finding], [Check("WL601", text, "fail", text, text, text)], {"guide": text}))
    problem = CannotAnswer(text, where=text, why=text, write=text)
    assert not set(errors.render(problem, Style())) & STEERING
