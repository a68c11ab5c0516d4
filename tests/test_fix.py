"""validate --fix: what is written, what is not, and that nothing else changes."""

from __future__ import annotations

import difflib
import io
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import marked
from wellit import fix, source, validate
from wellit.cli import asker
from wellit.compose import Choice
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Edit, Finding, Location, Report
from wellit.report.style import Style

HEAD = '# wellit: chart llm-d-modelservice@v0.3.8\nmodelArtifacts: {uri: "hf://x/y", name: x/y}\n'
TEXT = (
    HEAD
    + "routing: {proxy: {enabled: false}}\n"
    + 'decode:\n  # how many\n  replica:   2   # two\n  "parallelisms": {tensor: 1}\n'
)
MENDED = TEXT.replace("replica:", "replicas:").replace("parallelisms", "parallelism")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def judge_file(name: str = "my.yaml") -> Callable[[], Report]:
    return lambda: validate.values_files([name], [])


def mend(judge: Callable[[], Report], *named: str, ask: Callable[[str], None] = lambda _: None) -> tuple[Report, str]:
    shown: list[str] = []
    return fix.mend(judge, named, shown.append, Style(), ask), "\n".join(shown)


def at(text: str, words: str, line: int = 1, name: str = "a.yaml") -> Location:
    body = text.splitlines()[line - 1]
    return Location(name, line, body.index(words) + 1, len(words), body)


def finding(edit: Edit) -> Finding:
    return Finding("WL020", "unknown-value-key", "error", f"{edit}", edit.at, fix=edit)


def test_what_has_one_right_answer_is_shown_and_written() -> None:
    Path("my.yaml").write_text(TEXT)
    report, shown = mend(judge_file())
    assert report.findings == []
    assert Path("my.yaml").read_text() == MENDED
    assert shown.splitlines() == [
        "--- my.yaml", "+++ my.yaml", "@@ -4,4 +4,4 @@", " decode:", "   # how many",
        "-  replica:   2   # two", '-  "parallelisms": {tensor: 1}',
        "+  replicas:   2   # two", '+  "parallelism": {tensor: 1}',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("decode: {replica: 2}", "decode: {replicas: 2}"),
        ("decode: {Replicas: 2}", "decode: {replicas: 2}"),
        ("decode: {containers: [{name: a, resourcs: {}}]}", "decode: {containers: [{name: a, resources: {}}]}"),
        ("prefill:\n  parallelsm:\n    tensor: 2", "prefill:\n  parallelism:\n    tensor: 2"),
    ],
)
def test_a_misspelt_key_gets_its_name(text: str, right: str) -> None:
    Path("my.yaml").write_text(f"{HEAD}{text}\n")
    report, _ = mend(judge_file())
    assert Path("my.yaml").read_text() == f"{HEAD}{right}\n"
    assert not [f for f in report.findings if f.id == "WL020"]


@pytest.mark.parametrize(
    "text",
    [
        "decode: {replica: 2, replicas: 3}",
        "decode: {replica: {}}",
        "decode: {modelCommand: custom}",
        "decode: {containers: [{name: a, port: 8000}]}",
    ],
    ids=["the right one is there", "another type", "nothing near", "near, but of another type"],
)
def test_a_key_that_could_mean_something_else_is_left(text: str) -> None:
    Path("my.yaml").write_text(f"{HEAD}{text}\n")
    report, shown = mend(judge_file())
    assert {f.at.line for f in report.findings} == {3}
    assert (shown, Path("my.yaml").read_text()) == ("", f"{HEAD}{text}\n")


def test_a_read_only_file_stays() -> None:
    Path("my.yaml").write_text(TEXT)
    Path("my.yaml").chmod(0o444)
    report, _ = mend(judge_file())
    assert Path("my.yaml").read_text() == TEXT
    assert {check.detail for check in report.checks if check.id == fix.ID} == {"by hand only: my.yaml is read-only"}


def test_line_ends_byte_order_mark_and_permissions_stay() -> None:
    old = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode().removesuffix(b"\r\n")
    Path("my.yaml").write_bytes(old)
    Path("my.yaml").chmod(0o640)
    mend(judge_file())
    new = old.replace(b"replica:", b"replicas:").replace(b"parallelisms", b"parallelism")
    assert Path("my.yaml").read_bytes() == new
    assert stat.S_IMODE(Path("my.yaml").stat().st_mode) == 0o640
    assert [file.name for file in Path().iterdir()] == ["my.yaml"]


def test_an_unneeded_comment_goes_and_a_line_of_its_own_with_it() -> None:
    text = "routing: {proxy: {enabled: false}}\n# wellit: ignore WL020 ours\n"
    text += "decode: {replicas: 2}  # wellit: ignore WL021 ours\n"
    Path("my.yaml").write_text(HEAD + text)
    report, _ = mend(judge_file())
    assert Path("my.yaml").read_text() == HEAD + "routing: {proxy: {enabled: false}}\ndecode: {replicas: 2}\n"
    assert report.findings == []


