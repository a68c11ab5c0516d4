"""Two releases make objects of the same name.

The pool chart calls the picker's objects by the first 40 characters of the release's name; fullnameOverride of the
modelservice chart names its workloads whatever the release is called. Of two releases in one namespace that come to the
same names helm installs only the first.

Bad::

    # llm-d-modelservice@v0.4.9
    fullnameOverride: chat
    ---
    # llm-d-modelservice@v0.4.9
    fullnameOverride: chat

Good::

    # llm-d-modelservice@v0.4.9
    fullnameOverride: chat
    ---
    # llm-d-modelservice@v0.4.9
    fullnameOverride: code
"""

from __future__ import annotations

from collections.abc import Iterator

from wellit.flags import is_open
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.seen.modelservice import services
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Release, Subject

RULE = Rule(
    "WL215", "objects-of-one-name", "error", (MODELSERVICE, INFERENCEPOOL), "read",
    reads="fullnameOverride",
)  # fmt: skip


def check(subject: Subject) -> Items:
    first: dict[tuple[str, str, str], tuple[Release, Node]] = {}
    for release, name, node in _named(subject):
        key = (release.chart, release.namespace, name)
        other, there = first.setdefault(key, (release, node))
        if other is not release and not (release.named and release.name == other.name):
            yield Hit(
                node,
                f'{release.name} and {other.name} both make objects of the name "{name}"',
                write="another name for one of the two releases"
                if release.chart == INFERENCEPOOL
                else f"fullnameOverride: {name}-2",
                why="helm refuses the second of them: they exist and cannot be imported into the current release",
                also=(("the first of that name", there),),
            )


def _named(subject: Subject) -> Iterator[tuple[Release, str, Node]]:
    """What is called by a name that is known, and the setting to show for it."""
    for service in services(subject):
        name = service.release.root["fullnameOverride"]
        if name.text() and not is_open(name.text()) and not service.release.of_objects:
            yield service.release, name.text(), name
    for pool in pools(subject):
        if pool.release.named and not pool.release.of_objects:
            yield pool.release, pool.picker_name, pool.picker
