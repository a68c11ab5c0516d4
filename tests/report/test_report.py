from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest

from tests.report import samples
from wellit import report
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.report.style import Style


class Screen(io.StringIO):
    """A stream that says what it is."""

    def __init__(self, *, tty: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self._tty, self._encoding = tty, encoding

    def isatty(self) -> bool:
        return self._tty

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


def test_every_format_gives_the_same_exit_code() -> None:
    for name in report.FORMATS:
        assert report.show(Report("x"), name, io.StringIO()) == 0
        assert report.show(Report("x", [samples.METRIC]), name, io.StringIO()) == 1
        assert report.show(Report("x", checks=[samples.UNKNOWN]), name, io.StringIO()) == 2


def test_a_threshold_decides_what_fails_and_what_people_are_shown() -> None:
    (warning, _), error = samples.on_one_line(), samples.METRIC
    for name in report.FORMATS:
        assert report.show(Report("x", [warning]), name, io.StringIO()) == 0
        assert report.show(Report("x", [warning], fail_on="warning"), name, io.StringIO()) == 1
        assert report.show(Report("x", [samples.LEAK], fail_on="warning"), name, io.StringIO()) == 0
        assert report.show(Report("x", [samples.LEAK], fail_on="info"), name, io.StringIO()) == 1
        assert report.show(Report("x", checks=[samples.WARNED], fail_on="warning"), name, io.StringIO()) == 1
    everything = Report("x", [warning, error, samples.LEAK], shown="error")
    for name, there in (("text", False), ("github", False), ("junit", False), ("json", True), ("sarif", True)):
        assert (warning.message in report.render(everything, name).replace('\\"', '"').replace("&quot;", '"')) == there
        assert error.message in report.render(everything, name)
    assert "2 of them not shown (--severity error)\n" in report.render(everything)


def test_what_a_format_says_of_a_failure_is_a_document_too() -> None:
    problem = CannotAnswer("no cluster", where="my.yaml:1:2", why="w", write="x")
    for name, form in report.FORMATS.items():
        assert (form.error is None) == (name == "text")
        if form.error:
            assert "no cluster" in form.error(problem, "install")


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(CannotAnswer) as refused:
        report.known("jsn")
    assert refused.value.message == 'unknown format "jsn"'
    assert refused.value.write == 'did you mean "json"? known: github, json, junit, sarif, text'


def test_the_formats_are_those_that_exist() -> None:
    assert list(report.FORMATS) == ["text", "json", "sarif", "junit", "github"]


def test_colour_only_on_a_terminal_and_never_against_the_person_s_wish() -> None:
    assert Style.of(Screen(tty=True), {"COLUMNS": "100"}) == Style(colour=True, width=100)
    assert Style.of(Screen(tty=True), {"COLUMNS": "100", "NO_COLOR": "1"}) == Style(width=100)
    assert Style.of(Screen(tty=True), {"COLUMNS": "100", "TERM": "dumb"}) == Style(width=100)
    assert Style.of(Screen(tty=False), {"COLUMNS": "100"}) == Style()


def test_a_stream_without_unicode_gets_plain_letters() -> None:
    screen = Screen(tty=False, encoding="ascii")
    report.show(samples.everything(), "text", screen)
    assert screen.getvalue().isascii()
    assert "\nx  GPUs are free" in screen.getvalue()


def test_a_real_terminal_gets_colour_and_its_width() -> None:
    shown = _on_a_terminal({"COLUMNS": "70"})
    assert "\x1b[31;1merror[WL104" in shown
    assert max(len(line) for line in _without_colour(shown).splitlines()) <= 70
    assert "\x1b" not in _on_a_terminal({"COLUMNS": "70", "NO_COLOR": "1"})


def test_a_report_needs_no_heavy_import() -> None:
    code = "import sys; from wellit import report; from wellit.report import text, errors; " \
        "print([m for m in ('rich', 'jsonschema', 'invoke', 'json') if m in sys.modules])"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def _on_a_terminal(environ: dict[str, str]) -> str:
    code = "from tests.report import samples; from wellit import report; report.show(samples.everything())"
    near, far = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=far, env={"PATH": os.environ["PATH"], "TERM": "xterm", **environ}
    )
    os.close(far)
    shown = b""
    while True:
        try:
            piece = os.read(near, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(near)
    assert process.wait() == 0
    return shown.decode()


def _without_colour(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)
