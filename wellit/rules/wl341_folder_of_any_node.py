"""The model is in a folder of the nodes, and the pods may run on nodes that do not have it.

The scheduler knows nothing of folders. On a node without it the pod waits for ever: `hostPath type check failed ... is
not a directory`, in its events alone. A nodeSelector or an affinity keeps the pods on the nodes that have it.

Bad::

    # settings -e default
    model:
      source: {path: /data/models/qwen}

Good::

    # settings -e default
    model:
      source: {path: /data/models/qwen}
    nodeSelector: {example.com/models: qwen}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings, model_source
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL341", "folder-of-any-node", "warning", (SETTINGS,), "read",
    reads="affinity engine engine.name engines frontend frontend.affinity frontend.nodeSelector model.source "
    "nodeSelector role.affinity role.nodeSelector role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        source = model_source(one)
        if not source.folder:
            continue
        for role in one.roles:
            kept = [one.setting(role, key) for key in ("nodeSelector", "affinity")]
            of_all = [one.setting(key) for key in ("nodeSelector", "affinity")]
            if not any(own if own.value is not None else all_ for own, all_ in zip(kept, of_all, strict=True)):
                yield Hit(
                    source.path,
                    f"nothing keeps the {role} pods on nodes that have {source.path.text()}",
                    write="nodeSelector: {LABEL: VALUE} with a label of the nodes that have it",
                    why="on any other node the pod does not start: hostPath type check failed, in its events alone",
                )
        front = one.setting("frontend")
        if front and not (front["nodeSelector"] or front["affinity"]):
            yield Hit(
                source.path,
                f"nothing keeps the frontend on nodes that have {source.path.text()}",
                write="frontend: {nodeSelector: {LABEL: VALUE}}",
                why="it reads the tokenizer there; on any other node its pod does not start",
            )
