"""Where a release's model comes from, as a version of the chart reads modelArtifacts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wellit.node import Node

if TYPE_CHECKING:
    from wellit.seen.modelservice import Pod, Service

VOLUME = "model-storage"  # the chart's own name for the model's volume, in every version
NAME = re.compile(r"\{\{-?\s*\.Values\.modelArtifacts\.name\s*-?\}\}")


@dataclass(frozen=True, eq=False)
class Artifact:
    """modelArtifacts of one release."""

    service: Service

    @property
    def node(self) -> Node:
        return self.service.release.root["modelArtifacts"]

    @property
    def uri_node(self) -> Node:
        return self.node["uri"]

    @cached_property
    def uri(self) -> str:
        """The address with the model's name in it, as the chart fills it in; "" when it is not written."""
        return NAME.sub(lambda _: self.node["name"].text(), self.uri_node.text())

    @property
    def open(self) -> bool:
        """Whether it is only known when it is rendered, or a template has left something else in its place."""
        return any(word in self.uri for word in ("{{", "%!", "<no value>"))

    @property
    def scheme(self) -> str:
        """What stands before ``://``; hf when there is no address, which is the chart's default."""
        return self.uri.partition("://")[0] if self.uri_node.written else "hf"

    @property
    def rest(self) -> str:
        return self.uri.partition("://")[2]

    @property
    def parts(self) -> list[str]:
        return self.rest.split("/")

    @property
    def how(self) -> Mapping[str, Any] | None:
        """What this version makes of the scheme; None for one that it does not have."""
        how: Mapping[str, Any] | None = self.service.facts["uriSchemes"].get(self.scheme)
        return how

    @property
    def on_volume(self) -> bool:
        """Whether the model is on a volume already, and not downloaded to an empty one."""
        return bool(self.how) and (self.how or {})["volume"] != "emptyDir"

    @property
    def mount_path(self) -> str:
        """Where the model's volume is mounted."""
        facts = self.service.facts["modelMount"]
        return (self.node["mountPath"].text() if facts["settable"] else "") or str(facts["path"])

    def volume_in(self, pod: Pod) -> bool:
        """Whether the chart gives the pods the model's volume."""
        mounted = any(container.node["mountModelVolume"].flag(False) for container in pod.containers)
        return bool(self.how) and (mounted or not self.service.facts["feature.modelVolumeOnlyIfMounted"])
