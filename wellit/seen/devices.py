"""Which accelerators the chart asks for: by the accelerator's type, by the container's image, or by a claim (DRA)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from wellit import capabilities
from wellit.node import Node
from wellit.subject import MODELSERVICE

if TYPE_CHECKING:
    from wellit.seen.container import Container
    from wellit.seen.modelservice import Pod


@dataclass(frozen=True, eq=False)
class Devices:
    """What the pods of one role ask for."""

    pod: Pod

    @property
    def own_type(self) -> Node:
        """Where the role names a type of its own; not every version reads it."""
        return self.pod.node.at("accelerator", "type")

    @property
    def root(self) -> Node:
        return self.pod.service.release.root["accelerator"]

    @property
    def type_node(self) -> Node:
        own = self.pod.service.facts["acceleratorPerRole"] and self.own_type.written
        return self.own_type if own else self.root["type"]

    @property
    def type(self) -> str:
        return self.type_node.text() or "nvidia"

    @property
    def by_claim(self) -> str:
        """The setting by which devices are claimed (DRA), "" when they are not."""
        how = str(self.pod.service.facts["dra"])
        if how == "dra":
            return "dra.enabled" if self.pod.service.release.root.at("dra", "enabled").flag(False) else ""
        own = self.pod.node.at("accelerator", "dra")
        node = own if self.pod.service.facts["acceleratorPerRole"] and own.written else self.root["dra"]
        return how if how != "none" and node.flag(False) else ""

    def resource(self, container: Container) -> str:
        """The resource that the chart fills in; "" where it asks for none."""
        facts = self.pod.service.facts
        if not facts["accelerators"]:
            return str(facts["acceleratorFallback"]) if self.pod.parallel.devices > 1 else ""
        if any(name in container.image.text for name in facts["acceleratorFreeImages"]):
            return ""
        known = facts["accelerators"].get(self.type, facts["acceleratorFallback"])
        return str(known and (self.root.at("resources", self.type).text() or known))

    def asked(self, container: Container) -> Iterator[Node]:
        """The accelerators that the values ask for by hand, in limits and in requests."""
        parts_of_one = tuple(container.facts["partOfDevice"])
        for part in ("limits", "requests"):
            for name, node in container.node.at("resources", part).items():
                if name in resources() or name.startswith(parts_of_one) or name == self.resource(container):
                    yield node


@cache
def resources() -> frozenset[str]:
    """Every resource that stands for an accelerator in some version of the chart."""
    known = (capabilities.contract(MODELSERVICE, version) for version in capabilities.versions(MODELSERVICE))
    return frozenset(name for facts in known for name in facts["accelerators"].values() if name)
