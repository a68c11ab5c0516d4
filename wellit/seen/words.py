"""A container's command line, word by word, each with its place in the values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wellit.flags import is_open
from wellit.node import Node, whole
from wellit.seen import shell

CONFIG_FILES = ("--config", "--disagg-config")  # the same in every engine, and Dynamo's: more flags, from a file
SEVERAL = re.compile(r"ARGS|FLAGS|OPT|EXTRA", re.IGNORECASE)  # names of variables that hold flags


@dataclass(frozen=True)
class Word:
    text: str
    node: Node


@dataclass(frozen=True)
class Given:
    """A flag that is given: its value, and where."""

    flag: str
    value: str
    node: Node

    @property
    def number(self) -> int | None:
        return whole(self.value)

    @property
    def open(self) -> bool:
        """Whether the value is only known when the container starts ($PORT, $(PORT), {{ ... }})."""
        return is_open(self.value)


@dataclass(frozen=True)
class Words:
    """The words of command and args. `unclear` says why they cannot be read, "" when they can.

    Of a script `commands` are those that it runs, and `lost` the words after it, which it does not look at.
    """

    words: tuple[Word, ...]
    unclear: str = ""
    commands: tuple[tuple[Word, ...], ...] = ()
    lost: tuple[Word, ...] = ()
    script: bool = False

    @property
    def texts(self) -> list[str]:
        return [word.text for word in self.words]

    def given(self, flag: str) -> Given | None:
        """The last mention of a flag, as ``--flag value`` or ``--flag=value``; the last one is what counts."""
        return next(iter(reversed(list(self.mentions(flag)))), None) if flag else None

    @property
    def elsewhere(self) -> str:
        """Why a flag may be given although these words do not have it; "" when it cannot."""
        if self.unclear:
            return self.unclear
        if file := next(filter(None, map(self.given, CONFIG_FILES)), None):
            return f"{file.flag} {file.value} may give it"
        return "its words are only known when it starts" if any(self._more_flags()) else ""

    def _more_flags(self) -> Iterator[bool]:
        """For each word, whether it may turn out to be flags when the container starts ($ARGS, not --model $MODEL)."""
        before = ""
        for text in self.texts:
            is_value = before.startswith("-") and "=" not in before
            yield text.startswith("$") and (not is_value or bool(SEVERAL.search(text)))
            before = text

    def mentions(self, flag: str) -> Iterator[Given]:
        wanted = _plain(flag)
        for number, word in enumerate(self.words):
            name, equals, value = word.text.partition("=")
            if not word.text.startswith("-") or _plain(name) != wanted:
                continue
            following = self.words[number + 1] if number + 1 < len(self.words) else None
            if not equals and following and not following.text.startswith("-"):
                yield Given(flag, following.text, following.node)
            else:
                yield Given(flag, value, word.node)


def read(*parts: Node) -> Words:
    """The words of a container's command and args; a script after ``sh -c`` is taken apart like a shell does."""
    for node in parts:
        if node.value is not None and not isinstance(node.value, list):
            return Words((), f"{node.keys[-1]} is not a list of words")
    words = [Word(str(node.value), node) for part in parts for node in part]
    at = shell.script_at([word.text for word in words])
    if at is None:
        return Words(tuple(words), commands=(tuple(words),))
    script, after = words[at], tuple(words[at + 1 :])
    try:
        commands = [tuple(Word(text, script.node) for text in texts) for texts in shell.commands(script.text)]
    except ValueError as problem:
        return Words(tuple(words), f"its script is no shell command: {problem}", script=True)
    if shell.reads_its_words(script.text):
        return Words(tuple(words), "its script puts words together", script=True)
    spoken = (*words[:at], *(word for command in commands for word in command))
    return Words(spoken, commands=tuple(commands), lost=after, script=True)


def _plain(flag: str) -> str:
    return flag.lstrip("-").replace("_", "-")
