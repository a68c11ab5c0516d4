"""How a prefill and a decode server of an engine share a request (see base); which way is in the engine's file.

    pull     the decode server fetches what the prefill server's answer names      (vLLM with NIXL)
    meet     both are asked at once and meet in a room                             (SGLang)
    folder   what one computes, the other finds in a folder                        (vLLM's shared storage)
    named    it is not played: each computes everything                            (vLLM with LMCache and others)

A server that is started as neither answers alone, whatever a request says of others, as the engines do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wellit.engines import Engine
from wellit.standin.handshake.base import Asked, EndsAtStart, Handshake, Named, Part, Told, Unfit
from wellit.standin.handshake.threshold import applied
from wellit.standin.json_flag import JsonFlag

Environ = Mapping[str, str]


def made(engine: Engine, told: Told, env: Environ, page: int) -> Handshake:
    """The handshake of an engine that is started with these flags and variables. Raises EndsAtStart."""
    facts: Mapping[str, Any] = (engine.data["disaggregation"] or {}).get("handshake") or {}
    start = Start(facts, told, env, page, engine.flag("tensorParallel"))
    if "config" not in facts:
        return _WAYS[facts.get("way", "")](start)
    config = JsonFlag(engine, facts["config"]).read(told)
    connector = config.get(facts["connector"])
    way = facts["connectors"].get(connector, "named") if connector else ""
    return _WAYS[way](replace(start, config=config))


@dataclass(frozen=True)
class Start:
    """With what an engine is started; `facts` are ``disaggregation.handshake`` of its file."""

    facts: Mapping[str, Any]
    told: Told
    env: Environ
    page: int
    parallel: str
    config: Mapping[str, Any] = field(default_factory=dict)

    def word(self, name: str) -> str:
        """What the flag or the variable says that the file names for this, or else what holds by default."""
        about = self.facts.get(name) or {}
        said = self.told(about["flag"]) if "flag" in about else self.env.get(about.get("variable", ""))
        return str(said or about.get("default", ""))

    def number(self, name: str) -> int:
        return whole(self.word(name) or "0")


def whole(said: str) -> int:
    """A number that a flag or a variable says. Raises EndsAtStart for what is none."""
    try:
        return int(said)
    except ValueError:
        raise EndsAtStart(f"ValueError: invalid literal for int() with base 10: {said!r}") from None


def _pull(start: Start) -> Handshake:
    from wellit.standin.handshake.pull import Pull

    split = whole(start.told(start.parallel) or "1") if start.parallel else 1
    return Pull(facts=start.facts, host=start.word("host"), port=start.number("port"), split=split, page=start.page)


def _meet(start: Start) -> Handshake:
    from wellit.standin.handshake.meet import Meet

    mode = start.word("mode")
    if mode not in ("prefill", "decode"):
        return Handshake()
    return Meet(prefills=mode == "prefill", port=start.number("port"), seconds=start.number("waits"))


def _folder(start: Start) -> Handshake:
    from wellit.standin.handshake.folder import Folder

    extra = start.config.get("kv_connector_extra_config") or {}
    return Folder(folder=Path(str(extra.get("shared_storage_path", "/tmp"))), page=start.page)


_WAYS: Mapping[str, Callable[[Start], Handshake]] = {
    "pull": _pull,
    "meet": _meet,
    "folder": _folder,
    "named": lambda _: Named(),
    "": lambda _: Handshake(),
}


__all__ = ["Asked", "EndsAtStart", "Handshake", "Part", "Told", "Unfit", "applied", "made"]
