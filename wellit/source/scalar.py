"""What one word of YAML means, as helm reads it: its parser is not YAML 1.1 and not 1.2.

Times and ``1:30`` are text, numbers of more than 64 bits are floating point, a tag that it does not know is left out.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[oO]?[0-7]{1,22}|[1-9][0-9]{0,19}|0)")
_FLOATING = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
for _words, _value in (("y yes true on", True), ("n no false off", False)):
    for _word in _words.split():
        _CONSTANTS |= dict.fromkeys((_word, _word.capitalize(), _word.upper()), _value)
_NUMBERS = frozenset("+-.0123456789")
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def value(text: str, tag: str | None, plain: bool) -> Any:
    """The value of a scalar; `plain` when it stands without quotes and without a tag. Raises ValueError, in words."""
    if plain:
        return _plain(text)
    if tag in (_TAG + "null", _TAG + "bool", _TAG + "int", _TAG + "float"):
        return _plain(text)
    if tag == _TAG + "binary":
        try:
            return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
        except binascii.Error as problem:
            raise ValueError("this is not base64, which !!binary asks for") from problem
    return text


def _plain(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return _number(text) if text[0] in _NUMBERS else text


def _number(text: str) -> Any:
    if _NO_NUMBER.fullmatch(text):
        raise ValueError(f"helm takes no {text}: it hands values on as JSON, which has no such number")
    digits = text.replace("_", "")
    if _INTEGER.fullmatch(digits):
        octal = digits.lstrip("+-")[:1] == "0" and digits.lstrip("+-").isdecimal()
        number = int(digits, 8 if octal else 0)
        if _SMALLEST <= number <= _LARGEST:
            return number
    if _FLOATING.fullmatch(digits) and math.isfinite(floating := float(digits)):
        return floating
    return text
