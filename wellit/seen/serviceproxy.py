"""The routing proxy in the pods of an LLMInferenceService: what it is told, and which engine it speaks to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wellit.capabilities import Contract
from wellit.node import Node, whole
from wellit.seen.sidecars import Sidecar
from wellit.seen.words import Given
from wellit.seen.workload import Workload


class Proxy(Sidecar):
    """The container of one."""

    @property
    def facts(self) -> Mapping[str, Any]:
        return self.contract if isinstance(self.contract, Contract) else {}

    @property
    def connector_flag(self) -> str:
        return str(self.facts.get("connectorFlag", "--kv-connector"))

    @property
    def connector(self) -> Given | None:
        """The connector that it is told; the first of its flags counts that is given."""
        flags = self.facts.get("connectorFlags", (self.connector_flag,))
        return next((given for flag in flags if (given := self.words.given(flag))), None)

    @property
    def engine_port(self) -> int | None:
        """Where it looks for the engine of its pod."""
        flag, ports = self.facts.get("enginePortFlag", ""), self.facts.get("defaultPorts", {})
        said = self.words.given(flag) if flag else None
        return said.number if said else ports.get("engine")

    def meets_at(self, connector: str) -> tuple[int | None, Node | None]:
        """Where it tells the decode servers to find the prefill servers, and the variable that says so."""
        about = self.facts.get("connectorPorts", {}).get(connector)
        if not about:
            return None, None
        for entry in self.node["env"]:
            if entry["name"].text() == about["variable"]:
                return whole(entry["value"].value), entry["value"]
        return int(about["port"]), None


def proxy_of(one: Workload) -> Proxy | None:
    """The routing proxy in these pods; None without one."""
    return Proxy(one.sidecar) if one.sidecar is not None else None


def engine_port(one: Workload) -> int:
    """Where the engine must listen: where the proxy before it looks, or where the pool sends requests."""
    if proxy := proxy_of(one):
        return proxy.engine_port or one.expected_port
    pool = one.service.written.at("router", "scheduler", "pool", "spec", "targetPorts")
    return next((port for entry in pool if (port := entry["number"].number())), one.expected_port)
