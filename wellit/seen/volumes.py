"""The volumes of a role's pods, and what mounts them: the values' own, the chart's, and its defaults."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.seen.artifact import VOLUME
from wellit.seen.modelservice import Pod


@dataclass(frozen=True, eq=False)
class Mount:
    """One volume that a container mounts; `node` is where its name is written."""

    name: str
    node: Node
    path: str


def mounts(pod: Pod) -> Iterator[Mount]:
    """What the containers mount by the values; the chart's own mount of the model's volume is not among them."""
    for container in (*pod.node["containers"], *pod.node["initContainers"]):
        for place in (container, container["extraConfig"]):
            if place is not container and container["volumeMounts"].written:
                continue  # the chart writes its own over it
            for mount in (*place["volumeMounts"], *place["volumeDevices"]):
                if name := mount["name"].text():
                    yield Mount(name, mount["name"], mount["mountPath"].text())


def written(pod: Pod) -> list[Node]:
    """The volumes that the values give; those below the role's extraConfig are lost, the chart writes its own list."""
    return [volume["name"] for volume in pod.node["volumes"] if volume["name"].text()]


def names(pod: Pod) -> set[str]:
    """The names of all volumes that the pods get."""
    own = pod.node["volumes"].written
    given = {node.text() for node in written(pod)} if own else set(pod.service.facts["defaultVolumes"])
    return given | ({VOLUME} if pod.service.artifact.volume_in(pod) else set())
