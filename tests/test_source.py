"""YAML with positions."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from wellit import source
from wellit.findings import Location
from wellit.source import BadSource, build

TEXT = """\
decode:
  replicas: 3
  containers:
  - name: sglang
    args: [--port, "8200"]
"""


def test_a_value_is_found_where_it_is_written() -> None:
    read = source.parse(TEXT, "my.yaml")
    assert read.data["decode"]["containers"][0]["args"] == ["--port", "8200"]
    place = read.at(("decode", "containers", 0, "args", 1))
    assert (str(place), place.length) == ("my.yaml:5:20", 6)
    assert str(read.at(("decode", "replicas"))) == "my.yaml:2:13"


def test_a_map_is_found_at_its_key() -> None:
    assert str(source.parse(TEXT, "my.yaml").at(("decode",))) == "my.yaml:1:1"


def test_what_is_not_written_is_found_at_its_nearest_parent() -> None:
    assert str(source.parse(TEXT, "my.yaml").at(("decode", "containers", 0, "image"))) == "my.yaml:4:5"


def test_yaml_as_helm_reads_it() -> None:
    assert source.parse("a: on\nb: 010\nc: null\nd: 1.5\n<<: {e: 1}\n", "f").data == {
        "a": True,
        "b": 8,
        "c": None,
        "d": 1.5,
        "e": 1,
    }


@pytest.mark.parametrize(
    ("text", "id_", "place", "words"),
    [
        ("a: 1\na: 2\n", "WL003", "f:2:1", 'the key "a" stands here twice; the first is on line 1'),
        ("a:\n\tb: 1\n", "WL002", "f:2:1", "a tab"),
        ("a: [1\n", "WL002", "f:1:4", "not YAML"),
        ("a: b: c\n", "WL002", "f:1:5", "not YAML"),
        ("? [1, 2]\n: x\n", "WL002", "f:1:3", "a key must be a word"),
        ("a: 1\nnull: 2\n", "WL002", "f:2:1", "a key must be a word, not null"),
        ("on: 1\nyes: 2\n", "WL003", "f:2:1", "stands here twice"),
        ("a: &a\n- *a\n", "WL002", "f:2:3", "the anchor &a contains itself"),
        ("a: *b\n", "WL002", "f:1:4", "there is no anchor &b above"),
        ("a: {<<: 1}\n", "WL002", "f:1:9", "<<: merges a map"),
        ("a: .inf\n", "WL002", "f:1:4", "helm takes no .inf"),
        ('a: !!binary "?"\n', "WL002", "f:1:4", "not base64"),
        ("a: 1\nb: x\x1b[31m\n", "WL002", "f:2:5", "a control character (U+001B) stands here"),
        ("a: \ud800\n", "WL002", "f:1:4", "a control character (U+D800) stands here"),
        ("a: 1\n---\nb: 2\n", "WL008", "f:3:1", "helm reads the first alone"),
        ("---\n---\nb: 2\n", "WL008", "f:3:1", "an empty one"),
        ("a: " + "[" * 5000, "WL007", "f:1:103", "more than 100 deep"),
    ],
)
def test_what_is_no_good_yaml_has_a_place(text: str, id_: str, place: str, words: str) -> None:
    with pytest.raises(BadSource) as caught:
        source.parse(text, "f")
    finding = caught.value.finding
    assert (finding.id, str(finding.at)) == (id_, place)
    assert words in finding.message


def bomb(levels: int, line: str) -> str:
    """A map whose last key stands for ten to the `levels` values."""
    names = [f"a{number}" for number in range(levels)]
    lines = [line.format(name=name, of=f"*{of}") for of, name in itertools.pairwise(names)]
    return "\n".join(["a0: &a0 {x: 1}", *lines])


@pytest.mark.parametrize(
    "text",
    [
        bomb(30, "{name}: &{name} [{of}, {of}, {of}, {of}, {of}, {of}, {of}, {of}, {of}, {of}]"),
        bomb(30, "{name}: &{name} {{a: {of}, b: {of}, c: {of}, d: {of}, e: {of}}}"),
        bomb(60, "{name}: &{name} {{<<: [{of}, {of}, {of}], {name}x: {of}}}"),
        bomb(20_000, "{name}: &{name} [{of}]"),
        "[" + "1," * 20_000 + "]",
    ],
    ids=["lists", "maps", "merges", "a deep chain", "many values"],
)
def test_few_lines_that_stand_for_many_values_are_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MAX_VALUES", 20_000)  # so that it does not take seconds
    with pytest.raises(BadSource) as caught:
        source.parse(text, "f")
    assert caught.value.finding.id == "WL007"


MERGED = """\
base: &base
  replicas: 2
  list: [a, &word b]
again: &again {list: [c]}
own:
  <<: [*base, *again]
  replicas: 3
later:
  replicas: 3
  <<: *base
  word: *word
