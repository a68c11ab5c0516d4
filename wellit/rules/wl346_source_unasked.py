"""A setting of the download is set, and the model is not downloaded.

With `model.source` the weights are there already: no token is read, no mirror is asked and no volume is made.

Bad::

    # settings -e default
    model:
      secret: my-token
      source: {pvc: models, path: Qwen/Qwen3-32B}

Good::

    # settings -e default
    model:
      secret: ""
      source: {pvc: models, path: Qwen/Qwen3-32B}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings, model_source
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL346", "source-unasked", "warning", (SETTINGS,), "read",
    reads="engine engine.name engines huggingFace.endpoint kvEvents.enabled model.secret model.source storageClass "
    "versions.tokenizer",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        source, settings = model_source(one), one.settings
        if source.hub:
            continue
        # A tokenizer beside the picker asks the hub all the same.
        tokenizer = one.setting("kvEvents", "enabled").flag(False) and settings.root.at("versions", "tokenizer")
        secret, endpoint, disk = (
            one.setting("model", "secret"),
            one.setting("huggingFace", "endpoint"),
            one.setting("storageClass"),
        )
        unread = [(disk, "no volume is made", "null")]
        if not tokenizer:
            unread.append((endpoint, "no hub is asked", "null"))
            if not settings.by_guide(secret.keys):
                unread.append((secret, "no token is read", '""'))
        for node, what, write in unread:
            if node:
                yield Hit(
                    node,
                    f"{what}: the model is there already",
                    write=f"{node.keys[-1]}: {write}",
                    why="model.source says where the model is, and nothing is downloaded",
                    also=(("it is here", source.said),),
                )
