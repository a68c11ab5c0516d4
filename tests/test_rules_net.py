"""A rule that fails takes nothing from a person but its own answer, and our tests everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wellit import rules, validate
from wellit.rules.rule import Items, Loaded
from wellit.subject import Subject


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def check(_: Subject) -> Items:
        raise TypeError("int has no len\x1b[31m")
        yield

    broken, load = Loaded(rules.find("WL203").rule, check, ""), rules._loaded
    monkeypatch.setattr(rules, "_loaded", lambda name: broken if name.startswith("wl203") else load(name))
    yield


def judged(folder: Path) -> tuple[set[str], list[tuple[str, str, str]], int]:
    file = folder / "values.yaml"
    file.write_text("decode: {replica: 2}\n")
    report = validate.values_files([str(file)], ["llm-d-modelservice@v0.3.8"])
    return {f.id for f in report.findings}, [(c.id, c.status, c.detail) for c in report.checks], report.exit_code


@pytest.mark.usefixtures("_broken")
def test_a_rule_that_fails_is_an_unknown_check_beside_the_findings_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WELLIT_RAISE")
    found, checks, _ = judged(tmp_path)
    assert "WL020" in found
    (failed,) = [check for check in checks if check[1] == "unknown"]
    assert failed[0] == "WL203"
    assert "mistake of wellit: TypeError in test_rules_net.py" in failed[2]


@pytest.mark.usefixtures("_broken")
def test_in_our_tests_it_is_raised(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        judged(tmp_path)
