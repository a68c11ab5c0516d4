"""What stands between Invoke and the library: asking, choosing, ending."""

from __future__ import annotations

import io

import pytest

from wellit import cli, options
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Report
from wellit.finish import finishing


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("answer", ["y\n", "Yes\n", " YES \n"])
def test_yes_goes_ahead(answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    cli.asker(False)("Install this?")
    assert capsys.readouterr().err == "Install this? [y/N] "


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yep\n"])
def test_anything_else_is_no(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    with pytest.raises(Refused, match="nothing was changed"):
        cli.asker(False)("Install this?")


def test_nobody_to_ask_is_no_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(CannotAnswer) as caught:
        cli.asker(False)("Install this?")
    assert "--yes" in caught.value.write


def test_with_yes_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    cli.asker(True)("Install this?")
    assert capsys.readouterr().err == ""


def test_which_stack_is_meant() -> None:
    unsaid = {"guide": "", "env": "", "namespace": ""}
    assert cli.which(unsaid) == ("llm-d-inference-scheduling", None, None)
    assert cli.which(unsaid | {"namespace": "a", "env": "sglang"}) == ("a", None, "sglang")
    with pytest.raises(CannotAnswer, match="unknown guide"):
        cli.which(unsaid | {"guide": "inference"})
    with pytest.raises(CannotAnswer, match="Kubernetes refuses"):
        cli.which(unsaid | {"namespace": "A_b"})


def test_which_sandbox_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WELLIT_SANDBOX", raising=False)
    assert (options.sandbox_name(True), options.sandbox_name("box")) == ("default", "box")
    monkeypatch.setenv("WELLIT_SANDBOX", "mine")
    assert (options.sandbox_name(True), options.sandbox_name("box")) == ("mine", "box")


def test_an_interruption_is_said_and_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert cli.guarded(interrupted) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_form_for_findings_is_refused_where_something_else_is_printed() -> None:
    assert cli.known_format("sarif") == "sarif"
    assert cli.known_format("json", "text", "json") == "json"
    with pytest.raises(CannotAnswer) as caught:
        cli.known_format("sarif", "text", "json")
    assert (caught.value.message, caught.value.write) == ("this task has no sarif", "--format text or json")


@pytest.mark.parametrize("flag", ["fail_on", "severity"])
def test_what_validate_s_flags_do_with_a_report(flag: str) -> None:
    unsaid = {"fix": False, "yes": False, "file": [], "fail_on": "error", "severity": "info"}
    report = finishing(unsaid | {flag: "warning"}, "text")(lambda: Report("validate"))
    assert (report.fail_on, report.shown) == (("warning", "info") if flag == "fail_on" else ("error", "warning"))
    with pytest.raises(CannotAnswer) as caught:
        finishing(unsaid | {flag: "warnings"}, "text")
    assert f'unknown --{flag.replace("_", "-")} "warnings"' == caught.value.message
    assert caught.value.write == 'did you mean "warning"? known: error, info, warning'