@pytest.mark.parametrize("ids", ["WL021, WL020", "WL020, WL021", "WL022,WL020 , WL021", "WL022, WL021, WL020"])
def test_of_a_comment_only_what_is_unneeded_goes(ids: str) -> None:
    start = f"{HEAD}routing: {{proxy: {{enabled: false}}}}\ndecode: {{modelCommand: custom}} # wellit: ignore"
    Path("my.yaml").write_text(f"{start} {ids} ours\n")
    report, _ = mend(judge_file())
    assert Path("my.yaml").read_text().replace(" ours", "").rstrip() == f"{start} WL020"
    assert (report.findings, len(report.ignored)) == ([], 1)


def test_a_setting_of_a_stack_in_a_file_of_one_s_own() -> None:
    Path("my.yaml").write_text("decode:\n  replica: 2\n")
    choice = Choice(components={"charts": "offline", "engine": "sglang"}, files=("my.yaml",), sets=("model.nam=x",))
    report, _ = mend(lambda: validate.stack(choice, lambda _: None).report, "my.yaml")
    assert Path("my.yaml").read_text() == "decode:\n  replicas: 2\n"
    assert [(f.id, f.path) for f in report.findings] == [("WL010", "model.nam")]
    (left,) = (check for check in report.checks if check.id == fix.ID)
    assert left.detail == "by hand only: it stands on the command line"


def test_this_project_s_own_files_are_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("wellit.paths.ROOT", tmp_path)
    for name, body in (("environments/x.yaml", "a: 1\n"), ("x.yaml.gotmpl", "a: 1\n"), ("mine.yaml", "a: 1\n")):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(body)
    findings = [
        finding(Edit(at("a: 1", "1", name=name), "2")) for name in ("environments/x.yaml", "x.yaml.gotmpl", "mine.yaml")
    ]
    made = fix.plan(Report("validate", findings), [])
    assert [change.name for change in made.changes] == ["mine.yaml"]
    assert [reason for _, reason in made.left] == [
        "environments/x.yaml is the project's own: lay a setting over it with -f",
        "it stands in a template",
    ]


def test_several_lines_get_the_line_ends_of_the_file() -> None:
    Path("a.yaml").write_bytes(b"a:\r\n- b c\r\n")
    edit = Edit(at("a:\n- b c", "b c", 2), "b\n- c")
    (change,) = fix.plan(Report("validate", [finding(edit)]), []).changes
    assert change.new == b"a:\r\n- b\r\n- c\r\n"


def test_of_overlapping_edits_the_first_is_made() -> None:
    text = "a: {b: 1, c: 2} # d\n"
    Path("a.yaml").write_text(text)
    edits = [
        Edit(at(text, "c: 2"), "c: 3"), Edit(at(text, "b: 1"), "b: 7"), Edit(at(text, "1, c"), "9"),
        Edit(at(text, "b: 1"), "b: 7"),
    ]  # fmt: skip
    (change,) = fix.plan(Report("validate", [finding(edit) for edit in edits]), []).changes
    assert change.new == b"a: {b: 7, c: 3} # d\n"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Edit(at("a: 1", "1"), "[2"), "the result would be no YAML"),
        (Edit(at("a: 1", "a"), "b"), "the result would be no YAML: the key"),
        (Edit(Location("a.yaml", 1, 4, 1, "a: 2"), "3"), "line 1 is not what it was"),
        (Edit(Location("a.yaml", 9, 4, 1, "a: 2"), "3"), "line 9 is not what it was"),
        (Edit(Location("gone.yaml", 1, 1, 1, "a"), "b"), "it cannot be read"),
    ],
)
def test_what_would_break_a_file_is_not_written(edit: Edit, reason: str) -> None:
    Path("a.yaml").write_text("a: 1\nb: 2\n")
    made = fix.plan(Report("validate", [finding(edit)]), [])
    assert made.changes == []
    assert made.left[0][1].startswith(reason)


def test_a_link_is_followed_within_its_folder_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("other") / "out.yaml"
    for file in (Path("real.yaml"), outside):
        file.write_text("a: 1\n")
    Path("in.yaml").symlink_to("real.yaml")
    Path("out.yaml").symlink_to(outside)
    report = Report("validate", [finding(Edit(at("a: 1", "1", name=name), "2")) for name in ("in.yaml", "out.yaml")])
    made = fix.plan(report, [])
    assert [reason for _, reason in made.left] == [f"out.yaml is a link that leads to {outside}"]
    for change in made.changes:
        fix.write(change)
    assert Path("in.yaml").is_symlink() and Path("real.yaml").read_text() == "a: 2\n"
    assert outside.read_text() == "a: 1\n"


def test_without_anybody_to_ask_it_is_shown_and_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    Path("my.yaml").write_text(TEXT)
    shown: list[str] = []
    with pytest.raises(CannotAnswer, match="nobody to ask") as caught:
        fix.mend(judge_file(), [], shown.append, Style(), asker(False))
    assert caught.value.code == 2
    assert "+  replicas:" in shown[0]
    assert Path("my.yaml").read_text() == TEXT


def test_a_no_changes_nothing() -> None:
    def no(_: str) -> None:
        raise Refused("the answer was no; nothing was changed")

    Path("my.yaml").write_text(TEXT)
    with pytest.raises(Refused):
        mend(judge_file(), ask=no)
    assert Path("my.yaml").read_text() == TEXT


