"""Plain words for what a schema wants and what a file says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a map",
    "array": "a list",
    "null": "null",
}
_LONGEST = 60
ANY_TEXT = 'a template takes any text for yes, "false" as well'


def kinds(types: str | Iterable[str]) -> str:
    """What a schema's ``type`` wants: ``text or null``."""
    names = [types] if isinstance(types, str) else list(types)
    return either(_TYPES.get(name, name) for name in dict.fromkeys(names))


def either(names: Iterable[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    *most, last = list(names)
    return f"{', '.join(most)} or {last}" if most else last


def literal(value: Any) -> str:
    """A value as one writes it in YAML: text in quotes."""
    written = json.dumps(value, ensure_ascii=False, default=str)
    return written if len(written) <= _LONGEST else written[: _LONGEST - 1] + "…"


def said(value: Any) -> str:
    """What stands in the file: ``the text "two"``, ``the number 3``, ``a list``."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return literal(value)
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {literal(value)}"
    if isinstance(value, Mapping):
        return "a map" if value else "an empty map"
    if isinstance(value, Sequence):
        return "a list" if value else "an empty list"
    return f"the {type(value).__name__} {value}"


def meant(value: Any, types: str | Iterable[str], written: str) -> str:
    """What to write so that `value` gets one of `types`, or nothing when only the person can know."""
    wanted = {types} if isinstance(types, str) else set(types)
    if isinstance(value, str):
        return _unquoted(value.strip(), wanted)
    if isinstance(value, list | Mapping):
        return ""
    if "string" in wanted and value is not None:
        return literal(written or (str(value).lower() if isinstance(value, bool) else str(value)))
    return f"[{written}]" if "array" in wanted and written else ""


def _unquoted(text: str, wanted: set[str]) -> str:
    if "boolean" in wanted and text.lower() in ("true", "false", "yes", "no", "on", "off"):
        return "true" if text.lower() in ("true", "yes", "on") else "false"
    if wanted & {"integer", "number"} and text.removeprefix("-").isdigit():
        return text
    return f"[{text}]" if "array" in wanted and text and " " not in text else ""


_LIMITS = {
    "minimum": "be {} or more",
    "maximum": "be {} or less",
    "exclusiveMinimum": "be more than {}",
    "exclusiveMaximum": "be less than {}",
    "multipleOf": "be a multiple of {}",
    "minLength": "have {} characters or more",
    "maxLength": "have {} characters or fewer",
    "minItems": "have {} items or more",
    "maxItems": "have {} items or fewer",
    "minProperties": "have {} members or more",
    "maxProperties": "have {} members or fewer",
    "pattern": "match {}",
    "format": "be a {}",
}


def must(keyword: str, value: Any) -> str:
    """What a keyword of a schema asks, to complete ``NAME must ...``."""
    if keyword == "enum":
        return f"be {either(literal(v) for v in value)}"
    if keyword == "const":
        return f"be {literal(value)}"
    if keyword == "uniqueItems":
        return "name nothing twice"
    if keyword in ("minLength", "minItems", "minProperties") and value == 1:
        return "not be empty"
    return _LIMITS.get(keyword, "have another form").format(value)


def below(path: str, otherwise: str = "") -> str:
    """`` in PATH``, or what is said of the file itself."""
    return f" in {path}" if path else f" {otherwise}".rstrip()
