"""The command almost names a program that starts an engine.

With modelCommand custom the chart takes the command as it is. One letter too few, and the container ends at once:
Python finds no such module, the shell no such program.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_sever]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

from difflib import SequenceMatcher

from wellit import engines
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.seen.words import Word
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL194", "launcher-misspelt", "error", (MODELSERVICE,), "read", reads="role.containers role.create")
LIKE = 0.8
LETTERS = 2  # that a misspelt word may have more or fewer; more of them make another word


def check(subject: Subject) -> Items:
    for container in mains(subject):
        if container.own and not engines.of_words(container.words.texts):
            for line in container.words.commands or (container.words.words,):
                yield from _judge(container, line)


def _judge(container: Container, line: tuple[Word, ...]) -> Items:
    launchers = [launcher.split() for engine in engines.engines() for launcher in engine.data["launchers"]]
    for word, meant in _misspelt(line, launchers):
        whole = word.node.value == word.text
        yield Hit(
            word.node,
            f"the command of the {container.title} starts {word.text}, which nothing is called",
            write=meant,
            why="the container ends at once: there is no such program or module",
            fix=Fix(word.node, meant) if whole else None,
        )


def _misspelt(line: tuple[Word, ...], launchers: list[list[str]]) -> list[tuple[Word, str]]:
    """The word that is almost the one of a launcher that the others fit, and what it is meant to be."""
    texts = [word.text for word in line]
    if "-m" in texts[:3] and texts[0].rpartition("/")[2].startswith("python"):
        place, names = texts.index("-m") + 1, [words for words in launchers if len(words) == 1]
    else:
        place, names = 0, [words for words in launchers if len(words) > 1 or "." not in words[0]]
    for words in names:
        given = line[place : place + len(words)]
        wrong = [(g, w) for g, w in zip(given, words, strict=False) if g.text.rpartition("/")[2] != w]
        if len(given) == len(words) and len(wrong) == 1 and _like(wrong[0][0].text.rpartition("/")[2], wrong[0][1]):
            return wrong
    return []


def _like(written: str, meant: str) -> bool:
    """Whether it is almost the same; of a module's path in each part, for another package is another program."""
    ours, theirs = written.split("."), meant.split(".")
    return len(ours) == len(theirs) and all(
        SequenceMatcher(None, a, b).ratio() >= LIKE and abs(len(a) - len(b)) <= LETTERS
        for a, b in zip(ours, theirs, strict=True)
    )
