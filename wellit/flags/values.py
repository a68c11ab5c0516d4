"""Whether a flag takes a value: what the parser makes of the word, before the program looks at it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from wellit.flags.record import Flag

Wrong = Literal["", "type", "choice"]
_SHORT_NUMBER = re.compile(r"\d+(\.\d+)?[kKmMgGtT]?")
_DURATION = re.compile(r"[-+]?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+|[-+]?0")
_GO_BOOL = {"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"}
GO = ("pflag", "goflag")


def is_open(text: str) -> bool:
    """Whether a word is only known when the program starts: $PORT, $(PORT), {{ ... }}."""
    return "$" in text or "{{" in text


def is_duration(text: str) -> bool:
    """Whether Go reads it as a time: 200ms, 1h30m, 0."""
    return bool(_DURATION.fullmatch(text))


def wrong(flag: Flag, text: str, style: Mapping[str, Any]) -> Wrong:
    """What the parser holds against a value; "" when nothing, and when it is only known at the start."""
    if is_open(text) or text in _unsetting(flag, style):
        return ""
    kind = flag.kind.removeprefix("list[").removesuffix("]")
    parts = text.split(",") if flag.kind != kind else [text]
    if not all(_is_kind(part, kind, flag, style) for part in parts):
        return "type"
    if flag.choices and not all(_chosen(part, flag) for part in parts):
        return "choice"
    return ""


def _unsetting(flag: Flag, style: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that unset a flag, whatever its values are."""
    syntax = flag.data.get("syntax")
    both = style.get("none") or syntax == "None or empty = unset"
    return ("None", "") if both else ("None",) if syntax == "None = unset" else ()


def _is_kind(text: str, kind: str, flag: Flag, style: Mapping[str, Any]) -> bool:
    syntax = str(flag.data.get("syntax", ""))
    if kind == "int":
        return _is_int(text, syntax, go=style["parser"] in GO)
    if kind == "float":
        return _reads(float, text) and not (syntax == ">= 0" and float(text) < 0)
    if kind == "json":
        return _reads(json.loads, text)
    if kind == "bool":
        return style["parser"] not in GO or text in _GO_BOOL
    return kind != "duration" or is_duration(text)


def _is_int(text: str, syntax: str, go: bool) -> bool:
    if syntax.startswith("suffix"):
        special = ("-1", "auto") if "auto" in syntax else ()
        return bool(_SHORT_NUMBER.fullmatch(text)) or text in special or _reads(int, text)
    if go:
        return bool(re.fullmatch(r"[-+]?(0[xXoObB])?[0-9a-fA-F_]+", text)) and _reads(lambda word: int(word, 0), text)
    return _reads(int, text) and not (syntax == ">= 0" and int(text) < 0) and not (syntax == "> 0" and int(text) < 1)


def _chosen(text: str, flag: Flag) -> bool:
    if str(flag.data.get("syntax", "")).startswith("case-insensitive"):
        plain = {choice.lower().replace("-", "_") for choice in flag.choices}
        return text.lower().replace("-", "_") in plain
    same = [text] if flag.kind != "int" else [text, str(int(text))]
    return any(word in flag.choices for word in same)


def _reads(read: Callable[[str], Any], text: str) -> bool:
    try:
        read(text)
    except (ValueError, RecursionError):
        return False
    return True
