"""The place of the weights is not one that can be mounted.

`model.source` names a claim of the namespace and a folder in it, or, without a claim, a folder of the nodes. A claim
needs its folder, `.` for the whole of it, because the charts take the first part of the address for the claim and the
rest for the folder; a folder of a node is a path from its root.

Bad::

    # settings -e default
    model:
      source: {pvc: models}

Good::

    # settings -e default
    model:
      source: {pvc: models, path: Qwen/Qwen3-32B}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings, model_source
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL340", "model-source", "error", (SETTINGS,), "asked",
    reads="engine engine.name engines model.source model.uri",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        source = model_source(one)
        claim, path, uri = source.claim.text(), source.path.text(), one.setting("model", "uri")
        if claim and not path:
            yield Hit(
                source.claim,
                f"the claim {claim} is named without the folder in it",
                write=f"source: {{pvc: {claim}, path: FOLDER}}, or path: . for the whole of it",
                why="the charts then take the claim's name for the folder, and the engine finds nothing there",
            )
        elif claim and (path.startswith("/") or ".." in path.split("/")):
            yield Hit(
                source.path,
                "the folder in a claim is a path from the claim's own root",
                write=f"path: {'/'.join(part for part in path.split('/') if part not in ('', '..')) or '.'}",
                why="the claim is mounted somewhere in the pod, and the path stands behind that place",
            )
        elif path and not claim and not path.startswith("/"):
            yield Hit(
                source.path,
                "a folder of the nodes is a path from their root",
                write=f"path: /{path}, or pvc: the claim that the folder is in",
                why="without pvc the node's own folder is mounted, and Kubernetes takes no other path",
            )
        if uri and not source.hub:
            yield Hit(
                uri,
                "model.uri and model.source both say where the model is",
                write="uri: null",
                why="only model.source is then read",
                also=(("the other", source.said),),
            )
