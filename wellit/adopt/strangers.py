"""A namespace without helm releases in which a stack is all the same: kubectl, or another tool, has put it there."""

from __future__ import annotations

from wellit import catalogue
from wellit.access import Access
from wellit.compare import live
from wellit.demand import Kind
from wellit.errors import CannotAnswer, Refused


def refused(access: Access, namespace: str) -> Refused | None:
    """Why what is there is not adopted, and how it gets into helm's hands; None where nothing of a stack is there."""
    try:
        found = live.objects(access, namespace).all
    except CannotAnswer:
        return None
    named = [one for one in found if one["kind"] in live.STACK and not (one["metadata"].get("ownerReferences"))]
    listed = ", ".join(f"{one['kind']} {one['metadata']['name']}" for one in named)
    kinds = {f"{Kind(one['apiVersion'], one['kind']).group}/{one['kind']}" for one in named}
    guides = [name for name in catalogue.guide_names() if kinds & _carried(name)]
    plan = f"invoke plan -g {' or '.join(guides) or 'GUIDE'} -n {namespace} {access.invoke_flags}".strip()
    return Refused(
        f"no helm release is in the namespace {namespace} on {access.label}, and yet a stack is: {listed}",
        why="a stack is a set of helm releases: what helm has not applied, it neither takes back nor removes",
        write=f"{plan} has the commands that give each object to its release; "
        "after them it says what would change, and the same install takes them over",
    )


def _carried(guide: str) -> set[str]:
    """The kinds that a guide's way is made of, by group and kind, as its prerequisites name them."""
    steps = catalogue.way_of(catalogue.guide_source(guide)).prerequisites
    return {str(step["chart"]["carries"]) for step in steps if "carries" in step["chart"]}
