"""What is known of the fields of a kind: which cannot be changed, which make pods anew (schemas/apis.yaml). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from wellit import paths, remembered
from wellit.demand import Kind


@dataclass(frozen=True)
class About:
    """Of one kind: paths of fields, each with all that is below it.

    `fixed` cannot be changed afterwards, `assigned` are given by the API server, `pods` make every pod anew, `says`
    what a change of a field means, `loses` what goes for good with an object that is deleted.
    """

    fixed: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict, hash=False)
    loses: str = ""


def about(kind: Kind) -> About:
    """What is known of a kind; nothing, for one that is not in the file."""
    return _known().get((kind.group, kind.kind), About())


@cache
def _known() -> dict[tuple[str, str], About]:
    found: dict[tuple[str, str], About] = {}
    for api in remembered.data(paths.SCHEMAS / "apis.yaml").values():
        for kind, said in api.get("changes", {}).items():
            known = About(
                tuple(said.get("fixed", ())), tuple(said.get("assigned", ())), tuple(said.get("pods", ())),
                said.get("says", {}), said.get("loses", ""),
            )  # fmt: skip
            found |= {(group, kind): known for group in api["groups"]}
    return found
