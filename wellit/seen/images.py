"""The images that are run, and where each is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.seen.inferencepool import Pool
from wellit.seen.modelservice import services
from wellit.seen.podspec import containers
from wellit.subject import INFERENCEPOOL, Subject


@dataclass(frozen=True, eq=False)
class UsedImage:
    """One image: `text` is its whole reference, `node` where it is written, or would be."""

    node: Node
    text: str
    of: str
    pinned: str = "image: the same with the tag of a release, or its digest"


def images(subject: Subject) -> Iterator[UsedImage]:
    """Every image that a chart runs for somebody's values."""
    for container in containers(subject):
        role = container.pod.role or "the picker's"
        yield UsedImage(container.node["image"], container.node["image"].text(), f"{role} container {container.title}")
    for service in services(subject):
        if service.proxy.on and service.release.root["decode"]["create"].flag(True) and not service.release.of_objects:
            node = service.release.root.at("routing", "proxy", "image")
            default = str(service.facts["proxyImage"]["default"])
            tag = f"routing.proxy.image: {default.rpartition(':')[0]}:TAG, with the tag of a release"
            yield UsedImage(node, node.text(default), "the routing proxy", tag)
    for release in subject.of(INFERENCEPOOL):
        pool = Pool(release)
        yield UsedImage(pool.image_node, pool.image, "the picker", "tag: that of a release")
