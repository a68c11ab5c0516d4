"""What is known of a word that a version does not have as a flag: another spelling, another version's, a near one."""

from __future__ import annotations

from wellit.errors import nearest
from wellit.flags.data import Line, Program
from wellit.flags.record import Flag


def respelt(line: Line, word: str) -> str:
    """The flag that is meant by a word with _ for - or the reverse, or with one dash too few; "" when none is."""
    plain = word.lstrip("-").replace("_", "-")
    same = (name for name in line.program.names if name.lstrip("-").replace("_", "-") == plain and line.named(name))
    return next(same, "") if len(plain) > 1 else ""


def near(line: Line, word: str) -> str:
    """The flag that was probably meant by a misspelt one."""
    found = nearest(word, line.spellings, likeness=0.75)
    return found if found.startswith("--") and word.startswith("--") else ""


def elsewhere(line: Line, word: str) -> str:
    """In which versions a flag is known that this one has not, as a clause; "" when none is known to have it."""
    program, having = line.program, line.program.versions_with(word)
    if not having:
        return ""
    here = program.versions.index(line.version)
    earlier = [version for version in having if program.versions.index(version) < here]
    if earlier and len(earlier) < len(having):
        return f"{earlier[-1]} and {having[len(earlier)]} have it"
    if earlier:
        return f"{earlier[-1]} still has it"
    return f"{having[0]} is the first that has it"


def instead(line: Line, word: str) -> str:
    """What this version calls a flag of another version; "" when nothing is known to be the same."""
    program = line.program
    for version in program.versions_with(word):
        flag = program.exactly(version).named(word)
        if not flag:
            continue
        replaced = str(flag.data.get("replacedBy", ""))
        if replaced and (word in flag.negations or line.named(replaced.split()[0].partition("=")[0])):
            return replaced
        if here := program.flag(flag.key, line.version):
            return _same(flag, here, word)
    return _former(program, line, word)


def _same(flag: Flag, here: Flag, word: str) -> str:
    if word in flag.negations:
        return here.negations[0] if here.negations else ""
    return here.name


def _former(program: Program, line: Line, word: str) -> str:
    """The flag that this version has, and that a later one replaced by the word."""
    replaced = (flag.name for flag in line.all() if _replaced(program, flag.key) == word)
    return next(replaced, "")


def _replaced(program: Program, key: str) -> str:
    record = program.records.get(key, {})  # an engine's flag is in a list of its own
    changed = [change.get("replacedBy", "") for change in record.get("changes", {}).values()]
    return str(next(filter(None, [record.get("replacedBy", ""), *changed]), ""))
