"""Whether a container can be made at all: its programs are built, and its pod lets it run as the user of its image.

In the box every container is root: of users only the check is real.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.sandbox.box.programs import Played

Object = Mapping[str, Any]
ROOT = "root"


class NotMade(Exception):
    """A container cannot be made yet: `reason` as Kubernetes has it, and its words."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check(pod: Object, container: Object, played: Played) -> None:
    """Raises NotMade."""
    if lacking := played.lacking:
        names = ", ".join(sorted({file.name for file in lacking}))
        raise NotMade("CreateContainerError", f"{names} is not built yet: invoke tools")
    if refused := refusal(pod, container, played.user):
        raise NotMade("CreateContainerConfigError", refused)


def refusal(pod: Object, container: Object, user: str) -> str:
    """Why the kubelet would not start it as the user of its image, in its words; "" when it would, or when that user is
    not known (""). What the container's securityContext says counts before the pod's."""
    said = (pod["spec"].get("securityContext") or {}) | (container.get("securityContext") or {})
    if not said.get("runAsNonRoot"):
        return ""
    metadata = pod["metadata"]
    where = f'(pod: "{metadata["name"]}_{metadata["namespace"]}({metadata["uid"]})", container: {container["name"]})'
    chosen = said.get("runAsUser")
    if chosen == 0:
        return f"container's runAsUser breaks non-root policy {where}"
    if chosen is None and user == ROOT:
        return f"container has runAsNonRoot and image will run as root {where}"
    return ""
