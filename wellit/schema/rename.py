"""When a key is so near to a known one that it may be renamed without asking."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from wellit.findings import Edit, Location
from wellit.schema.walk import Node
from wellit.source import Keys, lookup

SURE = 0.8  # how like its right name a key must be


def edit(
    root: Node, data: Any, keys: Keys, at: Location, known: Sequence[str], *, merged: bool = False
) -> dict[str, Any]:
    """What a finding has of the edit that gives the key at `keys` its right name: `fix`, or `by_hand` with the reason.

    Nothing where more than one name of `known` is near, the right one does not take the value, or is there already;
    in `merged` data it may be there from another file.
    """
    *above, name = keys
    try:
        there = lookup(data, above)
        value = there[name]
    except (KeyError, TypeError):
        return {}
    alike = difflib.get_close_matches(str(name), known, n=2, cutoff=SURE)
    if len(alike) != 1 or not isinstance(there, Mapping) or (alike[0] in there and not merged):
        return {}
    if not _takes(root.says((*above, alike[0]), "type"), value):
        return {}
    if at.in_file:
        return {"fix": Edit(at, alike[0])} if at.words == name else {}
    return {"by_hand": "it stands on the command line" if at.typed else "it stands in no file"}


def _takes(types: Any, value: Any) -> bool:
    from jsonschema import Draft202012Validator

    listed = [types] if isinstance(types, str) else types or []
    return not listed or any(Draft202012Validator.TYPE_CHECKER.is_type(value, each) for each in listed)
