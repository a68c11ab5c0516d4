"""Whether a pool's picker splits requests over prefill and decode servers, and how it decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities
from wellit.node import Node
from wellit.seen.inferencepool import Pool

ALWAYS, UNCACHED = "always", "uncached"


def splits(pool: Pool) -> bool | None:
    """Whether the picker's configuration has any plugin that splits; None when it cannot be read."""
    return bool(_splitting() & set(pool.plugins)) if readable(pool) else None


def readable(pool: Pool) -> bool:
    """Whether the plugins that the picker has can be told: from its configuration, or since it has the chart's own."""
    if pool.config_elsewhere:
        return False
    unread = pool.config_text.written and not list(pool.config["plugins"])
    return not unread and (bool(pool.config_file.text()) or not list(pool.custom_configs.items()))


def _splitting() -> set[str]:
    """The types of the plugins, in any release, that have to do with splitting."""
    return {
        plugin["type"]
        for _, release in capabilities.published("picker")
        for way in release.get("disaggregation", {}).values()
        for plugin in way["plugins"]
    }


def uncached_decider(pool: Pool) -> Node | None:
    """The plugin by which the picker splits only what is in no cache: its type; None where it splits every request."""
    for type_, parameter in _by_tokens(pool):
        plugin = pool.plugins.get(type_)
        if plugin is None:
            continue
        if type_ in _types(pool, ALWAYS):  # one plugin, both ways
            if plugin["parameters"][parameter].number(0):
                return plugin["type"]
        elif type_ in _named(pool) or plugin["name"].text() in _named(pool):
            return plugin["type"]
    return None


def way_to_split(pool: Pool, way: str) -> str:
    """The plugins that a configuration of this picker's release needs, by type."""
    types = dict.fromkeys(_types(pool, way))
    if not types:
        return "the image of a picker of llm-d's, which can, with a configuration that does"
    return f"in the picker's configuration: {', '.join(types)}, prefill-filter, decode-filter"


def place_of_config(pool: Pool) -> Node:
    """Where the configuration is written, or where it would be."""
    return pool.config_text if pool.config_text.written else pool.config_file


def _ways(pool: Pool) -> Mapping[str, Any]:
    """How this release splits; of the newest when the release is not known."""
    known = pool.contract or capabilities.published("picker")[-1][1]
    found: Mapping[str, Any] = known.get("disaggregation", {}) if known else {}
    return found


def _types(pool: Pool, way: str) -> list[str]:
    return [plugin["type"] for plugin in _ways(pool).get(way, {}).get("plugins", ())]


def _by_tokens(pool: Pool) -> Iterator[tuple[str, str]]:
    """The plugins that decide by a number of tokens, each with that parameter."""
    for plugin in _ways(pool).get(UNCACHED, {}).get("plugins", ()):
        if "tokens" in plugin:
            yield plugin["type"], plugin["tokens"]


def _named(pool: Pool) -> set[str]:
    """The plugins that the others' parameters name."""
    return {word.text() for plugin in pool.config["plugins"] for word in plugin["parameters"].strings()}
