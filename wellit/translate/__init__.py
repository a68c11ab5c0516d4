"""invoke translate: one engine's command line in another engine's words.

listen    the words of a command line, as settings           (language: an engine's file as a vocabulary)
turn      those settings in the other engine's words         (result: what became of every word)
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TextIO

from wellit import engines, stranger
from wellit.engines import Engine
from wellit.errors import CannotAnswer
from wellit.images import Image
from wellit.translate.language import language
from wellit.translate.listen import listen
from wellit.translate.result import Item, Translation
from wellit.translate.turn import Turn

__all__ = ["Item", "Translation", "command", "command_line", "engine", "speaker", "target", "words_of"]

EXAMPLE = "invoke translate --to sglang -- vllm serve Qwen/Qwen3-32B --max-model-len 32768"
ENDS = (";", "&", "&&", "|", "||", ">", ">>", "<", "2>&1")  # words that end a command in a shell


def engine(name: str) -> Engine:
    """The engine of this name. Raises CannotAnswer when there is none."""
    known = {each.name: each for each in engines.engines()}
    if name not in known:
        raise stranger.engine(name, {each.name: [each.title, *each.data.get("aliases", ())] for each in known.values()})
    return known[name]


def target(name: str) -> Engine:
    """The engine that --to names. Raises CannotAnswer when it names none."""
    if not name:
        raise CannotAnswer("--to does not say which engine it is for", write=EXAMPLE)
    return engine(name)


def command_line(words: Sequence[str], pasted: TextIO) -> list[str]:
    """The words that were given: those after --, else what is pasted on stdin. Raises CannotAnswer for none."""
    if len(words) == 1:  # one word in quotes, or a program without arguments
        return words_of(words[0])
    if words:
        return list(words)
    found = [] if pasted.isatty() else words_of(pasted.read())
    if not found:
        raise CannotAnswer("there is no command line to translate", write=EXAMPLE)
    return found


def speaker(words: Sequence[str], said: str = "") -> Engine:
    """The engine whose command line this is: as `said`, or as the words tell. Raises CannotAnswer when they do not."""
    if said:
        return engine(said)
    images = (engines.of_image(Image.parse(word)) for word in words if "/" in word and not word.startswith("-"))
    found = engines.of_words(words) or next((each for each in images if each), None) or engines.of_flags(words)
    found = found or _knows_all(words)
    if found is None:
        names = ", ".join(each.name for each in engines.engines())
        raise CannotAnswer(
            "these words do not say which engine they are for",
            why="they have neither an engine's command nor flags that only one engine has",
            write=f"--from NAME; known: {names}",
        )
    return found


def _knows_all(words: Sequence[str]) -> Engine | None:
    """The one engine that has every flag of these words; None when none has, or several."""
    flags = {word.partition("=")[0] for word in words if word.startswith("--")}
    able = [each for each in engines.engines() if flags and all(language(each).meaning(flag)[0] for flag in flags)]
    return able[0] if len(able) == 1 else None


def words_of(text: str) -> list[str]:
    """A pasted command line as a shell reads it: the first command of it. Raises CannotAnswer for broken quotes."""
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=True)
    except ValueError as problem:
        raise CannotAnswer(
            f"this is no shell command: {problem}", write="a quote that is opened must be closed"
        ) from None
    end = next((number for number, word in enumerate(words) if word in ENDS), len(words))
    return [word for word in words[:end] if word != "$"]  # a prompt that was pasted with it


def command(words: Sequence[str], source: Engine, target: Engine, place: str = "") -> Translation:
    """One command line of `source` in the words of `target`. Raises CannotAnswer when they are the same."""
    if source is target:
        raise CannotAnswer(f"this is {source.title}'s already", write="--to another engine")
    made = Translation(source, target, place)
    return Turn(language(source), language(target), listen(words, source), made).all()
