"""What the tests of inputs share."""

from __future__ import annotations


def say(_: str) -> None:
    """Nothing is to be said in these tests."""