def test_nothing_is_asked_when_there_is_nothing_to_write() -> None:
    def never(_: str) -> None:
        raise AssertionError

    Path("my.yaml").write_text(MENDED)
    assert mend(judge_file(), ask=never)[0].findings == []


def test_edits_that_uncover_others_come_to_an_end() -> None:
    Path("a.yaml").write_text("a: 1\n")

    def judge() -> Report:
        text = Path("a.yaml").read_text()
        return Report("validate", [finding(Edit(at(text, text.split()[1]), str(int(text.split()[1]) + 1)))])

    report, shown = mend(judge)
    assert Path("a.yaml").read_text() == f"a: {1 + fix.ROUNDS}\n"
    assert len(report.findings) == 1 and shown.count("+++") == fix.ROUNDS


def test_what_somebody_else_changed_meanwhile_is_not_lost() -> None:
    Path("a.yaml").write_text("a: 1\n")
    (change,) = fix.plan(Report("validate", [finding(Edit(at("a: 1", "1"), "2"))]), []).changes
    Path("a.yaml").write_text("a: 5\n")
    with pytest.raises(CannotAnswer, match="changed by somebody else"):
        fix.write(change)
    assert Path("a.yaml").read_text() == "a: 5\n"


def test_a_folder_that_cannot_be_written_to_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.yaml").write_text("a: 1\n")
    (change,) = fix.plan(Report("validate", [finding(Edit(at("a: 1", "1"), "2"))]), []).changes

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotAnswer, match=r"cannot write a.yaml: No space left"):
        fix.write(change)
    assert [file.name for file in Path().iterdir()] == ["a.yaml"] and Path("a.yaml").read_text() == "a: 1\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "# é 世\n", "a: |\n  x\n\n  y\n", "---\n"])
@pytest.mark.parametrize("around", ["k: {}", "k:   {} # c", "'k': {}", "x: {{y: 1, k: {}}}", "- k: {}", "k: [1, {}]"])
@pytest.mark.parametrize("word", ["old", '"old"', "'o d'", "世界"])
def test_of_any_line_only_the_words_change(line_end: str, before: str, around: str, word: str) -> None:
    head = "z:\n" if around.startswith("- ") else ""
    text = (before + head + around.replace("{{", "{").replace("}}", "}").replace("{}", word) + "\nend: 1\n").replace(
        "\n", line_end
    )
    Path("a.yaml").write_bytes(text.encode())
    line = next(n for n, body in enumerate(text.splitlines(), 1) if word in body)
    (change,) = fix.plan(Report("validate", [finding(Edit(at(text, word, line), "new"))]), []).changes
    assert change.new.decode() == text.replace(word, "new")
    source.parse_all(change.new.decode(), "a.yaml")


def test_what_a_file_says_cannot_steer_the_terminal() -> None:
    Path("a.yaml").write_text("a: 1 # \x9b2J\n")
    made = replace(finding(Edit(at("a: 1 # \x9b2J", "1"), "2")))
    shown: list[str] = []
    fix.mend(
        lambda: Report("validate", [made]) if not shown else Report("validate"),
        [],
        shown.append,
        Style(),
        lambda _: None,
    )
    assert "\x9b" not in "".join(shown)


def of_rules() -> list[Path]:
    """The bad cases of rules that have a finding with an edit."""
    cases = [case for rule in (Path(__file__).parent / "rules").iterdir() for case in (rule / "bad").iterdir()]
    return sorted(case for case in cases if any(f.fix for f in marked.findings(case)))


def test_the_rules_that_have_one_right_answer_carry_it() -> None:
    have = {f.id for case in of_rules() for f in marked.findings(case) if f.fix}
    assert have >= {"WL101", "WL102", "WL103", "WL201", "WL203", "WL204", "WL301"}


@pytest.mark.parametrize("case", of_rules(), ids=lambda case: f"{case.parent.parent.name}/{case.stem}")
def test_what_a_rule_would_write_takes_its_finding_away_and_nothing_else_changes(case: Path) -> None:
    copy = Path(case.name)
    if case.is_dir():
        shutil.copytree(case, copy)
    else:
        shutil.copy(case, copy)
    named = [str(file) for file in marked.files_of(copy)]
    mended = [f for f in marked.findings(copy) if f.fix and f.fix.at.file in named]
    lines = {(f.fix.at.file, f.fix.at.line) for f in mended if f.fix}
    fix.mend(lambda: Report("validate", marked.findings(copy)), named, lambda _: None, Style(), lambda _: None)
    left = {(f.id, f.path, f.message) for f in marked.findings(copy)}
    assert not left & {(f.id, f.path, f.message) for f in mended}
    for file in named:
        old = (case / Path(file).name if case.is_dir() else case).read_text().splitlines()
        same = difflib.SequenceMatcher(None, old, Path(file).read_text().splitlines(), autojunk=False)
        changed = {n + 1 for tag, start, end, _, _ in same.get_opcodes() if tag != "equal" for n in range(start, end)}
        assert {(file, number) for number in changed} <= lines
