"""What the llm-d-infra chart makes of its values: a Gateway of a class, and what its provider needs beside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from wellit.capabilities import Contract
from wellit.node import Node
from wellit.subject import INFRA, Release, Subject


@dataclass(frozen=True, eq=False)
class Gateway:
    """One llm-d-infra release."""

    release: Release

    @property
    def facts(self) -> Contract:
        return self.release.facts

    @property
    def node(self) -> Node:
        return self.release.root["gateway"]

    @property
    def made(self) -> bool:
        return self.node["enabled"].flag(True)

    @property
    def class_node(self) -> Node:
        return self.node["gatewayClassName"]

    @property
    def provider_node(self) -> Node:
        return self.node["provider"]

    @property
    def class_written(self) -> str:
        return self.class_node.text(self.facts["defaultClass"])

    @cached_property
    def provider(self) -> str:
        """Whose objects the chart writes; "" where no version of the chart would know."""
        if not self.facts["providers"]:
            return self.provider_of_class
        return self.provider_node.text(self.facts["defaultProvider"]) or self.provider_of_class

    @property
    def provider_of_class(self) -> str:
        """Whose class it is: the provider that the chart finds by its name; "" for one that is nobody's it knows."""
        return str(self.facts["classProviders"].get(self.class_written, ""))

    @cached_property
    def class_name(self) -> str:
        """The GatewayClass of the Gateway, as the chart writes it."""
        written = self.class_written
        return str(
            self.facts["classAliases"].get(written, written) or self.facts["providerClasses"].get(self.provider, "")
        )

    @property
    def deciding(self) -> Node:
        """The setting that says whose gateway it is."""
        return self.class_node if self.class_node.text() or not self.provider_node.text() else self.provider_node

    @property
    def reconciler(self) -> str:
        """Who acts on the Gateway: its class decides it, whatever else is written; "" when nobody known does."""
        return str(self.facts["classProviders"].get(self.class_name, ""))


def gateways(subject: Subject) -> Iterator[Gateway]:
    """Every llm-d-infra release that makes a Gateway."""
    return iter(subject.once(_gateways))


def _gateways(subject: Subject) -> list[Gateway]:
    found = [Gateway(release) for release in subject.of(INFRA)]
    return [gateway for gateway in found if gateway.made]


__all__ = ["Gateway", "gateways"]
