"""Where a live object says something else than was applied, and who wrote that. Pure.

One side counts: what defaults, controllers and webhooks added to an object is no difference; what a person added at a
tool is. How the items of a list are told apart is read from the API server's own notes of who owns them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit.drift.managers import UNNOTED, Manager, Owners, below, latest, owners
from wellit.drift.shown import changed, veiled
from wellit.quantities import milli

NOTHING: Any = object()
NAMED = ("name", "mountPath", "containerPort", "port", "key", "type")
# Asked of Kubernetes 1.37: the API server notes no owner of a scale of 0, whoever scaled; its events tell when.
SCALED = Manager("", "Update", "scale")
ENTERED = "set on its way in, by a webhook or a policy of the cluster"


@dataclass(frozen=True)
class Difference:
    """One field. `before` was applied, `after` is live (both masked; None is nothing). `by` wrote it, None: not noted.

    `right` is why that may be so; `added` is true of what was not applied at all.
    """

    path: str
    before: Any = None
    after: Any = None
    by: Manager | None = None
    right: str = ""
    added: bool = False

    @property
    def words(self) -> str:
        """In words, with who and when."""
        if self.added and self.right and self.by:
            return f"{self.right} ({self.by.words})"
        who = self.right or (self.by.words if self.by else UNNOTED)
        if self.right and self.by and not self.by.helm:
            who = f"{self.right}: {self.by.words}"
        return f"{changed(self.path, self.before, self.after)} ({who})"


@dataclass(frozen=True)
class _At:
    """A place in an object: its path, who owns what there, the name by which a value is known, and whether helm's own
    writes count as those of a webhook (not, where helm tried something newer that failed)."""

    path: str
    owned: Owners
    name: str = ""
    secret: bool = False
    settled: bool = True

    def key(self, key: str) -> _At:
        plain = "." not in key and "/" not in key
        path = (f"{self.path}.{key}" if self.path else key) if plain else f"{self.path}[{key}]"
        name = self.name if key == "value" and self.name else key
        return _At(path, below(self.owned, f"f:{key}"), name, self.secret, self.settled)

    def item(self, said: Any, word: str, name: str = "") -> _At:
        return _At(f"{self.path}[{said}]", below(self.owned, word), name or self.name, self.secret, self.settled)

    @property
    def others(self) -> Owners:
        """Who besides helm owns this very field; of nobody, who owns it as part of a whole."""
        return tuple(one for one in self._closest if not one.by.helm)

    @property
    def helms(self) -> bool:
        return any(one.by.helm for one in self._closest)

    @property
    def _closest(self) -> Owners:
        return tuple(one for one in self.owned if not one.covers) or self.owned

    def differs(self, before: Any, after: Any, *, added: bool = False) -> Difference:
        by = latest(self.others)
        right = by.right(self.path) if by else ENTERED if self.helms and self.settled and not added else ""
        if by is None and self.helms and not added:
            by = latest(self._closest)
        if by is None and self.path.endswith(".replicas"):
            by = SCALED
        was, becomes = (veiled(one, self.name, secret=self.secret) for one in (before, after))
        return Difference(self.path, was, becomes, by, right, added)


def differences(applied: Mapping[str, Any], live: Mapping[str, Any], *, settled: bool = True) -> list[Difference]:
    """Every difference. `settled` is false where helm tried a newer revision, which failed."""
    secret = applied.get("kind") == "Secret"
    start = _At("", owners(live), "", secret, settled)
    wanted = _plain(applied)
    found = []
    for key, value in wanted.items():
        found += list(_walk(value, live.get(key), start.key(key)))
    for key in _others(start, wanted, live):
        found += list(_added(live.get(key), start.key(key)))
    return sorted(found, key=lambda one: one.added)


def _plain(applied: Mapping[str, Any]) -> dict[str, Any]:
    """What of an object can differ."""
    about = applied.get("metadata") or {}
    kept = {key: value for key, value in applied.items() if key not in ("apiVersion", "kind", "status", "metadata")}
    kept["metadata"] = {"labels": about.get("labels") or {}, "annotations": about.get("annotations") or {}}
    if applied.get("kind") == "Secret" and isinstance(texts := kept.pop("stringData", None), Mapping):
        packed = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
        kept["data"] = {**(kept.get("data") or {}), **packed}
    return kept


def _walk(applied: Any, live: Any, at: _At) -> Iterator[Difference]:
    if applied is NOTHING:
        yield from _added(live, at)
    elif applied is None or _same(applied, live, at):
        return
    elif isinstance(applied, Mapping) and isinstance(live, Mapping):
        for key, value in applied.items():
            yield from _walk(value, live.get(key), at.key(str(key)))
        for key in _others(at, applied, live):
            yield from _added(live.get(key), at.key(key))
    elif isinstance(applied, list) and isinstance(live, list):
        yield from _list(applied, live, at)
    elif not (live is None and _empty(applied)):
        yield at.differs(applied, live)


def _others(at: _At, applied: Mapping[str, Any], live: Mapping[str, Any]) -> list[str]:
    """Keys that were not applied, and of which somebody at a tool owns something."""
    words = {word[2:] for one in at.owned if one.by.hand for word in one.tree if word.startswith("f:")}
    return sorted(key for key in words if key not in applied and key in live and key not in ("metadata", "status"))


def _added(live: Any, at: _At) -> Iterator[Difference]:
    """What somebody at a tool put there, where nothing was applied."""
    hands = [one for one in at.owned if one.by.hand and not one.covers]
    if not hands or live is None:
        return
    keys = sorted({word[2:] for one in hands for word in one.tree if word.startswith("f:")})
    if isinstance(live, Mapping) and keys and not at.path.endswith("]"):
        for key in keys:
            yield from _added(live.get(key), at.key(key))
    else:
        yield at.differs(None, live, added=True)


def _list(applied: Sequence[Any], live: Sequence[Any], at: _At) -> Iterator[Difference]:
    words = {word for one in at.owned for word in one.tree}
    if any(word.startswith("k:") for word in words):
        yield from _keyed(applied, live, at, next(tuple(json.loads(w[2:])) for w in words if w.startswith("k:")))
    elif any(word.startswith("v:") for word in words):
        yield from (at.item(one, f"v:{json.dumps(one)}").differs(one, None) for one in applied if one not in live)
    elif len(applied) == len(live):
        found = [
            one
            for number, (mine, theirs) in enumerate(zip(applied, live, strict=True))
            for one in _walk(mine, theirs, at.item(_named(mine, number), f"i:{number}", _name(mine)))
        ]
        yield from found or _more(applied, live, at)
    else:
        yield at.differs(applied, live)


def _more(applied: Sequence[Any], live: Sequence[Any], at: _At) -> Iterator[Difference]:
    """A list that somebody at a tool wrote as a whole: what it has beyond what was applied."""
    if at.helms or not any(one.by.hand for one in at.others):
        return
    beyond = list(_beyond(applied, live, ""))
    if beyond:
        yield at.differs(None, beyond, added=True)


def _beyond(applied: Any, live: Any, path: str) -> Iterator[str]:
    if isinstance(applied, Mapping) and isinstance(live, Mapping):
        for key, value in live.items():
            if key not in applied:
                yield f"{path}.{key}"
            else:
                yield from _beyond(applied[key], value, f"{path}.{key}")
    elif isinstance(applied, list) and isinstance(live, list):
        for number, (one, other) in enumerate(zip(applied, live, strict=False)):
            yield from _beyond(one, other, f"{path}[{number}]")


def _keyed(applied: Sequence[Any], live: Sequence[Any], at: _At, keys: tuple[str, ...]) -> Iterator[Difference]:
    """A list whose items are told apart by some of their fields; one that is left out in what was applied has a
    default."""
    left = [one for one in live if isinstance(one, Mapping)]
    for item in applied:
        mine = item if isinstance(item, Mapping) else {}
        found = next((one for one in left if all(mine.get(key) in (None, one.get(key)) for key in keys)), None)
        said = _said(mine, keys)
        if found is None:
            yield at.item(said, "").differs(item, None)
            continue
        left.remove(found)
        yield from _walk(item, found, at.item(said, _word(found, keys), str(mine.get("name") or "")))
    for one in left:
        yield from _added(one, at.item(_said(one, keys), _word(one, keys), str(one.get("name") or "")))


def _word(item: Mapping[str, Any], keys: Sequence[str]) -> str:
    """As FieldsV1 names an item."""
    said = {key: item[key] for key in sorted(keys) if key in item}
    return f"k:{json.dumps(said, separators=(',', ':'))}"


def _said(item: Mapping[str, Any], keys: Sequence[str]) -> str:
    name = next((item[key] for key in NAMED if key in item and key in keys), None)
    return str(name if name is not None else next((item[key] for key in keys if key in item), "?"))


def _named(item: Any, number: int) -> str:
    return str(item["name"]) if isinstance(item, Mapping) and isinstance(item.get("name"), str) else str(number)


def _name(item: Any) -> str:
    return str(item["name"]) if isinstance(item, Mapping) and isinstance(item.get("name"), str) else ""


def _same(applied: Any, live: Any, at: _At) -> bool:
    """Whether two values are the same to the API server, which keeps quantities in a form of its own."""
    if type(applied) is type(live) and applied == live:
        return True
    if isinstance(applied, bool) or isinstance(live, bool) or at.path.startswith(("metadata", "data")):
        return False
    if at.path.endswith(".value") or not (_plainly(applied) and _plainly(live)):
        return False
    try:
        return milli(applied) == milli(live)
    except ValueError:
        return False


def _plainly(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _empty(value: Any) -> bool:
    """Whether the API server leaves it out: nothing, or a map of nothing."""
    if isinstance(value, Mapping):
        return all(_empty(one) for one in value.values())
    return value in (None, "", False, 0) or value == []
