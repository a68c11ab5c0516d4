"""The registry does not reach images that a controller names itself.

`registry` is put before every image of the stack's own objects. The pods of a gateway are made by its controller, from
the images that it was installed with, and so is what KServe downloads a model with.

Bad::

    # settings -e default
    registry: registry.example.com/mirror

Good::

    # settings -e default --gateway none
    registry: registry.example.com/mirror
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.subject import KSERVE, SETTINGS, Subject

RULE = Rule(
    "WL349", "images-of-controllers", "info", (SETTINGS,), "read",
    reads="gateway.create gateway.title model.source registry versions.charts",
)  # fmt: skip


def check(subject: Subject) -> Items:
    if subject.settings is None:
        return
    root = subject.settings.root
    registry = root["registry"]
    if not registry:
        return
    if root.at("gateway", "create").flag(False):
        title = root.at("gateway", "title").text()
        yield Hit(
            registry,
            f"the gateway's own pods come from the registry that {title} was installed with",
            write=f"the same registry where {title} is installed",
            why="its controller makes these pods, and names their image itself",
        )
    if root.at("versions", "charts", KSERVE).written and not root.at("model", "source", "pvc"):
        yield Hit(
            registry,
            "what downloads the model comes from the registry that KServe was installed with",
            write="storageInitializer.image in KServe's ConfigMap inferenceservice-config, or model.source.pvc",
            why="KServe's controller adds this container, and names its image itself",
        )
