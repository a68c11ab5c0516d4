"""What an editor is told: every file names a schema that fits it, and schemas made for it say what validate says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from wellit import capabilities, catalogue, editor, paths, schema, source, values_schema
from wellit.errors import CannotAnswer
from wellit.subject import CHARTS, MODELSERVICE

MODELINE = re.compile(r"^# yaml-language-server: \$schema=(\S+)$", re.MULTILINE)
EDITED = [
    *paths.ENVIRONMENTS.glob("*.yaml"), *paths.ENVIRONMENTS.glob("*/*.yaml"), *paths.GUIDES.glob("*/guide.yaml"),
    *paths.CAPABILITIES.glob("*.yaml"), *(paths.SCHEMAS / "flags").glob("*.yaml"),
]  # fmt: skip


def validator(file: Path) -> Draft202012Validator:
    """As an editor reads a schema: references are relative to the file that they stand in."""

    def retrieve(uri: str) -> Resource[Any]:
        return Resource.from_contents(json.loads(Path(uri.removeprefix("file://")).read_text()), DRAFT202012)

    registry: Registry[Any] = Registry(retrieve=retrieve)  # type: ignore[call-arg]
    return Draft202012Validator({"$ref": file.resolve().as_uri()}, registry=registry)


@pytest.mark.parametrize("file", EDITED, ids=lambda file: str(file.relative_to(paths.ROOT)))
def test_a_file_names_the_schema_that_it_satisfies(file: Path) -> None:
    found = MODELINE.search(file.read_text())
    assert found and file.read_text().startswith(found[0])
    validator(file.parent / found[1]).validate(yaml.safe_load(file.read_text()))


def test_the_schema_that_an_editor_reads_refuses_a_misspelt_key() -> None:
    guide = yaml.safe_load((paths.GUIDES / "inference-scheduling" / "guide.yaml").read_text())
    guide["settings"]["decode"]["replica"] = 2
    with pytest.raises(ValidationError, match="'replica' was unexpected"):
        validator(paths.SCHEMAS / "guide.schema.json").validate(guide)


def values() -> list[tuple[Path, str]]:
    """Every fixture of the rules that is one values file, with its chart."""
    cases = [file for file in (paths.ROOT / "tests" / "rules").rglob("*.yaml") if "\n---" not in file.read_text()]
    heads = {file: file.read_text().partition("\n")[0].removeprefix("# ") for file in sorted(cases)}
    return [(file, head) for file, head in heads.items() if head.partition("@")[0] in CHARTS and " " not in head]


def test_a_chart_s_schema_says_of_every_fixture_what_validate_says() -> None:
    made: dict[str, Draft202012Validator] = {}
    refused = 0
    for file, chart in values():
        made.setdefault(chart, Draft202012Validator(editor.of_chart(chart)))
        data = source.load(file).data
        name, version = chart.split("@")
        told = schema.check_values(data, values_schema.schema_for(name, version), source.load(file).at)
        assert made[chart].is_valid(data) == (not told), file
        refused += bool(told)
    assert len(made) > 5 and refused > 5


@pytest.mark.parametrize("chart", CHARTS)
def test_every_version_of_a_chart_has_a_schema_that_is_one(chart: str) -> None:
    for version in capabilities.versions(chart):
        made = editor.of_chart(f"{chart}@{version}")
        Draft202012Validator.check_schema(made)
        assert made["title"] == f"{chart} {version}" and made["$schema"].endswith("2020-12/schema")
        assert "imitates" not in made["properties"]


def test_a_null_takes_a_default_away_and_a_misspelt_key_is_refused() -> None:
    made = Draft202012Validator(editor.of_chart(f"{MODELSERVICE}@v0.3.8"))
    good = {"modelArtifacts": {"name": "a/b", "uri": "hf://a/b"}, "decode": {"replicas": None}, "routing": None}
    assert made.is_valid(good)
    assert not made.is_valid({**good, "decode": {"replica": 2}})
    assert not made.is_valid({**good, "decode": {"replicas": "two"}})
    assert "replicas" in str(editor.of_chart(f"{MODELSERVICE}@v0.3.8"))


@pytest.mark.parametrize("guide", catalogue.guide_names())
def test_the_schema_of_a_guide_s_settings_stands_alone(guide: str) -> None:
    made = editor.of_guide(guide)
    Draft202012Validator.check_schema(made)
    assert "stack.schema.json" not in editor.text(made)
    judge = Draft202012Validator(made)
    for size, laid in catalogue.guide_source(guide).data["sizes"].items():
        judge.validate({**(laid or {}), "size": size})
    part = next(iter(catalogue.guide_source(guide).data["settings"]["values"]))
    judge.validate({"decode": {"replicas": 2}, "components": {"engines": "sglang"}, "values": {part: {"a": 1}}})
    for wrong in ({"decode": {"replica": 2}}, {"size": "huge"}, {"decode": {"replicas": "two"}}, {"image": "x"}):
        assert not judge.is_valid(wrong), wrong


def test_a_setting_of_other_guides_is_not_in_it() -> None:
    assert "prefill" in editor.of_guide("pd-disaggregation")["properties"]
    assert "prefill" not in editor.of_guide("inference-scheduling")["properties"]


def test_it_is_written_beside_a_person_s_files(tmp_path: Path) -> None:
    made = editor.asked("", "inference-scheduling")
    told = editor.write(made, str(tmp_path / "settings.schema.json"))
    assert told == "# yaml-language-server: $schema=settings.schema.json"
    assert json.loads((tmp_path / "settings.schema.json").read_text()) == made
    with pytest.raises(CannotAnswer, match="cannot write"):
        editor.write(made, str(tmp_path / "not" / "there.json"))


@pytest.mark.parametrize(
    ("chart", "guide", "message"), [("", "", "a schema of what"), ("a@b", "c", "of a chart or of a")]
)
def test_one_schema_is_of_one_thing(chart: str, guide: str, message: str) -> None:
    with pytest.raises(CannotAnswer, match=message):
        editor.asked(chart, guide)
