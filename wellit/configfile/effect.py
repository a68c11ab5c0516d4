"""Keys of a config file that have no effect: the command line says the same flag again, and the last one counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wellit.capabilities import Unknown
from wellit.configfile import kinds
from wellit.configfile.lint import Reader
from wellit.configfile.section import Section
from wellit.configfile.words import FileWord
from wellit.findings import Finding, Location
from wellit.flags import Given
from wellit.seen.graph import Component
from wellit.source import Keys, dotted

Lost = tuple[Keys, Section, str, str, Location]  # of a key: what it says, what counts instead, and where


def without(given: Iterable[tuple[Component, Section, Reader]]) -> list[Finding]:
    """A finding for each key that another word takes the effect of; one for all workers that it says the same of."""
    found: dict[tuple[str, str, Location], tuple[Keys, Section, list[str], Location]] = {}
    for component, section, reader in given:
        for keys, _, says, counts, at in _lost(component, section, reader):
            place = section.at(keys, key=True)
            found.setdefault((says, counts, place), (keys, section, [], at))[2].append(component.name)
    return [_finding(says, counts, place, *rest) for (says, counts, place), rest in found.items()]


def _finding(
    says: str, counts: str, place: Location, keys: Keys, section: Section, names: list[str], at: Location
) -> Finding:
    here = at.file == section.file.name
    message = f"{says} has no effect: " + (
        f"{counts} stands below it" if here else f"{' and '.join(names)} {_be(names)} started with {counts}"
    )
    write = "one of the two" if here else "take it away, or change what is set there"
    why = "the words of the file come first, and the last one counts"
    also = (("this counts", at),)
    return kinds.finding(kinds.NO_EFFECT, message, place, path=dotted(keys), write=write, why=why, also=also)


def _be(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _lost(component: Component, section: Section, reader: Reader) -> Iterator[Lost]:
    said = reader.words(section)
    texts = [*(word.text for word in said), *(word.text for word in component.arguments)]
    for mentions in _mentions(reader, texts):
        last = mentions[-1]
        for given in mentions[:-1]:
            if given.at < len(said) and (given.value, given.no) != (last.value, last.no):
                word = said[given.at]
                yield word.keys, section, _spoken(word, given), _words(last), _place(last, said, component, section)


def _mentions(reader: Reader, texts: list[str]) -> Iterator[list[Given]]:
    """For each flag that stands there more than once its mentions."""
    answer = reader.ask(texts)
    if isinstance(answer, Unknown):
        return
    by_flag: dict[str, list[Given]] = {}
    for given in answer.given:
        by_flag.setdefault(given.flag.key, []).append(given)
    yield from (mentions for mentions in by_flag.values() if len(mentions) > 1)


def _place(given: Given, said: list[FileWord], component: Component, section: Section) -> Location:
    if given.at < len(said):
        return section.at(said[given.at].keys, key=True)
    number = (given.values[-1][0] if given.values else given.at) - len(said)
    node = component.arguments[number].node
    return node.owner.locate(node.keys)


def _spoken(word: FileWord, given: Given) -> str:
    return f"{word.keys[-1]}: {given.value}" if given.values else f"{word.keys[-1]}: true"


def _words(given: Given) -> str:
    return f"{given.spelled} {given.value}".strip()
