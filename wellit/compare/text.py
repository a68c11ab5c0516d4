"""A comparison on the screen: what differs, by role, each line `what: A | B`."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.compare.description import ENGINES
from wellit.compare.difference import Comparison, Line
from wellit.report.style import Style, one_line

NONE = "none"
BARE = "a bare word"
THERE = "this part"


def render(found: Comparison, style: Style, *, everything: bool = False) -> str:
    """All of it, ending in a line break. `everything` shows what is the same, too."""
    lines = [f"A  {found.a.word}   {found.a.about}", f"B  {found.b.word}   {found.b.about}"]
    shown = [line for line in found.lines if everything or not line.same or line.matters]
    for title, group in _groups(shown):
        lines += ["", style.paint(title, "bold")]
        for run in _runs(group):
            for line in run:
                lines += _line(line, style)
            lines += _aligns(run)
    lines += _uncompared(found, style)
    lines += _together(found)
    return "\n".join([*lines, "", _sum(found, everything)]) + "\n"


def _groups(lines: list[Line]) -> Iterator[tuple[str, list[Line]]]:
    """By role and part; what prefill has just as decode has it is told once, of both."""
    decode = {(line.part, line.what): line for line in lines if line.role == "decode"}
    prefill = {(line.part, line.what): line for line in lines if line.role == "prefill"}
    both = {key for key in decode.keys() & prefill.keys() if _alike(decode[key], prefill[key])}
    groups: dict[str, list[Line]] = {}
    for line in lines:
        key = (line.part, line.what)
        if line.role in ENGINES and key in both:
            if line.role == "prefill":
                continue
            title = "decode and prefill"
        else:
            title = line.role
        groups.setdefault(f"{title} {line.part}".strip(), []).append(line)
    yield from groups.items()


def _alike(one: Line, other: Line) -> bool:
    return (one.a, one.b, one.matters) == (other.a, other.b, other.matters)


def _line(line: Line, style: Style) -> Iterator[str]:
    a, b = (one_line(fact.shown) if fact else NONE for fact in (line.a, line.b))
    by = _spelling(line)
    mark = style.paint("!", "red", "bold") if line.matters else " "
    told = a if line.same and a == b else f"{a} {style.paint('|', 'bold')} {b}"
    yield f"{mark} {style.paint(line.what or THERE, 'cyan')}{by}: {told}"
    for text in line.matters:
        yield from style.wrap(one_line(text), "    matters: ", "      ")


def _runs(lines: list[Line]) -> Iterator[list[Line]]:
    """Lines after one another that the same words would align; each of the others by itself."""
    run: list[Line] = []
    for line in lines:
        if run and (not line.aligns or line.aligns != run[-1].aligns):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _aligns(run: list[Line]) -> Iterator[str]:
    line = run[-1]
    if line.aligns:
        these = f" in these {len(run)}" if len(run) > 1 else ""
        yield f"    to make {line.of} as {_other(line.of)}{these}: {' '.join(line.aligns)}"


def _other(side: str) -> str:
    return "A" if side == "B" else "B"


def _together(found: Comparison) -> Iterator[str]:
    side, words = found.aligns
    if len(words) > 1:
        yield from ("", f"to make {side} as {_other(side)} as far as settings go:", f"  {' '.join(words)}")


def _spelling(line: Line) -> str:
    """The engines' own words for a setting, where they differ."""
    a, b = (fact.by if fact else "" for fact in (line.a, line.b))
    return f" ({a or BARE} | {b or BARE})" if a != b and (a or b) and line.a and line.b else ""


def _uncompared(found: Comparison, style: Style) -> Iterator[str]:
    """What was not compared, by reason."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for one in found.uncompared:
        what = f"{one.role} {one.part}".strip() + (f": {one.what}" if one.what else "")
        reasons.setdefault((one.side, one.because), []).append(what)
    if reasons:
        yield from ("", style.paint("not compared", "bold"))
    for (side, because), whats in reasons.items():
        yield from style.wrap(one_line(f"{', '.join(whats)}, because {side}: {because}"), "  ", "    ")


def _sum(found: Comparison, everything: bool) -> str:
    different = found.different
    same = len(found.lines) - len(different)
    if not found.answered:
        return "nothing could be compared: what one side says, the other does not"
    if not different:
        return f"the same in all {same} facts that both sides tell"
    marked = len([line for line in different if line.matters])
    counted = "1 difference" if len(different) == 1 else f"{len(different)} differences"
    told = f"{counted}, {marked} of them marked !" if marked else counted
    return f"{told}; {same} facts are the same" + ("" if everything or not same else " (--all shows them)")
