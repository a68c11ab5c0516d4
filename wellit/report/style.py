"""How text reaches a screen: colour, width, and how many cells a character takes. Plain ANSI codes, no library."""

from __future__ import annotations

import os
import textwrap
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

TAB = 4
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
LONGEST = 2000  # characters of one sentence, or of one line of a file, that are shown
# What turns text around, or ends a line without being a line break.
_TURNS_TEXT_AROUND = frozenset("\u061c\u2028\u2029\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Style:
    """What the stream can show. `width` is None where nobody looks: a pipe gets whole lines."""

    colour: bool = False
    width: int | None = None
    ascii: bool = False

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str] = os.environ) -> Style:
        """The style of `stream`: colour and width only on a terminal, and no colour under NO_COLOR or TERM=dumb.

        FORCE_COLOR makes anything a terminal: that is how the pictures of the documentation are drawn.
        """
        encoding = (getattr(stream, "encoding", None) or "ascii").lower()
        plain = not encoding.startswith("utf")
        if not stream.isatty() and not environ.get("FORCE_COLOR"):
            return cls(ascii=plain)
        colour = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        return cls(colour, _columns(stream, environ), plain)

    def paint(self, text: str, *names: str) -> str:
        """`text` in the colours `names` (bold, dim, red, green, yellow, blue, cyan), or as it is."""
        if not self.colour or not text:
            return text
        return f"\x1b[{';'.join(_CODES[n] for n in names)}m{text}\x1b[0m"

    def wrap(self, text: str, first: str = "", rest: str = "") -> list[str]:
        """`text` in lines no wider than the terminal, the first after `first`, the others after `rest`."""
        if self.width is None:
            return [first + text]
        wrapper = textwrap.TextWrapper(max(self.width, len(rest) + 20), first, rest)
        wrapper.break_long_words = wrapper.break_on_hyphens = False
        return wrapper.wrap(text) or [first]


def _columns(stream: TextIO, environ: Mapping[str, str]) -> int:
    if (said := environ.get("COLUMNS", "")).isdigit() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes: two for a wide character, none for a combining one."""
    return sum(_cell(c) for c in text)


def _cell(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def clean(text: str) -> str:
    """One line that cannot steer a terminal: tabs become spaces, control characters their visible pictures."""
    out, column = [], 0
    for char in text:
        if char == "\t":
            char = " " * (TAB - column % TAB)
        elif char < " ":
            char = chr(0x2400 + ord(char))
        elif "\x7f" <= char < "\xa0" or char in _TURNS_TEXT_AROUND:
            char = "\ufffd"
        out.append(char)
        column += len(char) if char[0] == " " else _cell(char)
    return "".join(out)


def one_line(text: str) -> str:
    """`text` with its line breaks made spaces, cleaned."""
    text = " ".join(text[: LONGEST + 1].split("\n")).strip()
    return clean(text if len(text) <= LONGEST else text[:LONGEST] + "…")


def block(text: str, indent: str) -> list[str]:
    """`text` line by line behind `indent`, cleaned, without wrapping: it is there to be copied."""
    return [(indent + clean(line)).rstrip() for line in textwrap.dedent(text).strip("\n").split("\n")]


def counted(number: int, name: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
