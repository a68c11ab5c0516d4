"""The key of an encrypted model is named in another form than KServe takes.

With `model.confidential.enabled` the storage initializer decrypts what it downloads. `resourceId` names the key:
kbs:///REPOSITORY/TYPE/TAG, three names after three slashes.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model:
        uri: hf://Qwen/Qwen3-0.6B
        name: Qwen/Qwen3-0.6B
        confidential: {enabled: true, resourceId: default/key/chat}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model:
        uri: hf://Qwen/Qwen3-0.6B
        name: Qwen/Qwen3-0.6B
        confidential: {enabled: true, resourceId: "kbs:///default/key/chat"}
"""

from __future__ import annotations

import re

from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL920", "service-confidential", "error", (KSERVE,), "asked",
    reads="api spec.model",
)  # fmt: skip
PATH = re.compile(r"(kbs:)?/*([\w.-]+/[\w.-]+/[\w.-]+)/?", re.ASCII)


def check(subject: Subject) -> Items:
    for service in services(subject):
        why = why_refused(service, "confidential")
        said = service.written.at("model", "confidential")
        node, name = said["resourceId"], said["resourceId"].text()
        if why and said["enabled"].flag(False) and name:
            found = PATH.fullmatch(name)
            right = f"kbs:///{found[2]}" if found else ""
            if name != right:
                yield Hit(
                    node,
                    f"confidential.resourceId is {name}",
                    write=right or "kbs:///REPOSITORY/TYPE/TAG",
                    why=why,
                    fix=Fix(node, right) if right else None,
                )
