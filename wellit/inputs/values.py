"""Values files of anybody's: which files are meant, and which chart each of them is for.

``--values`` is a file, a folder, a pattern or ``-``; ``--chart`` goes with it by order, and one may do for all. A file
that says it itself needs none, in the comment it begins with::

    # wellit: chart llm-d-modelservice@v0.4.9 release ms-chat
"""

from __future__ import annotations

import glob
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wellit import errors, paths, source, subject
from wellit.errors import CannotAnswer
from wellit.findings import Finding
from wellit.source import BadSource, Source

STDIN = "-"
STDIN_NAME = "stdin"
SUFFIXES = (".yaml", ".yml")
EXAMPLE = "llm-d-modelservice@v0.4.9"
_COMMENT = re.compile(r"#\s*wellit:\s*(.*)")
_WORDS = ("chart", "release", "namespace")
_HEAD = 4096  # characters of a file in which its first comment must stand


@dataclass(frozen=True)
class ValuesFile:
    """One values file: the chart as ``NAME@VERSION``, the release's name ("" for the file's), its text when read."""

    name: str
    chart: str = ""
    release: str = ""
    namespace: str = ""
    text: str | None = None
    at: str = ""  # where the chart is said, when a comment says it

    def load(self) -> Source:
        """The file with its positions. Raises BadSource."""
        return source.load(Path(self.name), self.name) if self.text is None else source.parse(self.text, self.name)

    def made(self) -> subject.Release:
        """The release of these values. Raises BadSource when the file cannot be read, CannotAnswer for its chart."""
        chart, version = _known(self)
        made = subject.from_source(self.load(), chart, version, self.release)
        return replace(made, namespace=self.namespace)


def files(values: Sequence[str], charts: Sequence[str]) -> list[ValuesFile]:
    """The files that are meant, each with its chart. Raises CannotAnswer when that cannot be told."""
    if not values:
        raise CannotAnswer(
            "--chart says what a values file is for, and there is no --values",
            write=f"--values FILE --chart {charts[0]}",
        )
    for word in charts:
        subject.chart_version(word)
    groups = [[_said(name) for name in _meant(word)] for word in values]
    found = [file for group in groups for file in group]
    _once(found)
    if len(charts) == len(values):
        return [_of(file, word, group) for group, word in zip(groups, charts, strict=True) for file in group]
    return list(_paired(found, charts))


def that_say_their_chart(words: Sequence[str]) -> tuple[list[str], int]:
    """Of the files that `words` mean those whose first comment says the chart, and how many others there are."""
    found = [name for word in words for name in _meant(word)]
    _there(found)
    own = [name for name in found if _said(name).chart]
    return own, len(found) - len(own)


def together(wanted: Iterable[ValuesFile]) -> subject.Subject:
    """The releases of several files, to be judged together; a file that cannot be read becomes a finding."""
    releases: list[subject.Release] = []
    unreadable: list[Finding] = []
    for file in wanted:
        try:
            releases.append(file.made())
        except BadSource as bad:
            unreadable.append(bad.finding)
    return subject.Subject(tuple(releases), unreadable=tuple(unreadable))


def _known(file: ValuesFile) -> tuple[str, str]:
    try:
        return subject.chart_version(file.chart)
    except CannotAnswer as problem:
        problem.where = file.at
        raise


def _meant(word: str) -> list[str]:
    """The files of one --values. Raises CannotAnswer when there is none: nothing checked is no success."""
    if word == STDIN or Path(word).is_file():
        return [word]
    if Path(word).is_dir():
        found = sorted(_below(Path(word)))
        if not found:
            raise CannotAnswer(f"no values file is in the folder {word}", why=_looked(), write="--values FILE")
        return found
    if glob.has_magic(word):
        found = sorted(name for name in glob.glob(word, recursive=True) if Path(name).is_file())  # noqa: PTH207
        if not found:
            raise CannotAnswer(f"no file matches --values {word}", write="a pattern as in 'values/*.yaml', in quotes")
        return found
    return [word]


