"""Keys of a config file that have no effect: the command line says the same flag again, and the last one counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wellit.capabilities import Unknown
from wellit.configfile import kinds
from wellit.configfile.lint import Reader
from wellit.configfile.section import Section
from wellit.configfile.words import FileWord
from wellit.findings import Finding, Location
from wellit.flags import Given
from wellit.overrides import masked_words
from wellit.seen.graph import Component
from wellit.source import Keys, dotted


@dataclass(frozen=True)
class Overruled:
    """A key of a file that another word takes the effect of: the numbers of its words among those of the file.

    `says` is the key, `counts` what counts instead, at `at`; `differs` whether that is something else.
    """

    component: str
    section: Section
    keys: Keys
    numbers: tuple[int, ...]
    says: str
    counts: str
    at: Location
    differs: bool


def overruled(component: Component, section: Section, reader: Reader) -> list[Overruled]:
    """The keys of a section that have no effect on a worker."""
    said = reader.words(section)
    answer = reader.ask([*(word.text for word in said), *(word.text for word in component.arguments)])
    if isinstance(answer, Unknown):
        return []
    by_flag: dict[str, list[Given]] = {}
    for given in answer.given:
        by_flag.setdefault(given.flag.key, []).append(given)
    return [
        _overruled(component, section, said, given, mentions[-1])
        for mentions in by_flag.values()
        for given in mentions[:-1]
        if given.at < len(said)
    ]


def _overruled(
    component: Component, section: Section, said: list[FileWord], given: Given, last: Given
) -> Overruled:  # fmt: skip
    word = said[given.at]
    numbers = (given.at, *(number for number, _ in given.values))
    _, value = masked_words([given.spelled, given.value if given.values else "true"])
    says = f"{word.keys[-1]}: {value}"
    counts = " ".join(masked_words([last.spelled, last.value])).strip()
    differs = (given.value, given.no) != (last.value, last.no)
    at = _place(last, said, component, section)
    return Overruled(component.name, section, word.keys, numbers, says, counts, at, differs)


def _place(given: Given, said: list[FileWord], component: Component, section: Section) -> Location:
    if given.at < len(said):
        return section.at(said[given.at].keys, key=True)
    number = (given.values[-1][0] if given.values else given.at) - len(said)
    node = component.arguments[number].node
    return node.owner.locate(node.keys)


def findings(found: Iterable[Overruled]) -> Iterator[Finding]:
    """A finding for each key that says something else than what counts; one for all workers that it is the same of."""
    same: dict[tuple[str, str, Location], list[Overruled]] = {}
    for one in found:
        if one.differs:
            same.setdefault((one.says, one.counts, one.section.at(one.keys, key=True)), []).append(one)
    for (says, counts, place), those in same.items():
        names = list(dict.fromkeys(one.component for one in those))
        first = those[0]
        here = first.at.file == first.section.file.name
        are = "is" if len(names) == 1 else "are"
        instead = f"{counts} stands below it" if here else f"{' and '.join(names)} {are} started with {counts}"
        yield kinds.finding(
            kinds.NO_EFFECT, f"{says} has no effect: {instead}", place, path=dotted(first.keys),
            write="one of the two" if here else "take it away, or change what is set there",
            why="the words of the file come first, and the last one counts", also=(("this counts", first.at),),
        )  # fmt: skip
