"""Versions, as Semantic Versioning sorts them."""

from __future__ import annotations

import re

_SEMVER = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")

Order = tuple[int, int, int, bool, tuple[tuple[bool, int, str], ...]]


def order(version: str) -> Order | None:
    """A key that sorts versions as Semantic Versioning does (v1.2.0-rc.1 before v1.2.0); None for another word."""
    match = _SEMVER.fullmatch(version.strip())
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    parts = tuple(
        (not part.isdigit(), int(part) if part.isdigit() else 0, "" if part.isdigit() else part)
        for part in (pre or "").split(".")
        if part
    )
    return int(major), int(minor), int(patch), pre is None, parts
