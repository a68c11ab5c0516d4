"""A key that nobody reads: what was meant by it, where it belongs, and how bad that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from wellit import errors
from wellit.findings import Finding
from wellit.schema import words
from wellit.schema.problems import Problem
from wellit.schema.walk import Node
from wellit.source import Key, Keys, dotted

# So like a known key that it is misspelt, not a key of somebody's own.
MISSPELT = 0.8
_SHOWN = 3
# What people write before the name of a key whose values they want to add to.
_MORE = re.compile("^(extra|additional|more|custom|default|common)(?=[A-Z])")
# How people name what is for an anchor, and no program's.
_OWN = ("x-", "_", ".")
# A name that stands in more places than this is meant in the part of the file that it was written in, and not far away.
_RARE = 2
_NEAR = 3


@dataclass(frozen=True)
class Unknown:
    """What is to be said. `owner` is whose form it is, when not the file's; `known` are the keys of its place."""

    write: str
    known: Sequence[str]
    owner: str = ""
    why: str = ""
    ignored: bool = False
    harmless: bool = False


def judge(root: Node, problem: Problem, prefix: Keys, other: str) -> Unknown:
    """What an unknown key is; `other` says which versions know it, as a clause."""
    *above, last = problem.keys
    name = str(last)
    known = sorted({key for node in root.at(above) for key in node.properties()} - {name})
    owner = str(_says_itself(root, above, "x-of") or "")
    is_open = not owner and bool(_open(root, above))
    near = errors.nearest(name, known)
    alike = bool(near) and _likeness(name, near) >= MISSPELT and not _spelt_right(root, name)
    places = [] if alike else _elsewhere(root, above, name, prefix)
    lost = problem.value not in (None, False, "", [], {})
    if is_open and (read := (_says_itself(root, above, "x-superseded") or {}).get(name)):
        return Unknown(f"remove it: {read} is read in its place", (), why=_why(owner, is_open, other), ignored=True)
    meant = alike or places or other or (above and (near or _of_the_chart(root, name)))
    return Unknown(
        write=_write(near, alike, places, known, other),
        known=known,
        owner=owner,
        why=_why(owner, is_open, other),
        harmless=is_open and ((not lost and bool(other)) or name.startswith(_OWN)),
        ignored=is_open and not (lost and meant),
    )


def of_one_cause(found: Iterable[Finding], unknown: str, missing: str) -> list[Finding]:
    """What is missing only because it is misspelt is said once."""
    listed = list(found)
    meant = {(f.path.rpartition(".")[0], f.write) for f in listed if f.id == unknown}
    return [f for f in listed if f.id != missing or (f.path.rpartition(".")[0], f.path.rpartition(".")[2]) not in meant]


def _write(near: str, alike: bool, places: Sequence[str], known: Sequence[str], other: str) -> str:
    if alike or (near and not places and not other):
        return near
    if places:
        return f"move it to {words.either(places[:_SHOWN])}"
    listed = f"; known here: {', '.join(known)}" if known else ""
    return f"another version of the chart, or remove it{listed}" if other else f"remove it{listed}"


def _why(owner: str, is_open: bool, other: str) -> str:
    if owner:
        return f"{owner} has no such field: the API server refuses the object, or the field is dropped without a word"
    said = f"the chart takes any key here and reads only those it knows: this one does nothing{'; ' if other else ''}"
    return (said if is_open else "") + other


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def _says_itself(root: Node, above: Sequence[Key], name: str) -> Any:
    """What the schemas of the map itself say, not those of its members' parents."""
    return next((n.schema[name] for start in root.at(above) for n in start.all() if name in n.schema), None)


def _open(root: Node, above: Sequence[Key]) -> object:
    """Whether helm takes any key in this map: it is open itself, or the whole chart is."""
    return _says_itself(root, above, "x-open") or root.schema.get("x-open")


def _elsewhere(root: Node, above: Sequence[Key], name: str, prefix: Keys) -> list[str]:
    """Where the key is known: nearest to where it stands first, and nothing that is much further away."""
    here = ["[]" if isinstance(key, int) else key for key in above]
    known = [keys for keys in root.elsewhere(name) if list(keys[:-1]) != here]
    steps = {keys: len(here) + len(keys) - 2 * _shared(here, keys) for keys in known}
    if here and len(known) > _RARE:
        known = [keys for keys in known if keys[0] == here[0]]
        known = [keys for keys in known if len(known) <= _RARE or steps[keys] <= _NEAR]
    found = [keys for keys in known if _may_be_meant(root, here, keys)]
    nearest = sorted(found, key=lambda keys: (steps[keys], keys))
    return [dotted((*prefix, *_numbered(keys, above))) for keys in nearest if steps[keys] == steps[nearest[0]]]


def _of_the_chart(root: Node, name: str) -> bool:
    """Whether the chart has a key of this name anywhere, not only somebody else's form in it; extraArgs is for args."""
    return any(_own(root, each) for each in {name, _MORE.sub("", name)})


def _spelt_right(root: Node, name: str) -> bool:
    """Whether the chart has a key of exactly this name elsewhere: it is in the wrong place then, not misspelt."""
    return any(keys[-1] == name for keys in _own(root, name))


def _own(root: Node, name: str) -> list[Keys]:
    """Where a key of this name, in small or capital letters, is the chart's own."""
    return [keys for keys in root.elsewhere(name) if not _form(root, keys[:-1])]


def _may_be_meant(root: Node, here: Sequence[Key], keys: Keys) -> bool:
    """Whether somebody who writes a key in `here` may mean the one at `keys`.

    Not one in a list beside it; and of somebody else's form only what stands at its top, near by and in no list: a name
    there is any.
    """
    shared = _shared(here, keys[:-1])
    inside = [place for place in range(shared + 1, len(keys)) if _form(root, keys[:place])]
    if inside and (inside[0] < len(keys) - 1 or keys[inside[0] - 1] == "[]" or not shared):
        return False
    return "[]" not in keys[shared:-1] or shared == len(here)


def _form(root: Node, keys: Sequence[Key]) -> bool:
    """Whether the value there is of somebody else's form."""
    return bool(_says_itself(root, [0 if key == "[]" else key for key in keys], "x-of"))


def _shared(here: Sequence[Key], keys: Sequence[Key]) -> int:
    return next((i for i, (a, b) in enumerate(zip(here, keys, strict=False)) if a != b), min(len(here), len(keys)))


def _numbered(keys: Sequence[Key], above: Sequence[Key]) -> list[Key]:
    """The path with the number of the list item that the key stands in, or of the first."""
    return [_number(above, i) if key == "[]" else key for i, key in enumerate(keys)]


def _number(above: Sequence[Key], place: int) -> Key:
    inside = place < len(above) and isinstance(above[place], int)
    return above[place] if inside else 0
