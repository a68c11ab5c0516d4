"""An InferencePool is written in the form of the other API.

There are two: `inference.networking.k8s.io/v1` has targetPorts, endpointPickerRef and selector.matchLabels,
`inference.networking.x-k8s.io/v1alpha2` has targetPortNumber, extensionRef and the labels below selector themselves.
Fields of the other one are dropped or refused, and the pool has no port, no picker or no pods.

Bad::

    # objects
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPortNumber: 8000
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}

Good::

    # objects
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.seen.workloads import Object
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL519", "pool-form", "error", (OBJECTS,), "read", reads="")
NEW, OLD = "inference.networking.k8s.io/v1", "inference.networking.x-k8s.io/v1alpha2"
# Of each API the fields that the other has instead, and what takes their place.
FOREIGN = {
    NEW: {"targetPortNumber": "targetPorts: [{{number: {value}}}]", "extensionRef": "endpointPickerRef"},
    OLD: {"targetPorts": "targetPortNumber: {value[0][number]}", "endpointPickerRef": "extensionRef"},
}


def check(subject: Subject) -> Items:
    for pool in workloads.of_kind(subject, "InferencePool"):
        if pool.api not in FOREIGN:
            if pool.api.partition("/")[0].startswith("inference.networking"):
                yield _unknown(pool)
            continue
        for key, write in FOREIGN[pool.api].items():
            node = pool.root.at("spec", key)
            if node.written:
                yield _foreign(pool, key, _filled(write, node.value))
        selector = pool.root.at("spec", "selector")
        nested = selector["matchLabels"]
        if pool.api == NEW and selector and not nested.written:
            yield _foreign(pool, "selector", "selector: {matchLabels: {...}}")
        elif pool.api == OLD and nested.written and isinstance(nested.value, dict):
            yield _foreign(pool, "selector", "the labels below selector, without matchLabels")


def _foreign(pool: Object, key: str, write: str) -> Hit:
    return Hit(
        pool.root.at("spec", key),
        f"{pool.api} has {'another form of ' if key == 'selector' else 'no '}{key}",
        write=write,
        why="the field is of the other API: the pool is refused, or works without it",
        also=(("the API", pool.root["apiVersion"]),),
    )


def _filled(write: str, value: object) -> str:
    try:
        return write.format(value=value)
    except (LookupError, TypeError):
        return write.partition(":")[0]


def _unknown(pool: Object) -> Hit:
    return Hit(
        pool.root["apiVersion"],
        f"there is no InferencePool of {pool.api}",
        write=f"apiVersion: {nearest(pool.api, FOREIGN) or NEW}",
        why=f"the API server has none; there are {NEW} and {OLD}",
    )
