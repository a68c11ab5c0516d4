"""Kubernetes quantities as whole numbers, and what one pod asks of its node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18} | {
    f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", 1)
}
SMALL = {"m": 1.0, "u": 1e-3, "n": 1e-6}  # in thousandths
SIZES = ("memory", "storage")  # how the names of what is counted in bytes end
_QUANTITY = re.compile(r"([0-9.]+)([num]|[kMGTPE]|[KMGTPE]i)?(?:[eE]([0-9]+))?")
# All that Kubernetes reads as a quantity; `milli` reads what is written in practice.
_READABLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?")


def readable(text: str) -> bool:
    """Whether Kubernetes can read it as a quantity."""
    return bool(_READABLE.fullmatch(text))


def milli(quantity: Any) -> int:
    """A Kubernetes quantity (``100m``, ``16Gi``, ``2``) in thousandths. Raises ValueError for anything else."""
    return _milli(str(quantity).strip())


@lru_cache(1024)  # thousands of pods say the same few
def _milli(quantity: str) -> int:
    found = _QUANTITY.fullmatch(quantity)
    if not found:
        raise ValueError(f"not a quantity: {quantity!r}")
    number, unit, power = found.groups()
    if unit in SMALL:
        return round(float(number) * SMALL[unit])
    return int(float(number) * 1000 * _UNITS[unit or ""] * float(f"1e{power or 0}"))


def written(resource: str, amount: int) -> str:
    """An amount in thousandths exactly, as Kubernetes reads it: ``16Gi``, ``500m``, ``2``."""
    if amount % 1000:
        return f"{amount}m"
    whole = amount // 1000
    for power, unit in enumerate("PTGMK") if resource.endswith(SIZES) and whole else ():
        if whole % 1024 ** (5 - power) == 0:
            return f"{whole // 1024 ** (5 - power)}{unit}i"
    return str(whole)


def pod_asks(spec: Mapping[str, Any]) -> dict[str, int]:
    """What one pod asks of its node, in thousandths: all containers together, or its largest init container.

    A limit counts as the request when there is no request; an init container that always restarts is a sidecar.
    """
    return _of_pod(spec, "limits", "requests")


def pod_limits(spec: Mapping[str, Any]) -> dict[str, int]:
    """The limits of one pod together, counted as pod_asks() counts."""
    return _of_pod(spec, "limits")


def amounts(container: Mapping[str, Any], *of: str) -> dict[str, int]:
    """The amounts of a container's blocks (limits, requests), in thousandths; a later block wins."""
    resources = container.get("resources") or {}
    return {name: milli(amount) for block in of for name, amount in (resources.get(block) or {}).items()}


def _of_pod(spec: Mapping[str, Any], *of: str) -> dict[str, int]:
    init = spec.get("initContainers") or []
    sidecars = [c for c in init if c.get("restartPolicy") == "Always"]
    total: dict[str, int] = {}
    for container in [*(spec.get("containers") or []), *sidecars]:
        for name, amount in amounts(container, *of).items():
            total[name] = total.get(name, 0) + amount
    for container in init:
        for name, amount in amounts(container, *of).items():
            total[name] = max(total.get(name, 0), amount)
    return {name: amount for name, amount in total.items() if amount}
