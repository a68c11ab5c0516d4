from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.golden import expect
from tests.report import samples
from wellit.findings import Check, Finding, Location, Report
from wellit.report import render
from wellit.report import text as rendering
from wellit.report.style import Style, cells


def text(*items: Finding | Check, style: Style | None = None, **summary: object) -> str:
    report = Report("validate", summary=summary)
    report.add(items)
    return render(report, "text", style)


def last(*items: Finding | Check, **summary: object) -> str:
    return text(*items, style=None, **summary).rstrip("\n").split("\n")[-1]


def caret(screen: str) -> tuple[int, str]:
    """Where the first caret stands in its line, and what stands above it, to the end of that line."""
    lines = screen.split("\n")
    row = next(i for i, line in enumerate(lines) if "^" in line)
    at = lines[row].index("^")
    before = lines[row - 1]
    column = next(i for i in range(len(before) + 1) if cells(before[:i]) == at)
    return at, before[column:]


def test_a_finding_has_the_shape_of_the_design() -> None:
    assert text(samples.METRIC).split("\n\n")[0] == "\n".join([
        "error[WL104 engine-metric-mismatch]: the pool reads a vLLM metric from SGLang pods",
        "  --> environments/engines/sglang.yaml:31:13",
        "   |",
        '31 |     queued: "vllm:num_requests_waiting"',
        '   |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^ write "sglang:num_queue_reqs"',
        "   = why: the queue reads as 0, so the queue scorer never moves load",
        "   = see: invoke explain WL104",
    ])  # fmt: skip


def test_everything_in_a_pipe() -> None:
    expect("report/everything.txt", render(samples.everything()))


def test_everything_on_a_narrow_terminal() -> None:
    expect("report/everything-60.txt", render(samples.everything(), style=Style(width=60)))


def test_everything_in_colour() -> None:
    expect("report/everything-colour.txt", render(samples.everything(), style=Style(colour=True, width=100)))


def test_a_further_place_is_shown_with_its_note_and_line() -> None:
    screen = text(samples.with_further_place())
    assert "  ::: environments/sglang.yaml:3:3\n   |\n 3 | - engines/sglang\n" in screen
    assert "\n   |   -------------- engine chosen here\n" in screen


def test_the_gutter_is_as_wide_as_the_largest_line_number() -> None:
    screen = text(replace(samples.COMMAND, also=(samples.CHOSEN,)))
    assert "\n104 |     modelCommand" in screen
    assert "\n  3 | - engines/sglang" in screen


def test_several_lines_to_write_stand_below_to_be_copied() -> None:
    lines = text(samples.COMMAND).split("\n")
    assert lines[4].endswith("^^^^^^^^^^^")
    assert lines[5] == "    = write:"
    assert [line.strip() for line in lines[6:8]] == samples.COMMAND.write.split("\n")


def test_a_long_text_to_write_stands_below_and_is_said_once() -> None:
    long = "[" + ", ".join(f"word{i}" for i in range(20)) + "]"
    screen = text(replace(samples.METRIC, write=long))
    assert f"   = write: {long}\n" in screen
    assert screen.count(long) == 1


def test_a_hint_that_is_a_sentence_is_not_called_something_to_write() -> None:
    assert "^ remove it; known here: a, b\n" in text(replace(samples.METRIC, write="remove it; known here: a, b"))
    assert "write remove" not in text(replace(samples.METRIC, write="remove it"))


def test_the_command_line_is_a_place_without_a_line_number() -> None:
    assert text(samples.TYPED).startswith(
        'error[WL010 unknown-setting]: there is no setting "replica" in decode\n'
        " --> the command line\n"
        "  |\n"
        "  | --set decode.replica=3\n"
        "  |              ^^^^^^^ write replicas\n"
    )


def test_a_place_without_a_line_is_only_named() -> None:
    screen = text(replace(samples.LEAK, write="a namespace"))
    assert " --> out.yaml\n  = write: a namespace\n  = see: invoke explain WL500\n" in screen
    assert "|" not in screen


def test_the_caret_stands_below_its_word_after_tabs_and_wide_characters() -> None:
    for line in ("\treplica: 2", "a\tb\treplica: 2", "{界世: 1, replica: 2}", "{e\u0301: 1, replica: 2}"):
        at = Location("my.yaml", 3, line.index("replica") + 1, 7, line)
        column, above = caret(text(replace(samples.TYPED, at=at)))
        assert above.startswith("replica"), (line, column, above)


def test_a_wide_word_is_underlined_over_its_whole_width() -> None:
    at = Location("my.yaml", 3, 1, 2, "界世: 1")
    assert "  | ^^^^ write" in text(replace(samples.TYPED, at=at))


def test_a_long_line_is_cut_around_the_caret_on_a_terminal_only() -> None:
    line = "crds: [" + ", ".join(f"resource-{i}.example.org" for i in range(12)) + "]"
    at = Location("my.yaml", 3, line.index("resource-9") + 1, 10, line)
    finding = replace(samples.TYPED, at=at)
    screen = text(finding, style=Style(width=72))
    assert caret(screen)[1].startswith("resource-9")
    assert max(cells(row) for row in screen.split("\n")) <= 72
    assert line in text(finding)


def test_nothing_on_the_screen_is_wider_than_the_terminal() -> None:
    for width in (60, 72, 100):
        screen = render(samples.everything(), style=Style(width=width))
        assert max(cells(row) for row in screen.split("\n")) <= width


