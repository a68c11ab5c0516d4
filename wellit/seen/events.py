"""KV events: what engines publish of their KV cache, and how a pool's picker listens for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit.capabilities import Contract
from wellit.engines import Engine
from wellit.flags import is_open
from wellit.node import Node, spoken
from wellit.seen.container import Container
from wellit.seen.inferencepool import Pool, pairs, pools
from wellit.seen.modelservice import Pod, services
from wellit.seen.neutral import Json, json_of, told, variables
from wellit.subject import Subject

POD_IP, POD_NAME = "<the pod's IP>", "<the pod's name>"
FIELDS = {"status.podIP": POD_IP, "metadata.name": POD_NAME}
_VARIABLE = re.compile(r"\$\((\w+)\)")
_IN_SHELL = re.compile(r"\$(?:\((\w+)\)|\{(\w+)\}|(\w+))")
_ADDRESS = re.compile(r"(?P<scheme>\w+)://(?P<host>.*?)(?::(?P<port>\d+))?")


@dataclass(frozen=True)
class Address:
    """A socket's address. `binds` is whether an engine opens it; otherwise it dials there."""

    text: str
    host: str
    port: int | None

    @property
    def binds(self) -> bool:
        return "*" in self.text or "::" in self.host or self.host in ("0.0.0.0", "")

    @classmethod
    def parse(cls, text: str) -> Address:
        found = _ADDRESS.fullmatch(text)
        port = found["port"] if found else None
        return cls(text, found["host"] if found else text, int(port) if port else None)


@dataclass(frozen=True, eq=False)
class Publisher:
    """An engine that is told about KV events."""

    pod: Pod
    given: Json

    @property
    def container(self) -> Container:
        return self.pod.main

    @property
    def facts(self) -> Mapping[str, Any]:
        return events_of(self.container.engine)

    def word(self, key: str) -> str:
        """What the JSON says of a key, the engine's default otherwise; variables as far as they can be told."""
        said = self.given.member(key)
        text = said if said is not None else str(self.facts.get("defaults", {}).get(key, ""))
        return self.resolved(text)

    def resolved(self, text: str) -> str:
        known = variables(self.container)

        def value(found: re.Match[str]) -> str:
            entry = known.get(found[found.lastindex or 0])
            if entry is None:
                return found[0]
            field = entry.at("valueFrom", "fieldRef", "fieldPath").text()
            return FIELDS.get(field, found[0]) if field else spoken(entry["value"].value)

        pattern = _IN_SHELL if self.container.words.script else _VARIABLE
        return pattern.sub(value, pattern.sub(value, text))

    def unset(self, text: str) -> str:
        """A variable in the text that the container does not have; "" when there is none."""
        if self.container.node["envFrom"].value or "{{" in text:
            return ""
        known = variables(self.container)
        return next((name for name in _VARIABLE.findall(text) if name not in known), "")

    @property
    def wrong(self) -> tuple[str, str]:
        """The key and the value by which it publishes nothing; two empty words when it does."""
        for key, wanted in self.facts.get("json", {}).items():
            said = self.given.member(key)
            default = self.facts.get("defaults", {}).get(key)
            value = said if said is not None else default
            if value is not None and not is_open(value) and value != spoken(wanted):
                return key, value if said is not None else ""
        return "", ""

    @property
    def on(self) -> bool:
        return self.given.data is not None and not self.wrong[0]

    @cached_property
    def address(self) -> Address:
        return Address.parse(self.word("endpoint"))

    @property
    def model(self) -> str | None:
        """The model's name in requests; None when it cannot be told."""
        said = told(self.container, "servedName")
        if said:
            return None if said.open else self.resolved(said.value)
        if self.container.injects("servedName"):
            return self.pod.service.release.root.at("modelArtifacts", "name").text() or None
        model = told(self.container, "model")
        return self.resolved(model.value) if model and not model.open else None


def events_of(engine: Engine | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (engine.data.get("kvEvents") if engine else None) or {}
    return found


def publisher(pod: Pod) -> Publisher | None:
    """The pod's engine as a publisher; None when it is told nothing of it."""
    flag = str(events_of(pod.main.engine).get("flag") or "")
    given = json_of(pod.main, flag) if flag else None
    return Publisher(pod, given) if given else None


def publishers(subject: Subject) -> Iterator[Publisher]:
    return (said for service in services(subject) for pod in service.pods if (said := publisher(pod)))


@dataclass(frozen=True, eq=False)
class Listener:
    """A pool whose picker is configured to hear KV events. `facts` are those of its release."""

    pool: Pool
    plugin: Node
    facts: Mapping[str, Any]

    @property
    def events(self) -> Node:
        return self.plugin.at("parameters", "kvEventsConfig")

    @property
    def filter(self) -> str:
        return self.events["topicFilter"].text(self.facts["topicFilter"])

    @property
    def endpoint(self) -> str:
        """The address that engines dial; "" when it opens none."""
        return self.events["zmqEndpoint"].text(self.facts["zmqEndpoint"])

    @property
    def dials(self) -> bool:
        return self.events["discoverPods"].flag(bool(self.facts["discoverPods"]))

    @property
    def socket_node(self) -> Node:
        return self.events.at("podDiscoveryConfig", "socketPort")

    @property
    def socket(self) -> int | None:
        return self.socket_node.number(int(self.facts["socketPort"]))

    @property
    def block_node(self) -> Node:
        """Where the block's tokens are written, or would be."""
        parameters = self.plugin["parameters"]
        old = parameters.at("indexerConfig", "tokenProcessorConfig", "blockSize")
        return old if old.written else parameters.at("tokenProcessorConfig", "blockSize")

    @property
    def block(self) -> int | None:
        return self.block_node.number(int(self.facts["blockSize"]))


def listener(pool: Pool) -> Listener | None:
    """The pool's picker as a listener; None when it is not configured as one, or its release is not known for it."""
    known = pool.contract
    facts = known.get("kvEvents") if isinstance(known, Contract) else None
    plugin = pool.plugins.get(facts["plugin"]) if facts else None
    return Listener(pool, plugin, facts) if facts and plugin is not None else None


def heard(subject: Subject) -> Iterator[tuple[Listener, Publisher]]:
    """Each picker that listens with each engine that publishes to it."""
    for pool, service in pairs(subject):
        ear = listener(pool)
        for pod in service.pods if ear else ():
            said = publisher(pod)
            if ear and said and said.on:
                yield ear, said


def listeners(subject: Subject) -> Iterator[Listener]:
    return (ear for pool in pools(subject) if (ear := listener(pool)))


__all__ = ["Address", "Listener", "Publisher", "heard", "listener", "listeners", "publisher", "publishers"]
