"""A comparison for programs: schemas/comparison.schema.json."""

from __future__ import annotations

import json
from typing import Any

from wellit.compare.description import Description, Fact
from wellit.compare.difference import Comparison, Line

VERSION = 1
VERDICTS = {0: "ok", 1: "no", 2: "unknown"}


def render(found: Comparison) -> str:
    """One document, ending in a line break; what is the same is in it, too."""
    document = {
        "version": VERSION,
        "command": "compare",
        "verdict": VERDICTS[found.exit_code],
        "a": _side(found.a),
        "b": _side(found.b),
        "lines": [_line(line) for line in found.lines],
        "align": {"side": found.aligns[0], "words": list(found.aligns[1])} if found.aligns[1] else None,
        "notCompared": [
            {"role": one.role, "part": one.part, "what": one.what, "side": one.side, "because": one.because}
            for one in found.uncompared
        ],
        "summary": {
            "different": len(found.different),
            "matter": len([line for line in found.lines if line.matters]),
            "same": len(found.lines) - len(found.different),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _side(one: Description) -> dict[str, str]:
    return {"word": one.word, "kind": one.kind, "about": one.about}


def _line(line: Line) -> dict[str, Any]:
    return {
        "role": line.role, "part": line.part, "what": line.what, "same": line.same,
        "a": _fact(line.a), "b": _fact(line.b), "matters": list(line.matters),
        "align": {"side": line.of, "words": list(line.aligns)} if line.aligns else None,
    }  # fmt: skip


def _fact(fact: Fact | None) -> dict[str, str] | None:
    return {"value": fact.value, "by": fact.by, "note": fact.note} if fact else None
