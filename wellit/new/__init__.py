"""new: an environment of one's own, environments/NAME.yaml, that validates at once.

A name, what a person says and the guide's own settings are judged before anything is written; what was written is
validated as any environment is, and does not stay when it is not right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wellit import catalogue, paths
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.new import drafts, files, names, text
from wellit.say import Say
from wellit.source import Source
from wellit.validate import matrix


@dataclass(frozen=True)
class Asked:
    """What a person asked for: `start` is GUIDE or GUIDE/ENVIRONMENT, `words` the command as it was typed."""

    name: str
    start: str
    choice: Choice
    model: str = ""
    words: Sequence[str] = ()
    fetch: bool = False


def make(asked: Asked, say: Say, ask: Callable[[str], None], reserved: Sequence[str] = ()) -> Report:
    """Write an environment, after asking, and validate it; no name of `reserved` (the tasks) is taken.

    Raises CannotAnswer for a name that does not do and for what compose does not know; what ask() raises. A report
    with errors says what is wrong; then there is no file.
    """
    names.check(asked.name, reserved)
    guide, environment = _start(asked.start)
    choice = replace(asked.choice, guide=str(guide.data["name"]), environment=environment)
    report = Report("new", summary={"guide": choice.guide, "environment": asked.name})
    draft = drafts.draft(guide, choice, asked.model)
    report.add(draft.judged)
    if report.exit_code:
        report.summary["result"] = "nothing was written"
        say("nothing is written: what was asked for has mistakes")
        return report
    file = paths.ENVIRONMENTS / f"{asked.name}.yaml"
    written = text.of(draft, asked.name, asked.words)
    say(f"{paths.shown(file)}:\n\n{_indented(written)}")
    ask(f"Write {paths.shown(file)}?")
    files.put(file, written)
    try:
        validated = _validated(guide, asked, say)
    except BaseException as problem:
        file.unlink(missing_ok=True)
        if isinstance(problem, CannotAnswer):
            problem.why = "; ".join(filter(None, [problem.why, f"{paths.shown(file)} was not left behind"]))
        raise
    report.findings, report.checks = validated.findings, validated.checks
    if report.exit_code:
        file.unlink(missing_ok=True)
        report.summary["result"] = "nothing was left behind"
        say(f"{paths.shown(file)} was not left behind: it has mistakes")
        return report
    return _told(report, paths.shown(file), choice.guide, asked.name)


def _start(said: str) -> tuple[Source, str]:
    """The guide and the environment to start from; the guide's first one when none is named."""
    name, _, environment = said.partition("/")
    guide = catalogue.guide_source(name)
    return guide, environment or str(guide.data["environments"][0])


def _validated(guide: Source, asked: Asked, say: Say) -> Report:
    """The new environment in every size of its guide, from its file."""
    first = Choice(guide=str(guide.data["name"]), environment=asked.name)
    sizes = [replace(first, size=size) for size in guide.data["sizes"]]
    return matrix.several(sizes, say, fetch=asked.fetch)


def _told(report: Report, file: str, guide: str, name: str) -> Report:
    report.summary["result"] = f"{file} is written, and no mistake is in it"
    report.summary["file"] = file
    report.summary["next"] = [f"invoke {task} -g {guide} -e {name}" for task in ("validate", "show", "install")]
    return report


def _indented(written: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in written.splitlines(keepends=True))
