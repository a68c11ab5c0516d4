from __future__ import annotations

import io
import json

from tests.report import samples
from wellit.errors import CannotAnswer, Refused, unknown
from wellit.report import errors
from wellit.report.style import Style
from wellit.source import BadSource


def test_an_error_looks_like_a_finding() -> None:
    problem = CannotAnswer("no such file", where="my.yaml:3:1", why="nothing was read", write="-f other.yaml")
    assert errors.render(problem, Style()) == (
        "error: no such file\n  --> my.yaml:3:1\n  = why: nothing was read\n  = write: -f other.yaml\n"
    )


def test_an_error_that_is_only_a_sentence() -> None:
    assert errors.render(Refused("nothing was changed"), Style()) == "error: nothing was changed\n"


def test_a_hint_is_not_called_something_to_write() -> None:
    assert errors.render(unknown("engine", "sgl", ["sglang", "vllm"]), Style()) == (
        'error: unknown engine "sgl"\n  = did you mean "sglang"? known: sglang, vllm\n'
    )


def test_an_error_about_a_line_of_a_file_shows_the_line() -> None:
    assert "104 |     modelCommand: sglangServe\n" in errors.render(BadSource(samples.COMMAND), Style())


def test_several_lines_to_write_are_a_block() -> None:
    screen = errors.render(CannotAnswer("no helm", write="sudo install helm\nor put it on PATH"), Style())
    assert screen.endswith("  = write:\n     sudo install helm\n     or put it on PATH\n")


def test_a_long_error_is_wrapped_on_a_terminal() -> None:
    problem = CannotAnswer("word " * 40, why="reason " * 40)
    screen = errors.render(problem, Style(width=60))
    assert max(map(len, screen.split("\n"))) <= 60
    assert screen.count("word") == screen.count("reason") == 40


def test_an_error_goes_to_stderr_and_gives_its_exit_code() -> None:
    out, err = io.StringIO(), io.StringIO()
    assert errors.show(CannotAnswer("no cluster"), "install", out=out, err=err) == 2
    assert (out.getvalue(), err.getvalue()) == ("", "error: no cluster\n")


def test_a_program_gets_a_document_as_well() -> None:
    out, err = io.StringIO(), io.StringIO()
    assert errors.show(Refused("no"), "install", "json", out=out, err=err) == 1
    assert json.loads(out.getvalue())["error"]["message"] == "no"
    assert err.getvalue() == "error: no\n"
