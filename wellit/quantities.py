"""Kubernetes quantities as whole numbers, and what one pod asks of its node."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15} | {
    f"{unit}i": 1024**power for power, unit in enumerate("KMGTP", 1)
}
_QUANTITY = re.compile(r"([0-9.]+)(m|[kMGTP]|[KMGTP]i)?(?:[eE]([0-9]+))?")
# All that Kubernetes reads as a quantity; `milli` reads what is written in practice.
_READABLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?")


def readable(text: str) -> bool:
    """Whether Kubernetes can read it as a quantity."""
    return bool(_READABLE.fullmatch(text))


def milli(quantity: Any) -> int:
    """A Kubernetes quantity (``100m``, ``16Gi``, ``2``) in thousandths. Raises ValueError for anything else."""
    found = _QUANTITY.fullmatch(str(quantity).strip())
    if not found:
        raise ValueError(f"not a quantity: {quantity!r}")
    number, unit, power = found.groups()
    if unit == "m":
        return round(float(number))
    return int(float(number) * 1000 * _UNITS[unit or ""] * float(f"1e{power or 0}"))


def pod_asks(spec: Mapping[str, Any]) -> dict[str, int]:
    """What one pod asks of its node, in thousandths: all containers together, or its largest init container.

    A limit counts as the request when there is no request; an init container that always restarts is a sidecar.
    """
    init = spec.get("initContainers") or []
    sidecars = [c for c in init if c.get("restartPolicy") == "Always"]
    total: dict[str, int] = {}
    for container in [*(spec.get("containers") or []), *sidecars]:
        for name, amount in _asks(container).items():
            total[name] = total.get(name, 0) + amount
    for container in init:
        for name, amount in _asks(container).items():
            total[name] = max(total.get(name, 0), amount)
    return {name: amount for name, amount in total.items() if amount}


def _asks(container: Mapping[str, Any]) -> dict[str, int]:
    resources = container.get("resources") or {}
    return {k: milli(v) for k, v in ((resources.get("limits") or {}) | (resources.get("requests") or {})).items()}
