"""A pod of an object has no volume of the name that a container mounts.

Every name under volumeMounts and volumeDevices must be one of the pod's volumes, or a claim template of its
StatefulSet; the API server refuses another.

Bad::

    # objects
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat-decode}
    spec:
      selector: {matchLabels: {app: chat}}
      template:
        metadata: {labels: {app: chat}}
        spec:
          containers:
          - name: main
            image: busybox:1.36
            volumeMounts: [{name: model-storage, mountPath: /model-cache}]

Good::

    # objects
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat-decode}
    spec:
      selector: {matchLabels: {app: chat}}
      template:
        metadata: {labels: {app: chat}}
        spec:
          volumes: [{name: model-storage, emptyDir: {}}]
          containers:
          - name: main
            image: busybox:1.36
            volumeMounts: [{name: model-storage, mountPath: /model-cache}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL514", "volume-missing", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for template in workloads.templates(subject):
        known = {volume["name"].text() for volume in template.spec["volumes"]}
        claims = template.object.root.at("spec", "volumeClaimTemplates")
        known |= {claim.at("metadata", "name").text() for claim in claims}
        for container in template.containers:
            for mount in (*container["volumeMounts"], *container["volumeDevices"]):
                name = mount["name"]
                if name.text() and name.text() not in known:
                    meant = nearest(name.text(), known)
                    yield Hit(
                        name,
                        f"{template.object.title} mounts the volume {name.text()}, which its pods do not have",
                        write=f"name: {meant}" if meant else f"volumes: [{{name: {name.text()}, ...}}]",
                        why="the API server refuses it: volumeMounts[].name: Not found",
                    )
