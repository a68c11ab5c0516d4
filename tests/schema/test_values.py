"""The same machinery for the values of a chart, whose schema is somebody else's."""

from __future__ import annotations

from typing import Any

from wellit import schema, source
from wellit.findings import Finding

LABEL = "a-chart@v1.0.0"


def said(text: str, of: dict[str, Any]) -> list[Finding]:
    read = source.parse(text, "values.yaml")
    return schema.check_values(read.data, {"type": "object", "properties": of}, read.at, LABEL)


def told(text: str, of: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(f.id, f.message, f.write) for f in said(text, of)]


CONTAINER = {"type": "object", "additionalProperties": False, "properties": {"image": {"type": "string"}}}


def test_an_unknown_key_names_the_chart() -> None:
    (finding,) = said("role:\n  containers:\n  - imge: x\n", {
        "role": {"properties": {"containers": {"items": CONTAINER}}}
    })  # fmt: skip
    assert (finding.id, finding.slug) == ("WL020", "unknown-value-key")
    assert finding.message == 'a-chart@v1.0.0 knows no "imge" in role.containers[0]'
    assert (str(finding.at), finding.at.length, finding.write) == ("values.yaml:3:5", 4, "image")


def test_type_value_and_missing_have_ids_of_their_own() -> None:
    of = {"a": {"type": "integer"}, "b": {"enum": ["one", "two"]}, "c": {"type": "object", "required": ["d"]}}
    assert told("a: x\nb: on\nc: {}\n", of) == [
        ("WL021", 'a must be a whole number, not the text "x"', ""),
        ("WL022", 'b must be "one" or "two", not true', ""),
        ("WL023", '"d" is missing in c', "add d:"),
    ]


def test_null_takes_a_default_away_in_a_map_but_not_in_a_list() -> None:
    of = {"a": {"type": "integer"}, "b": {"type": "array", "items": {"type": "string"}}}
    assert told("a: null\n", of) == []
    assert told("b: [null]\n", of) == [("WL021", "b[0] must be text, not nothing (null)", "")]


def test_a_key_that_is_forbidden_is_unknown() -> None:
    assert told("gone: 1\n", {"gone": {"not": {}}, "here": {}}) == [
        ("WL020", 'a-chart@v1.0.0 knows no "gone"', "remove it; known here: here")
    ]


def test_of_two_types_both_are_named() -> None:
    either = {"x": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}}
    assert told("x: {}\n", either) == [("WL021", "x must be text or a list, not an empty map", "")]


def test_of_alternatives_the_one_of_the_right_type_is_judged() -> None:
    either = {"x": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}}
    assert told("x: [1]\n", either) == [("WL021", "x[0] must be text, not the number 1", '"1"')]


def test_of_alternatives_with_choices_all_are_named() -> None:
    either = {"x": {"anyOf": [{"enum": ["a", "b"]}, {"const": "c"}]}}
    assert told("x: d\n", either)[0][:2] == ("WL022", 'x must be "a", "b" or "c", not "d"')


def test_of_alternatives_the_deepest_mistake_is_told() -> None:
    inner = {"properties": {"m": {"type": "integer"}}}
    deep = {"type": "object", "properties": {"kind": {"const": "deep"}, "in": inner}}
    flat = {"type": "object", "required": ["other"], "additionalProperties": False}
    assert told("x: {kind: deep, in: {m: z}}\n", {"x": {"oneOf": [flat, deep]}}) == [
        ("WL021", 'x.in.m must be a whole number, not the text "z"', "")
    ]


def test_a_key_that_needs_another_says_so() -> None:
    assert told("x: {a: 1}\n", {"x": {"dependentRequired": {"a": ["b"]}}}) == [
        ("WL023", '"b" is missing in x; "a" needs it', "add b:")
    ]


def test_a_pattern_without_words_is_shown() -> None:
    assert told("x: A\n", {"x": {"pattern": "^[a-z]+$"}})[0][1] == 'x must match ^[a-z]+$, not "A"'


def test_raw_values_of_a_stack_keep_their_path() -> None:
    read = source.parse("values:\n  modelservice:\n    replica: 1\n", "my.yaml")
    of = {"additionalProperties": False, "properties": {"replicas": {}}}
    data = source.lookup(read.data, ("values", "modelservice"))
    (finding,) = schema.check_values(data, of, read.at, LABEL, ("values", "modelservice"))
    assert (finding.path, str(finding.at)) == ("values.modelservice.replica", "my.yaml:3:5")


def test_an_empty_file_has_no_mistake() -> None:
    assert told("", {"a": {"type": "integer"}}) == []
