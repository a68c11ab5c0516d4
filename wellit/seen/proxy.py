"""The routing proxy (sidecar) that the modelservice chart puts in front of the decode engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import capabilities
from wellit.capabilities import Contract
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node

FAMILY = re.compile(r"zap[A-Z]\w*")  # the settings that the chart turns into flags of the same name


@dataclass(frozen=True, eq=False)
class Proxy:
    """The routing proxy in front of the decode engine. `chart` are the facts of the chart version."""

    node: Node
    chart: Contract

    @property
    def on(self) -> bool:
        """Whether the pods have it; early charts add it whatever the values say."""
        return self.node["enabled"].flag(True) or not self.chart["proxyOff"]["honoured"]

    @property
    def port_node(self) -> Node:
        return self.node["targetPort"]

    @property
    def engine_port(self) -> int | None:
        """The port at which it looks for the engine."""
        return self.port_node.number(self.chart["ports"]["engine"])

    @property
    def connector_node(self) -> Node:
        return self.node["connector"]

    @property
    def connector(self) -> str:
        return self.connector_node.text() or str(self.chart["defaultConnector"])

    @property
    def image_node(self) -> Node:
        return self.node["image"]

    @cached_property
    def image(self) -> str:
        return self.image_node.text(str(self.chart["proxyImage"]["default"]))

    @cached_property
    def contract(self) -> capabilities.Contract | capabilities.Unknown:
        """What the release in its image takes, or why that cannot be told."""
        return capabilities.routing_proxy(self.image)

    @cached_property
    def meets_at(self) -> int | None:
        """The port of the prefill servers that the connector tells everybody; None when it tells none.

        When the release is not known it is what every release with the connector says.
        """
        known = [self.contract] if self.contract else [one for _, one in capabilities.published("routing-proxy")]
        ports = {
            one["connectorPorts"][self.connector]["port"] for one in known if self.connector in one["connectorPorts"]
        }
        return ports.pop() if len(ports) == 1 else None

    @property
    def has_connector(self) -> bool:
        """Whether the proxy's release has the connector; when the release is not known, it may have."""
        return not self.contract or self.connector in self.contract["connectors"]

    def right_connector(self, engine: Engine | None) -> str:
        """The engine's best connector that the proxy's release has; the release's default for an unknown engine."""
        if not self.contract:
            return engine.connectors[0] if engine else self.connector
        known = self.contract["connectors"]
        wanted = engine.connectors if engine else [self.contract["defaultConnector"]]
        return next((name for name in wanted if name in known), "")

    @property
    def passed_connector_flag(self) -> str:
        """The flag by which the chart names the connector."""
        return str(self.chart["proxy"]["connectorFlag"])

    @property
    def log_flags(self) -> list[str]:
        """The log flags that the chart passes: its own, without those that the values take away, and the values'."""
        own = [flag.partition("=")[0] for flag in self.chart["proxy"]["logDefaults"]]
        passed = [flag for flag in own if not self._taken_away(flag)]
        more = [_flag(key) for key, node in self.node.items() if FAMILY.fullmatch(key) and node.value is not None]
        return passed + [flag for flag in more if flag not in own and any(FAMILY.match(_setting(f)) for f in own)]

    @property
    def log_flags_off(self) -> str:
        """The settings that take the chart's log flags away; "" when nothing does."""
        settings = [_setting(flag) for flag in self.log_flags]
        return ", ".join(f"{name}: null" for name in settings) if all(map(FAMILY.fullmatch, settings)) else ""

    def _taken_away(self, flag: str) -> bool:
        setting = self.node[_setting(flag)]
        return setting.written and setting.value is None

    def fitting_image(self, connector: str) -> str:
        """The newest release that takes all that the chart passes and has the connector; "" when there is none.

        The same repository goes first: a release may have been published under another name.
        """
        fitting = _fitting(self.chart["proxy"], connector)
        same = [image for image in fitting if Image.parse(self.image).is_of(image.rpartition(":")[0])]
        return next(reversed(same or fitting), "")

    def release_to_write(self, connector: str) -> str:
        """What to write to have the connector: an image, with a later chart where none takes this one's flags."""
        if image := self.fitting_image(connector):
            return f"image: {image}"
        versions = capabilities.versions(self.chart.of)
        for version in versions[versions.index(self.chart.version) :]:
            if fitting := _fitting(capabilities.contract(self.chart.of, version)["proxy"], connector):
                return f"{self.chart.of} {version} or later, with image: {fitting[-1]}"
        return "a connector and a release that has it"


def _fitting(passed: Mapping[str, Any], connector: str) -> list[str]:
    """The releases, oldest first, that take what a chart passes and have the connector; no candidates if possible."""
    taken = [
        image
        for image, release in capabilities.published("routing-proxy")
        if release["logFlags"] == passed["logFlags"]
        and passed["connectorFlag"] in release["connectorFlags"]
        and connector in release["connectors"]
    ]
    return [image for image in taken if "-rc" not in image] or taken


def _setting(flag: str) -> str:
    """``--zap-log-level`` as the chart's values have it: zapLogLevel."""
    first, *rest = flag.lstrip("-").split("-")
    return first + "".join(part.capitalize() for part in rest)


def _flag(setting: str) -> str:
    return "--" + re.sub(r"([A-Z])", lambda found: f"-{found.group().lower()}", setting)