def test_two_findings_of_a_rule_on_one_line_share_it() -> None:
    screen = text(*samples.on_one_line())
    assert screen.count("warning[WL010") == 2
    assert screen.count("3 |") == 1
    assert "write replicas" in screen
    assert "write tensorParallel" in screen


def test_one_mistake_in_many_places_is_told_once_and_every_place_is_named() -> None:
    many = [replace(samples.LEAK, at=Location("out.yaml", n, 1, 1, "x: %!s")) for n in range(1, 8)]
    screen = text(*many)
    assert screen.count("a template left") == 1
    assert screen.count("x: %!s") == 4
    assert "= also: out.yaml:5:1, out.yaml:6:1, out.yaml:7:1\n" in screen


def test_a_finding_that_came_twice_is_shown_once() -> None:
    assert text(samples.METRIC, samples.METRIC).count("^ write") == 1


def test_what_a_file_says_cannot_steer_the_terminal() -> None:
    at = Location("my.yaml", 1, 1, 3, "a\x1b[31m: \u202eb")
    screen = text(replace(samples.TYPED, at=at, message="a \x1b[2J key\nhere"))
    assert "\x1b" not in screen
    assert "\u202e" not in screen
    assert "key here" in screen


def test_errors_come_before_warnings_and_notes() -> None:
    screen = text(samples.LEAK, *samples.on_one_line(), samples.METRIC)
    assert screen.index("error[") < screen.index("warning[") < screen.index("info[")


def test_a_check_says_its_good_state_then_what_was_found_then_what_mends_it() -> None:
    assert text(samples.FAILED).startswith(
        "× GPUs are free: 16 are asked for, 8 are free\n"
        "    | node-1: 4\n    | node-2: 4\n"
        "    fix: --set decode.replicas=4\n"
    )


def test_what_was_not_checked_is_listed_with_its_reason() -> None:
    screen = text(samples.UNKNOWN, samples.SKIPPED, Check("WL605", "x", "skip"))
    assert "? the Secret is there: not checked: secrets is forbidden\n" in screen
    assert "- the gateway answers: not checked: the check above failed\n" in screen
    assert "- x: not checked: no reason was given\n" in screen
    assert screen.endswith("3 things not checked: the Secret is there, the gateway answers, x\n")


def test_glyphs_without_unicode() -> None:
    screen = text(samples.PASSED, samples.FAILED, samples.WARNED, style=Style(ascii=True))
    assert [line[:3] for line in screen.split("\n") if line[:1] in "ox!" and line[:1]] == ["ok ", "x  ", "!  "]


def test_the_last_line_counts() -> None:
    assert last(samples.METRIC, samples.COMMAND, *samples.on_one_line()) == "2 errors, 2 warnings in 2 files"
    assert last(samples.TYPED) == "1 error on the command line"
    assert last(samples.METRIC, samples.TYPED) == "2 errors in 1 file and on the command line"
    assert last(samples.LEAK, samples.SKIPPED) == "1 note in 1 file; 1 thing not checked: the gateway answers"
    assert last(samples.PASSED, samples.FAILED, samples.WARNED) == "1 of 3 checks failed; 1 check to look at"


def test_the_last_line_is_happy_when_all_is_well() -> None:
    assert last(files=["a.yaml", "b.yaml"]) == "no mistake found in 2 files"
    assert last(files=["a.yaml"]) == "no mistake found in a.yaml"
    assert last(guide="a-guide", environment="sglang") == "no mistake found in a-guide -e sglang"
    assert last(samples.PASSED) == "the check passed"
    assert last(samples.PASSED, replace(samples.PASSED, id="WL609"), stacks=["a", "b"]) == (
        "no mistake found in 2 stacks; all 2 checks passed"
    )


def test_nothing_looked_at_is_said() -> None:
    assert text() == "nothing was checked\n"


def test_of_a_line_of_megabytes_what_is_around_the_place_is_shown() -> None:
    at = Location("x.yaml", 1, 5_000_001, 3, "a" * 5_000_000 + "bad" + "c" * 5_000_000)
    text = render(Report("validate", [Finding("WL104", "slug", "error", "m" * 10_000, at, write="good")]))
    assert len(text) < 10_000
    assert "x.yaml:1:5000001" in text and "bad" in text and "^^^" in text


def slowly_grouped(findings: list[Finding]) -> list[list[Finding]]:
    """Each finding with the first group that takes it, looked for among all of them."""
    groups: list[list[Finding]] = []
    for new in findings:
        for group in groups:
            old = group[0]
            said = (old.message, old.write, old.why) == (new.message, new.write, new.why)
            alone = len({(f.message, f.write, f.why) for f in group}) == 1
            lines = {(f.at.file, f.at.line) for f in group}
            near = new.at.line > 0 and lines == {(new.at.file, new.at.line)}
            if (old.id, old.also) == (new.id, new.also) and ((said and alone) or near):
                group.append(new)
                break
        else:
            groups.append([new])
    return groups


FINDINGS = st.builds(
    lambda id_, message, file, line: Finding(id_, "slug", "error", message, Location(file, line)),
    st.sampled_from(["WL101", "WL102"]), st.sampled_from("abc"), st.sampled_from("fg"), st.integers(0, 3),
)  # fmt: skip


@given(st.lists(FINDINGS, max_size=30))
def test_a_group_is_found_without_looking_at_all_of_them(findings: list[Finding]) -> None:
    assert [group.findings for group in rendering._groups(findings)] == slowly_grouped(findings)
