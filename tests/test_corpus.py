"""The public cases of tests/corpus: each mistake gets the finding that answers.yaml names, right values get none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from wellit import validate
from wellit.findings import Finding

FOLDER = Path(__file__).parent / "corpus"
CASES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "modelservice.yaml").read_text())
ANSWERS: dict[str, Any] = yaml.safe_load((FOLDER / "answers.yaml").read_text())


def answer(case: dict[str, Any]) -> str:
    """The finding a case must get; "" when there is no rule about it yet. Raises KeyError when nobody has said."""
    names = (case["id"], case["id"].partition("-")[0])
    if any(name in ANSWERS["left"] for name in names):
        return ""
    return next(str(ANSWERS["caught"][name]) for name in names if name in ANSWERS["caught"])


def findings(case: dict[str, Any], folder: Path) -> list[Finding]:
    file = folder / f"{case['id']}.yaml"
    file.write_text(yaml.safe_dump(case["values"], sort_keys=False))
    return validate.values_files([str(file)], [f"{case['chart']}@{case['chartVersion']}"]).findings


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["id"]))
def test_a_case(case: dict[str, Any], tmp_path: Path) -> None:
    found = findings(case, tmp_path)
    if case["expect"] == "clean":
        assert found == []
    elif wanted := answer(case):
        assert wanted in {finding.id for finding in found}
        assert all(finding.at.line and finding.message for finding in found)
