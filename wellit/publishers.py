"""Who publishes an API that a stack needs beyond Kubernetes' own: schemas/apis.yaml, read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from wellit import paths
from wellit.source import lookup


def wants(group: str, values: Mapping[str, Any]) -> str:
    """Which release of whose the stack's version train wants: ``llm-d-0.6 wants Gateway API v1.4.0``; or nothing."""
    about = _of(group)
    if not about.get("version"):
        return ""
    return f"{values['versions']['name']} wants {about['title']} {_release(about, values)}"


def fix(group: str, values: Mapping[str, Any], flags: str) -> str:
    """The command that brings an API's definitions, and the setting that does without. `flags` are kubectl's."""
    about = _of(group)
    if not about:
        return ""
    helm_flags = flags.replace("--context", "--kube-context")
    command: str = about["install"].format(version=_release(about, values), flags=flags, helm_flags=helm_flags)
    return f"{about['setting']}, or: {command}" if about.get("setting") else command


def _release(about: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    return str(lookup(values, about["version"].split("."))) if about["version"] else ""


def _of(group: str) -> Mapping[str, Any]:
    return next((about for about in _all() if group in about["groups"]), {})


@cache
def _all() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((paths.SCHEMAS / "apis.yaml").read_text())
    return loaded
