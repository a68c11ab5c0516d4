"""Words after ``--``, for every worker: put behind those of its component, where rules and the plan see them."""

from __future__ import annotations

from collections.abc import Sequence

from wellit.configfile import inserted
from wellit.configfile.inserted import Insert, Word
from wellit.errors import CannotAnswer
from wellit.findings import Location
from wellit.seen.graph import Component, workers
from wellit.subject import Subject


def with_words(subject: Subject, words: Sequence[str]) -> Subject:
    """The subject with more words for its workers. Raises CannotAnswer where nothing can stand behind their own."""
    inserts: dict[str, list[Insert]] = {}
    for component in workers(subject) if words else ():
        inserts.setdefault(component.graph.release.name, []).append(_insert(component, words))
    return inserted.subject(subject, inserts) if inserts else subject


def _insert(component: Component, words: Sequence[str]) -> Insert:
    last = component.words.words[-1].node.keys if component.words.words else ()
    if component.words.script or not isinstance(last[-1:] and last[-1], int):
        raise CannotAnswer(
            f"the words after -- cannot be given to {component.title}",
            why="its command is a script, or shows no words",
            write=f"--set {component.role or 'decode'}.args=[...]",
        )  # fmt: skip
    typed = tuple(Word(word, Location("-- of the command line", text=word), (*last[:-1], "--")) for word in words)
    return Insert(last[:-1], int(last[-1]) + 1, typed)