"""


def test_anchors_and_merges_are_those_of_helm() -> None:
    """As rendered by helm: a merge takes effect where it stands, and of several maps the first wins."""
    read = source.parse(MERGED, "f")
    assert read.data["own"] == {"replicas": 3, "list": ["a", "b"]}
    assert read.data["later"] == {"replicas": 2, "list": ["a", "b"], "word": "b"}


def test_what_is_merged_stands_where_it_is_written() -> None:
    read = source.parse(MERGED, "f")
    places = {keys: str(read.at(keys)) for keys in [("own", "replicas"), ("own", "list", 1), ("later", "replicas"),
                                                   ("later", "word")]}  # fmt: skip
    assert list(places.values()) == ["f:7:13", "f:3:13", "f:2:13", "f:3:13"]


def test_words_mean_what_helm_takes_them_for() -> None:
    """As rendered by helm 4.3: with its YAML, a date is text, and an octal or a number with an exponent a number."""
    text = (
        "[1e3, 1_000, 0x1F, 0o10, 010, 0b11, 1:30, +1, .5, 099, 2024-01-01, y, N, ON, nULL, ~, !custom x, "
        "99999999999999999999, !!str 1, !!int '3', !!binary aGk=, !!python/object:os.system x, 1.2.3, 1e999, =]"
    )
    assert source.parse(text, "f").data == [
        1000.0, 1000, 31, 8, 8, 3, "1:30", 1, 0.5, 99.0, "2024-01-01", True, False, True, "nULL", None, "x",
        1e20, "1", 3, "hi", "x", "1.2.3", "1e999", "=",
    ]  # fmt: skip


def test_a_number_of_thousands_of_digits_is_text() -> None:
    assert source.parse("9" * 5000, "f").data == "9" * 5000


def test_an_empty_document_at_the_end_is_nothing() -> None:
    assert source.parse("a: 1\n---\n# end\n", "f").data == {"a": 1}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xff\xfe\x00", "it is UTF-16 text"),
        ("a: 1".encode("utf-16-be"), "a binary file, with a NUL byte"),
        ("a: 1".encode("utf-32"), "it is UTF-32 text"),
        (b"a: 1\nb: \xe9\n", "it is not UTF-8 text: a byte 0xe9, line 2"),
        (b"\x7fELF\x00\xff", "it is a binary file"),
        (b"a: \0\n", "it is a binary file"),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(data)
    with pytest.raises(BadSource) as caught:
        source.load(file)
    assert (caught.value.finding.id, words in caught.value.message) == ("WL001", True)


def test_a_mark_of_the_byte_order_is_no_column(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    read = source.load(file, "x")
    assert (read.data, str(read.at(("a",)))) == ({"a": 1}, "x:1:4")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    with file.open("wb") as sparse:
        sparse.truncate(100 * 2**20)
    with pytest.raises(BadSource, match="larger than 32 MiB") as caught:
        source.load(file)
    assert caught.value.finding.id == "WL007"


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    names = {tmp_path: "it is a folder", tmp_path / "pipe": "it is a pipe", Path("/dev/zero"): "it is a device",
             tmp_path / "not there": "No such file", Path("a\0b"): "no file has such a name"}  # fmt: skip
    for name, words in names.items():
        with pytest.raises(BadSource, match=words) as caught:
            source.load(name)
        assert caught.value.finding.id == "WL001"


def test_a_name_in_a_file_stays_below_its_folder(tmp_path: Path) -> None:
    home, foreign = tmp_path / "home", tmp_path / "foreign.yaml"
    home.mkdir()
    foreign.touch()
    (home / "link.yaml").symlink_to(foreign)
    at = Location("x", 3)
    assert source.inside(home / "a.yaml", home, at) == home / "a.yaml"
    for name in ("../foreign.yaml", "link.yaml", "/etc/passwd", "."):
        with pytest.raises(BadSource) as caught:
            source.inside(home / name, home, at)
        assert (caught.value.finding.id, caught.value.finding.at) == ("WL009", at)


TEMPLATE = """\
{{- $v := .Values }}
{{- range $a := list
      "x" }}
{{- end }}
routing:
  {{- if $v.proxy.enabled }}
  proxy: {connector: {{ $v.proxy.connector | default (first $engine.connectors) }}, secure: false}
  {{- end }}
  image: "{{ .Values.versions.proxy.image }}:{{ $v.versions.proxy.tag }}"
  config: |
{{ toYaml $config | indent 4 }}
  list:
  - {{ pick . "a" | toJson }}
"""


def test_a_template_keeps_its_lines() -> None:
    read = source.parse_template(TEMPLATE, "t")
    assert str(read.at(("routing", "proxy", "connector"))) == "t:7:22"
    assert str(read.at(("routing", "proxy", "secure"))) == "t:7:93"
    assert str(read.at(("routing", "list", 0))) == "t:13:5"
    assert read.at(("routing", "image")).text == TEMPLATE.splitlines()[8]


def test_the_settings_that_a_template_line_reads() -> None:
    lines = TEMPLATE.splitlines()
    assert source.referenced(lines[6]) == ["proxy.connector", "engine.connectors"]
    assert source.referenced(lines[8]) == ["versions.proxy.image", "versions.proxy.tag"]
    assert source.referenced("replicas: 3") == []


def test_a_stream_of_documents_has_the_lines_of_the_whole_stream() -> None:
    first, empty, second = source.parse_all("a: 1\n---\n# nothing\n---\nb:\n- c: 2\n", "stream.yaml")
    assert (first.data, empty.data, second.data) == ({"a": 1}, None, {"b": [{"c": 2}]})
    assert str(second.at(("b", 0, "c"))) == "stream.yaml:6:6"


def test_a_broken_document_of_a_stream_is_told_with_its_line() -> None:
    with pytest.raises(BadSource) as bad:
        source.parse_all("a: 1\n---\nb: [\n", "stream.yaml")
    assert bad.value.finding.at.line > 2


def test_many_actions_take_no_more_than_their_length() -> None:
    assert source.parse_template("a: " + "{{ x }}" * 50_000 + "\nb: '" + "{{ " * 50_000 + "'", "t").has(("a",))
