"""The plugins that a picker is configured with, read from the configuration that its pod is told to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from wellit.access import Access, Missing, Unread
from wellit.demand import Kind
from wellit.source import LOADER

Manifest = Mapping[str, Any]


def configured(access: Access, namespace: str, pod: Manifest) -> Mapping[str, Mapping[str, Any]] | None:
    """The plugins of a picker's pod by type, with their parameters; None when its configuration cannot be read."""
    for container in pod["spec"]["containers"]:
        words = [str(word) for word in container.get("args") or []]
        text = _after(words, "--config-text")
        if not text and (file := _after(words, "--config-file")):
            text = _mounted(access, namespace, pod, container, file)
        if text:
            try:
                told = yaml.load(text, LOADER) or {}
            except yaml.YAMLError:
                return None
            return {one["type"]: one.get("parameters") or {} for one in told.get("plugins") or []}
    return None


def _after(words: list[str], flag: str) -> str:
    for number, word in enumerate(words):
        if word == flag and number + 1 < len(words):
            return words[number + 1]
        if word.startswith(f"{flag}="):
            return word.partition("=")[2]
    return ""


def _mounted(access: Access, namespace: str, pod: Manifest, container: Manifest, file: str) -> str:
    """A file of a ConfigMap that a container mounts; "" when it has none such."""
    folder, _, name = file.rpartition("/")
    volumes = {one["name"]: (one.get("configMap") or {}).get("name") for one in pod["spec"].get("volumes") or []}
    for mount in container.get("volumeMounts") or []:
        source = volumes.get(mount["name"])
        if source and mount["mountPath"].rstrip("/") == folder:
            found = access.get(Kind("v1", "ConfigMap").path(namespace, source))
            if not isinstance(found, (Missing, Unread)):
                return str((found.get("data") or {}).get(name) or "")
    return ""
