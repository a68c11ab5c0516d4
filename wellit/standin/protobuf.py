"""The little of protobuf that is needed here: messages of texts, numbers and messages in them."""

from __future__ import annotations

from collections.abc import Iterable

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
Fields = dict[int, list[int | bytes]]


def read(message: bytes) -> Fields:
    """What a message has, by the numbers of its fields. Raises ValueError for what is no message."""
    found: Fields = {}
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        kind = key & 7
        value: int | bytes
        if kind == VARINT:
            value, at = _number(message, at)
        elif kind in (BYTES, FIXED64, FIXED32):
            length = {FIXED64: 8, FIXED32: 4}.get(kind, 0)
            if kind == BYTES:
                length, at = _number(message, at)
            value, at = message[at : at + length], at + length
        else:
            raise ValueError(f"a field of kind {kind}")
        if at > len(message):
            raise ValueError("the message ends too early")
        found.setdefault(key >> 3, []).append(value)
    return found


def text(fields: Fields, number: int) -> str:
    """The text in a field; "" when it is not there."""
    found = fields.get(number, [b""])[-1]
    return found.decode(errors="replace") if isinstance(found, bytes) else ""


def messages(fields: Fields, number: int) -> list[Fields]:
    """The messages in a field."""
    return [read(found) for found in fields.get(number, []) if isinstance(found, bytes)]


def put_number(field: int, value: int) -> bytes:
    return _varint(field << 3 | VARINT) + _varint(value)


def put_bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | BYTES) + _varint(len(value)) + value


def put_numbers(field: int, values: Iterable[int]) -> bytes:
    """Numbers in a repeated field, packed."""
    return put_bytes(field, b"".join(map(_varint, values)))


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message):
        byte, at = message[at], at + 1
        value, shift = value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("the message ends within a number")
