"""Values files: which are meant, and for which chart."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from wellit import validate
from wellit.errors import CannotAnswer
from wellit.inputs import values

MODELSERVICE, POOL = "llm-d-modelservice@v0.4.9", "inferencepool@v1.4.0"
TEXT = "decode:\n  replica: 2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str = TEXT, chart: str = "") -> str:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"# wellit: chart {chart}\n{text}" if chart else text)
    return name


def told(given: list[str], charts: list[str]) -> list[tuple[str, str]]:
    return [(file.name, file.chart) for file in values.files(given, charts)]


def refused(given: list[str], charts: list[str]) -> CannotAnswer:
    with pytest.raises(CannotAnswer) as caught:
        values.together(values.files(given, charts))
    assert caught.value.write
    return caught.value


@pytest.mark.usefixtures("folder")
def test_files_and_charts_pair_by_order() -> None:
    assert told([write("a.yaml"), write("b.yaml")], [MODELSERVICE, POOL]) == [
        ("a.yaml", MODELSERVICE), ("b.yaml", POOL),
    ]  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_one_chart_does_for_all_files() -> None:
    assert told([write("a.yaml"), write("b.yaml")], [MODELSERVICE]) == [
        ("a.yaml", MODELSERVICE), ("b.yaml", MODELSERVICE),
    ]  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_a_file_says_its_own_chart_release_and_namespace() -> None:
    write("a.yaml", f"# who wrote it\n---\n# wellit: chart {POOL} release gaie-chat namespace chat\n{TEXT}")
    (file,) = values.files(["a.yaml"], [])
    (release,) = values.together([file]).releases
    assert (release.label, release.name, release.namespace) == (POOL, "gaie-chat", "chat")


@pytest.mark.usefixtures("folder")
def test_a_chart_is_for_the_files_that_do_not_say_their_own() -> None:
    write("v/a.yaml")
    write("v/b.yaml", chart=POOL)
    assert told(["v"], [MODELSERVICE]) == [("v/a.yaml", MODELSERVICE), ("v/b.yaml", POOL)]


@pytest.mark.usefixtures("folder")
def test_a_chart_on_the_command_line_goes_before_what_its_file_says() -> None:
    assert told([write("a.yaml", chart="llm-d-modelservice@v0.3.8")], [MODELSERVICE]) == [("a.yaml", MODELSERVICE)]


@pytest.mark.usefixtures("folder")
def test_what_is_behind_the_first_comment_says_nothing() -> None:
    write("a.yaml", f"decode: {{}}\n# wellit: chart {POOL}\n")
    assert "nothing says which chart a.yaml is for" in refused(["a.yaml"], []).message


@pytest.mark.usefixtures("folder")
def test_a_folder_is_all_values_files_in_it() -> None:
    for name in ("v/a.yaml", "v/deep/b.yml", "v/notes.md", "v/.git/c.yaml"):
        write(name)
    assert [name for name, _ in told(["v"], [MODELSERVICE])] == ["v/a.yaml", "v/deep/b.yml"]


@pytest.mark.usefixtures("folder")
def test_a_pattern() -> None:
    for name in ("v/a.yaml", "v/b.yaml", "v/deep/c.yaml"):
        write(name)
    assert [name for name, _ in told(["v/*.yaml"], [MODELSERVICE])] == ["v/a.yaml", "v/b.yaml"]
    assert len(told(["v/**/*.yaml"], [MODELSERVICE])) == 3


@pytest.mark.usefixtures("folder")
def test_a_chart_of_a_folder_is_for_all_its_files() -> None:
    for name in ("ms/a.yaml", "ms/b.yaml", "pool.yaml"):
        write(name)
    assert told(["ms", "pool.yaml"], [MODELSERVICE, POOL]) == [
        ("ms/a.yaml", MODELSERVICE), ("ms/b.yaml", MODELSERVICE), ("pool.yaml", POOL),
    ]  # fmt: skip


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(TEXT))
    found = validate.values_files(["-"], [MODELSERVICE]).findings
    assert ("WL020", "stdin:2:3") in [(finding.id, str(finding.at)) for finding in found]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "charts", "said"),
    [
        (["nothing/*.yaml"], [MODELSERVICE], "no file matches --values nothing/*.yaml"),
        (["empty"], [MODELSERVICE], "no values file is in the folder empty"),
        (["a.yaml", "./a.yaml"], [MODELSERVICE], "--values has ./a.yaml twice, the other time as a.yaml"),
        (["-", "-"], [MODELSERVICE], "--values has stdin twice"),
        (["a.yaml"], [], "nothing says which chart a.yaml is for"),
        (["gone.yaml"], [], "there is no file gone.yaml"),
        (["a.yaml"], [MODELSERVICE, POOL], "2 --chart, and 1 files without a chart of their own: a.yaml"),
        (["b.yaml", "c.yaml"], [POOL], "1 --chart, and no file without one"),
        ([], [POOL], "--chart says what a values file is for, and there is no --values"),
        (["a.yaml"], ["inferencepool"], "--chart inferencepool does not say which version"),
        (["a.yaml"], ["inferencepol@v1.4.0"], 'unknown chart "inferencepol"'),
        (["wrong.yaml"], [], 'unknown chart "inferencepol"'),
        (["word.yaml"], [], 'unknown word after wellit: "chrat"'),
        (["half.yaml"], [], "release says nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_paired_is_said_in_words(
    given: list[str], charts: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(TEXT))
    Path("empty").mkdir()
    write("a.yaml")
    for name in ("b.yaml", "c.yaml"):
        write(name, chart=POOL)
    write("wrong.yaml", chart="inferencepol@v1.4.0")
    write("word.yaml", f"# wellit: chrat {POOL}\n")
    write("half.yaml", f"# wellit: chart {POOL} release\n")
    problem = refused(given, charts)
    assert problem.message == said
    assert (
        problem.where.startswith(given[0]) if given and given[0] in ("wrong.yaml", "word.yaml", "half.yaml") else True
    )


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_there_is_a_finding_beside_those_of_the_others() -> None:
    found = validate.values_files([write("a.yaml"), "gone.yaml"], [MODELSERVICE]).findings
    assert {finding.id for finding in found} >= {"WL001", "WL020"}
