"""What an answer that is none says of the stack (refusals.yaml): asked by smoke and by doctor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wellit import remembered

FILE = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class Refusal:
    """What it means, doctor's check of that ("" for none), and where to look next, as refusals.yaml names it."""

    means: str
    check: str
    look: str


def of(status: int, text: str, who: str = "gateway") -> Refusal | None:
    """What is known of an answer that came through a gateway, or from a frontend of Dynamo; None for nothing."""
    for one in remembered.data(FILE)[who]:
        if status in one["status"] and re.search(one["says"], text, re.IGNORECASE):
            return Refusal(one["means"], one["check"], one["look"])
    return None
