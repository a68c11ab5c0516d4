"""Invoke's Program over our tasks: fewer core flags, did-you-mean, and exit codes that mean something.

scripts/invoke runs this. Plain `invoke` runs the same tasks with Invoke's own Program; wellit.cli then refuses the
core flags that it would have swallowed after a task's name.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import shlex
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from invoke import Argument, Collection, Exit, ParseError, Program

from wellit import __version__
from wellit.errors import did_you_mean
from wellit.paths import INVOKE

KEPT = ("complete", "help", "list", "print-completion-script", "version")
# What Program reads of the flags that are not kept. Invoke by itself keeps Python from writing .pyc files, which would
# have it compile us anew at every start.
UNSET = {"write-pyc": True, "debug": False, "list-format": "flat", "list-depth": 0}


NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
ROOM = (
    "make room there; WELLIT_CACHE names another folder for what wellit keeps, TMPDIR one for what it needs meanwhile"
)


class Wellit(Program):
    """Invoke with the core flags that make sense here."""

    def core_args(self) -> list[Argument]:
        return [argument for argument in super().core_args() if argument.name in KEPT]

    @property
    def args(self) -> Any:
        known = dict(super().args)
        return _Args(known | {name: _Unset(value) for name, value in UNSET.items()})

    def parse_core(self, argv: list[str] | None) -> None:
        """Completion asks this very script, by its path: `invoke` need not be on PATH, and may be another one."""
        script = io.StringIO()
        with contextlib.redirect_stdout(script):
            try:
                super().parse_core(_by_name(argv))
            finally:
                shown = re.sub(r"\binvoke(?= [^\n]*--complete)", shlex.quote(str(INVOKE)), script.getvalue())
                sys.__stdout__.write(shown) if sys.__stdout__ else None

    def update_config(self, merge: bool = True) -> None:
        """No core flag changes how tasks run."""
        self.config.load_overrides({}, merge=merge)

    def run(self, argv: list[str] | None = None, exit: bool = True) -> None:  # noqa: A002 - Invoke's own name
        try:
            try:
                super().run(argv, exit=False) if not exit else self._run(argv)
            finally:
                sys.stdout.flush()
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError as gone:  # the reader of our output has gone, and the answer is what it was
            _forget_output()
            sys.exit(gone.__context__.code if isinstance(gone.__context__, SystemExit) else 0)
        except OSError as problem:
            if problem.errno not in NO_ROOM:
                raise
            _forget_output()
            what = problem.filename or "the answer"
            print(f"error: {what} cannot be written: {problem.strerror}\n  = write: {ROOM}", file=sys.stderr)
            sys.exit(2)

    def _run(self, argv: list[str] | None) -> None:
        try:
            _no_empty_words(argv or [])
            self.create_config()
            self.parse_core(argv)
            self.parse_collection()
            self.parse_tasks()
            self.parse_cleanup()
            self.update_config()
            self.execute()
        except ParseError as problem:
            print(f"error: {self._say(str(problem))}", file=sys.stderr)
            sys.exit(2)
        except ValueError as problem:
            if not (wrong := re.search(r"invalid literal for int\(\).*: (.*)", str(problem))):
                raise
            print(f"error: {wrong[1]} is no whole number", file=sys.stderr)
            sys.exit(2)
        except Exit as end:
            if end.message:
                print(end.message, file=sys.stderr)
            sys.exit(end.code)

    def _say(self, message: str) -> str:
        """The parser's message with the nearest task or flag, or with what a file is named by."""
        if needs := re.match(r"Flag <Argument: (\w+).* needed value", message):
            return f"--{needs[1].strip('_').replace('_', '-')} says nothing: a word must stand after it"
        if lacks := re.match(r"'(.*?)' did not receive required positional arguments: (.*)", message):
            return f"{lacks[1]} says nothing of: {lacks[2].replace(chr(39), '')}; {lacks[1]} --help explains it"
        wrong = re.search(r"'([^']*)'", message)
        if wrong is None:
            return message
        word = wrong.group(1)
        if word.startswith("-"):
            hint = did_you_mean(word, self._flags())
            return f'unknown flag "{word}"; {hint or "see --help"}' if "No idea" in message else message
        if "No idea" in message:
            names = list(self.collection.task_names)
            if Path(word).suffix in (".yaml", ".yml", ".gotmpl") or Path(word).exists():
                return f'unknown task "{word}"; a file is named by a flag: validate --values {shlex.quote(word)}'
            hint = did_you_mean(word, names)
            return f'unknown task "{word}"; {hint}' if hint else f'unknown task "{word}"; invoke --list shows all'
        return message

    def _flags(self) -> list[str]:
        asked = [word for word in self.argv[1:] if word in self.parser.contexts]
        contexts = [self.parser.contexts[name] for name in asked] or list(self.parser.contexts.values())
        return sorted({flag for context in contexts for flag in context.flags})


def _forget_output() -> None:
    """What is still to be written to stdout goes nowhere: Python would try again, and fail again, when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _no_empty_words(argv: list[str]) -> None:
    """Refuse what a variable that is not set leaves behind: the flag would count as not given."""
    words = argv[: argv.index("--")] if "--" in argv else argv
    for before, word in pairwise(words):
        if word == "" or (word.startswith("--") and word.endswith("=")):
            flag = before if word == "" else word[:-1]
            raise ParseError(f"an empty word stands after {flag}; a variable that is not set makes one")


def _by_name(argv: list[str] | None) -> list[str] | None:
    """What is being completed begins with the program as it was typed, which may be a path; Invoke knows its name."""
    if argv is None or "--complete" not in argv or "--" not in argv[:-1]:
        return argv
    typed = argv.index("--") + 1
    return [*argv[:typed], "invoke", *argv[typed + 1 :]]


def _help_first(argv: list[str], names: Iterable[str]) -> list[str]:
    """`TASK ... --help` is a question about the task, also where Invoke would take --help for the task's first word."""
    words = argv[: argv.index("--")] if "--" in argv else argv
    task = next((word for word in words[1:] if word in names), None)
    asked = task and {"--help", "-h"} & set(words[words.index(task) :])
    return [argv[0], "--help", task] if task and asked else argv


class _Unset:
    def __init__(self, value: object) -> None:
        self.value = value


class _Args(dict[str, Any]):
    """Invoke reads core arguments both as items and as attributes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as missing:
            raise AttributeError(name) from missing


def main(argv: list[str] | None = None) -> None:
    """Run a task from the command line."""
    if sys.stdout is None:  # the next file that is opened would be stdout, for us and for helm
        print(
            "error: stdout is closed, and the answer goes there; nothing was done\n  = write: >/dev/null",
            file=sys.stderr,
        )
        sys.exit(2)
    from wellit.tasks import namespace

    assert isinstance(namespace, Collection)
    Wellit(
        version=__version__, namespace=namespace, name="wellit", binary="invoke", binary_names=["invoke", "inv"]
    ).run(_help_first(argv if argv is not None else ["invoke", *sys.argv[1:]], namespace.task_names))


if __name__ == "__main__":
    main()
