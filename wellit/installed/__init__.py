"""What is installed in a namespace, as helm has noted it, and validate's judgement of it. Nothing is written."""

from wellit.installed.judge import as_helm_prints, judge
from wellit.installed.notes import (
    DEPLOYED,
    Installed,
    applied,
    note,
    noted,
    nothing,
    revision,
    standing,
    there,
)

__all__ = [
    "DEPLOYED", "Installed", "applied", "as_helm_prints", "judge", "note", "noted", "nothing", "revision", "standing",
    "there",
]  # fmt: skip
