"""Several layers of a spec as one, merged as Kubernetes' strategic merge does: what KServe makes of presets and spec.

Maps are merged key by key. Lists whose members have a key of their own (containers by name, ports by number) are merged
member by member, other lists are replaced. Nothing can be taken away: what is null, or empty as Go has it, is not said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wellit.findings import Location
from wellit.node import Also, Node, Owner
from wellit.source import Keys

# Lists that are merged, by the field's name, and what tells their members apart.
_BY = {
    "containers": "name", "initContainers": "name", "ephemeralContainers": "name", "volumes": "name", "env": "name",
    "imagePullSecrets": "name", "ports": "containerPort", "volumeMounts": "mountPath", "volumeDevices": "devicePath",
    "hostAliases": "ip", "topologySpreadConstraints": "topologyKey", "resourceClaims": "name",
    "schedulingGates": "name",
}  # fmt: skip
_RETAINED = ("volumes",)  # of whose members only the keys stay that the later layer has
# Fields whose 0 and false Go cannot tell from nothing.
_ZERO = frozenset(
    "initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold containerPort hostPort"
    " hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly expert".split()
)


@dataclass(frozen=True)
class Layer:
    """One layer: a raw map, and where it stands."""

    owner: Owner
    keys: Keys
    raw: Any


@dataclass(frozen=True)
class _Place:
    """Where a merged value is written. `whole`: everything below it stands there as well, under the same keys."""

    owner: Owner
    keys: Keys
    whole: bool


class _Reads(set[Keys]):
    """The paths that are read, noted where they are written."""

    def __init__(self, merged: Merged) -> None:
        super().__init__()
        self._merged = merged

    def add(self, keys: Keys) -> None:
        owner, below = self._merged.back(keys)
        owner.read.add(below)


@dataclass(eq=False)
class Merged:
    """The owner of merged values. What only the lowest layer says is placed at the nearest that a person wrote."""

    home: Layer
    value: Any = None
    _places: dict[Keys, _Place] = field(default_factory=dict)

    @property
    def read(self) -> set[Keys]:
        return _Reads(self)

    def locate(self, keys: Keys) -> Location:
        owner, below = self.back(keys)
        return owner.locate(below)

    def also(self, keys: Keys) -> Also:
        owner, below = self.back(keys)
        return owner.also(below)

    def path(self, keys: Keys) -> Keys:
        owner, below = self.back(keys)
        return owner.path(below)

    def back(self, keys: Keys) -> tuple[Owner, Keys]:
        """Whose a merged value is, and under which path."""
        for cut in range(len(keys), -1, -1):
            if place := self._places.get(keys[:cut]):
                rest = keys[cut:]
                if not place.whole:  # a number would be that of another member
                    end = next((at for at, key in enumerate(rest) if isinstance(key, int)), len(rest))
                    rest = rest[:end]
                return place.owner, (*place.keys, *rest)
        return self.home.owner, self.home.keys

    def wrote(self, keys: Keys) -> bool:
        """Whether a layer has the value at a path, and not what nobody wrote."""
        return any(
            place.whole or cut == len(keys)
            for cut in range(len(keys), -1, -1)
            if (place := self._places.get(keys[:cut]))
        )

    @property
    def root(self) -> Node:
        return Node(self, (), self.value)

    def over(self, layer: Layer) -> None:
        """Lay one more layer over what there is."""
        self.value = self._put((), self.value, layer)

    def _put(self, keys: Keys, old: Any, layer: Layer) -> Any:
        new = layer.raw
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            return self._map(keys, old, layer)
        by = _BY.get(str(keys[-1])) if keys else None
        if by and isinstance(old, list) and isinstance(new, list) and _named(new, by):
            return self._list(keys, old, layer, by)
        for known in [one for one in self._places if one[: len(keys)] == keys]:
            del self._places[known]
        self._places[keys] = _Place(layer.owner, layer.keys, whole=True)
        return new

    def _map(self, keys: Keys, old: Mapping[str, Any], layer: Layer) -> dict[str, Any]:
        self._keep(keys, old)
        self._places[keys] = _Place(layer.owner, layer.keys, whole=False)
        result = dict(old)
        for key, raw in layer.raw.items():
            if _said(key, raw):
                below = Layer(layer.owner, (*layer.keys, key), raw)
                result[key] = self._put((*keys, key), old.get(key), below)
        return result

    def _list(self, keys: Keys, old: list[Any], layer: Layer, by: str) -> list[Any]:
        self._keep(keys, range(len(old)))
        self._places[keys] = _Place(layer.owner, layer.keys, whole=False)
        result = list(old)
        for number, raw in enumerate(layer.raw):
            at = next((at for at, one in enumerate(result) if _same(one, raw, by)), None)
            below = Layer(layer.owner, (*layer.keys, number), raw)
            if at is None:
                result.append(self._put((*keys, len(result)), None, below))
            else:
                known = result[at]
                if keys[-1] in _RETAINED:
                    known = {key: value for key, value in known.items() if key in raw}
                result[at] = self._put((*keys, at), known, below)
        return result

    def _keep(self, keys: Keys, members: Any) -> None:
        """Note where each member of an older layer is written, before another layer comes over it."""
        place = self._places.get(keys)
        for member in members if place and place.whole else ():
            owner, below = self.back((*keys, member))
            self._places.setdefault((*keys, member), _Place(owner, below, whole=True))


def merge(home: Layer, base: Mapping[str, Any], layers: Sequence[Layer]) -> Merged:
    """`base`, which nobody wrote, with the layers over it; the later wins."""
    merged = Merged(home, dict(base))
    for layer in layers:
        if isinstance(layer.raw, Mapping):
            merged.over(layer)
    return merged


def _said(key: str, raw: Any) -> bool:
    if raw is None or raw == "" or raw == []:
        return False
    return not (key in _ZERO and raw in (0, False))


def _named(members: list[Any], by: str) -> bool:
    return all(isinstance(one, Mapping) and by in one for one in members)


def _same(one: Any, other: Mapping[str, Any], by: str) -> bool:
    return isinstance(one, Mapping) and one.get(by) == other.get(by)
