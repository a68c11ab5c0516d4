"""One look at a model and at the way to it. What could not be looked at says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from wellit.launch.model import hub
from wellit.launch.model.folders import Cache, Folder, caches, folder
from wellit.launch.model.hub import Answer, Ask, Token, Way

_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?(/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9_])?)?")
_STORE = re.compile(r"[a-z][a-z0-9+.-]*://")
_FILES = (".gguf", ".safetensors")


@dataclass(frozen=True)
class Model:
    """A model as it is named. `kind`: a hub id, a path, an address of another store, or a name that is neither.

    `answer` is None where the hub was not asked.
    """

    name: str
    kind: Literal["hub", "path", "store", "neither"]
    folder: Folder | None = None
    caches: tuple[Cache, ...] = ()
    offline: str = ""
    way: Way = field(default_factory=lambda: Way(hub.HUB))
    token: Token = field(default_factory=Token)
    answer: Answer | None = None

    @property
    def cached(self) -> bool:
        """Whether nothing has to be fetched: every program that fetches has all of it."""
        return bool(self.caches) and all(cache.snapshot for cache in self.caches)


def kind(name: str, where: Path) -> Literal["hub", "path", "store", "neither"]:
    """What a name is. Dynamo looks first whether there is a file or a folder of that name, whatever it looks like."""
    if _STORE.match(name):
        return "store"
    like = name.startswith(("/", ".", "~")) or name.count("/") > 1 or name.endswith(_FILES)
    if name and (like or (where / name).exists()):
        return "path"
    return "hub" if _ID.fullmatch(name) and not re.search(r"--|\.\.", name) and len(name) <= 96 else "neither"


def model(name: str, env: Mapping[str, str], where: Path, asking: Ask) -> Model:
    """Look at everything once."""
    what = kind(name, where)
    if what == "path":
        return Model(name, what, folder(where / name))
    if what != "hub":
        return Model(name, what)
    home = Path(env.get("HOME") or Path.home())
    offline = next((key for key in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") if _yes(env.get(key, ""))), "")
    found = Model(name, what, None, tuple(caches(name, env)), offline, hub.way(env), hub.token(env, home))
    if found.cached or offline or found.way.wrong:
        return found
    value = hub.secret(env, home)
    headers = {"Authorization": f"Bearer {value}"} if value else {}
    url = f"{found.way.endpoint.rstrip('/')}/{name}/resolve/main/config.json"
    return replace(found, answer=asking(url, env, headers))


def _yes(value: str) -> bool:
    return value.upper() in ("1", "ON", "YES", "TRUE")
