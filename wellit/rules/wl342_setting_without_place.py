"""A setting is not passed on, because the chart or the controller of this release has no place for it.

Settings of a cluster are the same on every guide, but not every release can be told all of them. What each cannot is
written in schemas/capabilities, with the reason. Plain helmfile refuses it in the same words.

Bad::

    # settings -g llm-inference-service -e kserve
    storageClass: fast

Good::

    # settings -g llm-inference-service -e kserve
    model:
      source: {pvc: models, path: Qwen/Qwen3-8B}
"""

from __future__ import annotations

from wellit import capabilities
from wellit.errors import CannotAnswer
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL342", "setting-without-place", "error", (SETTINGS,), "read",
    reads="affinity engine engine.name engines huggingFace.endpoint model.source nodeSelector priorityClass "
    "proxies.http proxies.https pullSecrets serviceAccount storageClass tolerations versions.charts",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        for _, chart in one.settings.root.at("versions", "charts").items():
            name, version = chart["name"].text(), chart["version"].text()
            try:
                facts = capabilities.contract(name, version)
            except CannotAnswer:
                continue  # a version that nobody knows is said elsewhere
            for fact in facts.get("cannot", ()):
                node = one.setting(*fact["setting"].split("."))
                beside = one.setting(*fact["unless"].split(".")) if "unless" in fact else None
                if node and not beside:
                    yield Hit(
                        node,
                        f"{name} {version} has no place for {fact['setting']}",
                        write=fact["write"],
                        why=fact["because"],
                    )
