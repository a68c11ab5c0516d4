"""The model is to be downloaded, and the engine is told to ask nobody.

HF_HUB_OFFLINE=1 and TRANSFORMERS_OFFLINE=1 forbid every request to the hub, a mirror of it (huggingFace.endpoint)
included. The volume of a new pod is empty, so nothing is found there either, and the engine ends.

Bad::

    # settings -e default
    decode:
      env: [{name: HF_HUB_OFFLINE, value: "1"}]

Good::

    # settings -e default
    model:
      source: {pvc: models, path: Qwen/Qwen3-32B}
    decode:
      env: [{name: HF_HUB_OFFLINE, value: "1"}]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings, model_source
from wellit.subject import KSERVE, SETTINGS, Subject

OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
YES = ("1", "on", "yes", "true")  # as huggingface_hub reads it
RULE = Rule(
    "WL345", "offline-download", "error", (SETTINGS,), "read",
    reads="engine engine.memory engine.name engines huggingFace.endpoint model.name model.source role.env "
    "role.replicas versions.charts",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        loads = not one.engine["memory"].written or one.engine["memory"].value is not None
        name = one.setting("model", "name").text()
        if not model_source(one).hub or not loads or name.startswith(("/", ".", "~")):
            continue
        if one.settings.root.at("versions", "charts", KSERVE).written:
            continue  # another container downloads it
        endpoint = one.setting("huggingFace", "endpoint")
        for role in one.roles:
            for variable in one.setting(role, "env"):
                if variable["name"].text() in OFFLINE and variable["value"].text().lower() in YES:
                    yield Hit(
                        variable["value"],
                        f"{variable['name'].text()} forbids the download of {name}",
                        write='value: "0", or model.source: where the model is already',
                        why="the volume of a new pod is empty and nobody may be asked, so the engine finds no model",
                        also=((("nor is this asked", endpoint),) if endpoint else ()),
                    )
