"""The figures of settings.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Settings:
    """Seconds, and a number of pods; what each means stands in settings.yaml."""

    first: float
    most: float
    forget: float
    eager: float
    settle: float
    retry: float
    pods: int
    token: int
    sidecar_grace: float


@cache
def settings() -> Settings:
    said: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "settings.yaml").read_text())
    return Settings(
        **said["backOff"],
        eager=said["eager"], settle=said["settle"], retry=said["retry"], pods=said["pods"], token=said["token"],
        sidecar_grace=said["sidecarGrace"],
    )  # fmt: skip
