"""How a command of one's own starts an engine, and with which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wellit import flags
from wellit.engines import Engine
from wellit.seen.words import Word, Words


def own(said: Words, engine: Engine) -> tuple[str, tuple[Word, ...], str]:
    """How a command of one's own starts the engine, with which arguments, or why that is not to be seen."""
    found = starts(said, engine)
    if len(found) == 1:
        launcher, words = found[0]
        return (launcher, *_command(engine, words))
    return "", (), "its command starts it more than once" if found else "its command does not show how it is started"


def starts(said: Words, engine: Engine) -> list[tuple[str, tuple[Word, ...]]]:
    return [one for command in said.commands for one in _started(command, engine)]


def _started(command: Sequence[Word], engine: Engine) -> Iterator[tuple[str, tuple[Word, ...]]]:
    """How a command starts the engine, and with which words."""
    spoken = [word.text.rsplit("/", 1)[-1] if word.text.startswith("/") else word.text for word in command]
    for launcher in sorted(engine.data["launchers"], key=len, reverse=True):
        parts = launcher.split()
        for start in range(len(spoken) - len(parts) + 1):
            if spoken[start : start + len(parts)] == parts:
                yield launcher, tuple(command[start + len(parts) :])
                return


def _command(engine: Engine, words: tuple[Word, ...]) -> tuple[tuple[Word, ...], str]:
    """The words after the program's own command (trtllm-serve serve); what is unclear about another of its commands."""
    known = flags.program(engine.name)
    commands: list[str] = list(known.head.get("commands", ())) if known else []
    if words and words[0].text in commands:
        other = words[0].text != commands[0]
        return words[1:], f"the flags of {engine.title}'s {words[0].text} are not known" if other else ""
    return words, ""
