"""A setting asks for what the engine does not have.

Settings mean the same on every engine, but not every engine has all of them: where its file says `null`, nothing is
passed on, and the engine goes on with its own. The same goes for what builds on more than a flag: KV events, prefill
servers, the routing proxy. What it has instead, where there is something, stands in its file under `lacks`. What a
guide itself says of parallelism and memory is no mistake for a simulator, which loads no model.

Bad::

    # settings -e trtllm
    decode: {pageSize: 64}

Good::

    # settings -e trtllm
    decode: {pageSize: null}
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import EngineSettings, engine_settings
from wellit.subject import SETTINGS, Subject

# The neutral settings by their place; what stands there when nothing is asked is None, no, or one.
OF_MODEL = ("servedName", "contextLength", "trustRemoteCode")
OF_SERVERS = ("tensorParallel", "dataParallel", "expertParallel", "memoryFraction", "pageSize")
NEUTRAL = {"trustRemoteCode": False, "tensorParallel": 1, "dataParallel": 1, "expertParallel": False}
# Fields of an engine's file that a setting builds on, and what the setting is without.
BUILT_ON: tuple[tuple[str, tuple[str, str], object], ...] = (
    ("kvEvents", ("kvEvents", "enabled"), False),
    ("disaggregation", ("prefill", "replicas"), 0),
    ("connectors", ("proxy", "enabled"), None),
)
RULE = Rule(
    "WL108", "setting-without-flag", "error", (SETTINGS,), "asked",
    reads="engine engine.connectors engine.disaggregation engine.flags engine.kvEvents engine.lacks engine.memory "
    "engine.name engine.title engines kvEvents.enabled proxy.connector proxy.enabled role.replicas "
    + " ".join([*(f"model.{name}" for name in OF_MODEL), *(f"role.{name}" for name in OF_SERVERS)]),
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        for name, node in _settings(one):
            flag = one.engine["flags"][name]
            asked = node.value not in (None, NEUTRAL.get(name))
            if asked and flag.written and flag.value is None and not _moot(one, node):
                message = f"{one.title} has no {name}: nothing is passed on"
                yield _hit(one, name, node, flag, message, NEUTRAL.get(name))
        for name, keys, without in BUILT_ON:
            node, how = one.setting(*keys), one.engine[name]
            if node and how.written and not how and not (name == "connectors" and one.setting("proxy", "connector")):
                yield _hit(one, name, node, how, f"{one.title} has no {name}, which this needs", without)


def _settings(one: EngineSettings) -> Iterator[tuple[str, Node]]:
    for name in OF_MODEL:
        yield name, one.setting("model", name)
    for role in one.roles:
        for name in OF_SERVERS:
            yield name, one.setting(role, name)


def _moot(one: EngineSettings, node: Node) -> bool:
    """Whether it is a guide's own word to an engine that loads no model: meant for all the others."""
    memory = one.engine["memory"]
    return memory.written and memory.value is None and one.settings.by_guide(node.keys)


def _hit(one: EngineSettings, name: str, node: Node, flag: Node, message: str, without: object) -> Hit:
    instead = one.engine["lacks"][name].text()
    return Hit(
        node,
        message,
        write=f"{node.keys[-1]}: {json.dumps(without)}",
        why=instead or f"it goes on with its own; it has: {', '.join(_has(one))}",
        also=((f"{one.title}'s file says so", flag),),
    )


def _has(one: EngineSettings) -> list[str]:
    """The neutral settings that the engine has."""
    return [name for name in (*OF_MODEL, *OF_SERVERS) if one.engine["flags"][name].value is not None]
