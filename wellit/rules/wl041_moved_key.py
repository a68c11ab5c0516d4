"""A key was renamed, moved or taken away, or comes only with a later version.

The charts renamed, moved and dropped keys between versions. Where the chart's schema is open, or there is none, helm
takes the old key as before and nothing reads it: the setting is lost in silence. Where the schema is closed, helm
refuses the file.

Bad::

    # llm-d-modelservice@v0.4.12
    dra:
      enabled: true

Good::

    # llm-d-modelservice@v0.4.12
    accelerator:
      dra: true
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wellit import moved
from wellit.capabilities import Contract
from wellit.moved import Moved
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.subject import INFERENCEPOOL, INFRA, MODELSERVICE, ROLES, Release, Subject

RULE = Rule("WL041", "moved-key", "error", (MODELSERVICE, INFERENCEPOOL, INFRA), "read", reads="*")


def check(subject: Subject) -> Items:
    for release in subject.of(*RULE.charts):
        if not release.of_objects:
            list(release.root.items())
            yield from _moved(release)


def _moved(release: Release) -> Iterator[Hit]:
    for one in moved.unread(release.facts, release.values):
        node = release.root.at(*one.keys)
        if _closed(node, release.facts) or one.lost(release.values):
            yield _gone(node, one, release) if one.gone else _not_yet(node, one, release)


def _gone(node: Node, one: Moved, release: Release) -> Hit:
    move = one.move
    place = _placed(move.get("new", ""), node)
    write = str(move.get("note") or place)
    name = str(node.keys[-1])
    new = place.rpartition(".")[2]
    beside = Node(node.owner, node.keys[:-1], release_value(release, node.keys[:-1]))[new].written if new else True
    renames = move.get("rename") and not beside
    return Hit(
        node,
        f"{release.label} has no {name} here: it went with {move['since']}",
        write=new if move.get("rename") else write,
        why=_consequence(node, release.facts),
        fix=Fix(node, new, key=True) if renames else None,
    )


def _not_yet(node: Node, one: Moved, release: Release) -> Hit:
    move = one.move
    place = _placed(move.get("old", ""), node)
    return Hit(
        node,
        f"{release.label} has no {node.keys[-1]} here yet: it came with {move['since']}",
        write=f"{place}, or {release.chart} {move['since']} or later" if place else str(move["note"]),
        why=_consequence(node, release.facts),
    )


def release_value(release: Release, keys: tuple[Any, ...]) -> Any:
    """What stands at a path that is written."""
    value: Any = release.values
    for key in keys:
        value = value[key]
    return value


def _placed(path: str, node: Node) -> str:
    """A path of the data as one of the file: the role that the key stands in, the number of its list item."""
    numbers = [key for key in node.keys if isinstance(key, int)]
    steps = [str(node.keys[0]) if step == "role" else step for step in path.split(".")] if path else []
    return ".".join(steps).replace(".[]", f"[{numbers[0] if numbers else 0}]")


def _consequence(node: Node, facts: Contract) -> str:
    if _closed(node, facts):
        return "helm refuses it: additional properties are not allowed"
    return "helm takes it, and nothing reads it"


def _closed(node: Node, facts: Contract) -> bool:
    """Whether helm refuses a key that is not known there."""
    level = _level(node)
    return bool(facts.get(f"closed.{level}") or (facts["schema"] and "keys" in facts.narrows.get(level, {})))


def _level(node: Node) -> str:
    steps = ["[]" if isinstance(key, int) else "role" if key in ROLES else str(key) for key in node.keys[:-1]]
    return ".".join(steps) or "root"
