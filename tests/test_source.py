"""YAML with positions."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import source
from wellit.source import BadSource

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
        ("a: [1\n", "WL002", "f:2:1", "not YAML"),
        ("a: b: c\n", "WL002", "f:1:5", "not YAML"),
        ("? [1, 2]\n: x\n", "WL002", "f:1:3", "a key must be a word"),
        ("a: !!python/object:os.system x\n", "WL002", "f:1:4", "not YAML: could not determine a constructor"),
    ],
)
def test_what_is_no_good_yaml_has_a_place(text: str, id_: str, place: str, words: str) -> None:
    with pytest.raises(BadSource) as caught:
        source.parse(text, "f")
    finding = caught.value.finding
    assert (finding.id, str(finding.at)) == (id_, place)
    assert words in finding.message


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSource, match="not UTF-8"):
        source.load(file)


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
