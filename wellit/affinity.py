"""Which nodes the pods of a template must go to by their affinity, and whether they must be apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wellit.cluster import Node

Manifest = Mapping[str, Any]
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
HOST = "kubernetes.io/hostname"


def terms(spec: Manifest) -> Sequence[Manifest] | None:
    """The terms of which a node must meet one; None when a pod may go anywhere."""
    wanted = ((spec.get("affinity") or {}).get("nodeAffinity") or {}).get(REQUIRED)
    return None if not wanted else wanted.get("nodeSelectorTerms") or []


def chosen(wanted: Sequence[Manifest], node: Node) -> bool:
    """Whether a node meets one of the terms; an empty term is met by none."""
    return any(_meets(term, node) for term in wanted)


def words(wanted: Sequence[Manifest]) -> str:
    """The terms in short: ``gpu In a, b and zone Exists, or ...``."""
    return ", or ".join(" and ".join(map(_said, _expressions(term))) for term in wanted)


def lacking(wanted: Sequence[Manifest], node: Node) -> dict[str, str]:
    """Labels that would make a node meet the first of the terms, as far as labels can."""
    found: dict[str, str] = {}
    for one in (wanted[0].get("matchExpressions") or []) if wanted else []:
        if not _holds(one, node.labels) and one["operator"] in ("In", "Exists"):
            found[one["key"]] = str((one.get("values") or ["true"])[0])
    return found


def apart(spec: Manifest, labels: Mapping[str, str]) -> bool:
    """Whether no two of these pods may be on one node."""
    wanted = ((spec.get("affinity") or {}).get("podAntiAffinity") or {}).get(REQUIRED) or []
    return any(one.get("topologyKey") == HOST and _selects(one.get("labelSelector") or {}, labels) for one in wanted)


def _meets(term: Manifest, node: Node) -> bool:
    by_label, by_field = term.get("matchExpressions") or [], term.get("matchFields") or []
    held = [_holds(one, node.labels) for one in by_label]
    held += [_holds(one, {"metadata.name": node.name}) for one in by_field]
    return bool(held) and all(held)


def _selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    said = selector.get("matchLabels") or {}
    expressions = selector.get("matchExpressions") or []
    every = [labels.get(key) == value for key, value in said.items()] + [_holds(one, labels) for one in expressions]
    return bool(every) and all(every)


def _expressions(term: Manifest) -> list[Manifest]:
    return [*(term.get("matchExpressions") or []), *(term.get("matchFields") or [])]


def _holds(one: Manifest, labels: Mapping[str, str]) -> bool:
    there = labels.get(one["key"])
    values = [str(value) for value in one.get("values") or []]
    operator = one["operator"]
    if operator in ("Gt", "Lt"):
        try:
            more = int(there or "") - int(values[0])
        except (ValueError, IndexError):
            return False
        return more > 0 if operator == "Gt" else more < 0
    if operator in ("Exists", "DoesNotExist"):
        return bool((there is not None) == (operator == "Exists"))
    return bool((there in values) == (operator == "In"))


def _said(one: Manifest) -> str:
    return " ".join(filter(None, [one["key"], one["operator"], ", ".join(map(str, one.get("values") or []))]))