def _below(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if file.suffix in SUFFIXES and file.is_file() and not hidden:
            yield str(file)


def _looked() -> str:
    return f"files that end in {' or '.join(SUFFIXES)} are looked for, in its folders too"


def _there(names: Iterable[str]) -> None:
    for name in names:
        if name != STDIN and not Path(name).exists():
            write = "the flags before the --" if name.startswith("--") else "check the path"
            raise CannotAnswer(f"there is no file {name}", write=write)


def _once(found: Sequence[ValuesFile]) -> None:
    seen: dict[Path | str, str] = {}
    for file in found:
        same: Path | str = STDIN if file.text is not None else Path(file.name).resolve()
        if same in seen:
            also = "" if seen[same] == file.name else f", the other time as {seen[same]}"
            raise CannotAnswer(
                f"--values has {file.name} twice{also}",
                why="two releases of the same values would only be held against each other",
                write="each file once; two releases of one chart need two files",
            )
        seen[same] = file.name


def _of(file: ValuesFile, chart: str, group: Sequence[ValuesFile]) -> ValuesFile:
    """A file with the --chart beside its --values; of a folder's files those that say their own keep it."""
    return file if file.chart and len(group) > 1 else replace(file, chart=chart, at="")


def _paired(found: Sequence[ValuesFile], charts: Sequence[str]) -> Iterator[ValuesFile]:
    """Files with their charts: those that say none take what --chart says, one for all or by order."""
    silent = [file for file in found if not file.chart]
    names = _several([file.name for file in silent])
    if silent and not charts:
        _there(file.name for file in silent if file.text is None)
        raise CannotAnswer(
            f"nothing says which chart {names} {'is' if len(silent) == 1 else 'are'} for",
            why="what a chart accepts differs between its versions; helm list shows which one is installed",
            write=f"--chart {EXAMPLE}, or as the file's first line: # wellit: chart {EXAMPLE}",
        )
    if len(charts) not in (0, 1, len(silent)) or (charts and not silent):
        without = f"{len(silent)} files without a chart of their own: {names}" if silent else "no file without one"
        raise CannotAnswer(
            f"{len(charts)} --chart, and {without}",
            why="they pair by order; one --chart does for all files",
            write=f"--values FILE --chart {EXAMPLE}",
        )
    left = iter(charts if len(charts) == len(silent) else [*charts] * len(silent))
    for file in found:
        yield file if file.chart else replace(file, chart=next(left))


def _said(name: str) -> ValuesFile:
    """A file with what its first comment says."""
    if name == STDIN:
        text = sys.stdin.read()
        return _with_comment(ValuesFile(STDIN_NAME, text=text), text)
    try:
        with Path(name).open(encoding="utf-8", errors="replace") as file:
            return _with_comment(ValuesFile(name), file.read(_HEAD))
    except OSError:
        return ValuesFile(name)


def _with_comment(file: ValuesFile, text: str) -> ValuesFile:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(("#", "---", "\ufeff#")):
            break
        if (found := _COMMENT.match(line.lstrip("\ufeff "))) and not found[1].startswith("ignore"):
            return _comment(file, found[1].split(), f"{file.name}:{number}:{line.index('wellit') + 1}")
    return file


def _comment(file: ValuesFile, words: Sequence[str], where: str) -> ValuesFile:
    said = dict(zip(words[::2], words[1::2], strict=False))
    for word in words[::2]:
        if word not in _WORDS:
            raise errors.unknown("word after wellit:", word, (*_WORDS, "ignore"), where=where)
    if len(words) % 2:
        raise CannotAnswer(f"{words[-1]} says nothing", where=where, write=f"# wellit: chart {EXAMPLE} release NAME")
    return replace(file, at=where, **said)


def _several(names: Sequence[str]) -> str:
    shown = [paths.shown(Path(name)) if name != STDIN_NAME else name for name in names]
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")
