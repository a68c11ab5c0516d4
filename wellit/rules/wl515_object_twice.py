"""One object stands there twice.

Kind, namespace and name say which object it is. Of two with the same, the second that is applied replaces what the
first says, and helm refuses to install over what another release owns. Two that are the same to the letter are not
said.

Bad::

    # objects
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: chat}
    data: {a: "1"}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: chat}
    data: {a: "2"}

Good::

    # objects
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: chat}
    data: {a: "1"}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: chat, namespace: other}
    data: {a: "2"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.seen.workloads import Object
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL515", "object-twice", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    first: dict[tuple[str, str, str, str], Object] = {}
    for one in workloads.objects(subject):
        key = (one.group, one.kind, one.namespace, one.name)
        other = first.setdefault(key, one)
        if one.name and other is not one and dict(other.manifest.object) != dict(one.manifest.object):
            name = one.root.at("metadata", "name")
            yield Hit(
                name,
                f"{one.title} stands here twice, and the two differ",
                write="one of the two, or another name",
                why="the one that is applied last counts",
                also=(("the first", other.root.at("metadata", "name")),),
            )
