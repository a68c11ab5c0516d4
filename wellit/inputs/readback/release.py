"""A release made of values that were read back: of a version of its chart that adds nothing to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wellit import capabilities
from wellit.inputs.readback.traced import Traced
from wellit.seen.workloads import Object
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Release

# What a chart would be that renders nothing by itself.
NOTHING_ADDED: dict[str, dict[str, Any]] = {
    MODELSERVICE: {
        "modelCommands": {"custom": {"injects": ()}},
        "defaultModelCommand": "custom",
        "defaultLabels": {},
        "labelsSettable": True,
        "ports": {"service": None, "engine": None},
        "proxyOff": {"honoured": True, "enginePortFollows": True},
        "acceleratorEnv": {},
        "userGpuLimitWins": True,
        "defects": (),
    },
    INFERENCEPOOL: {
        "poolApiSettable": True,
        "modelServerFlags": (),
        "modelServerMetrics": {},
        "unknownModelServerType": "ignored",
        "defaultPlugins": (),
        "flags": "map",
        "defects": (),
    },
}


def release(mapped: Traced, chart: str, one: Object, facts: Mapping[str, Any]) -> Release:
    newest = capabilities.contract(chart, capabilities.versions(chart)[-1])
    nothing = {name: None for name in newest if name.startswith("closed.")} | NOTHING_ADDED.get(chart, {})
    contract = replace(newest, facts={**newest.facts, **nothing, **facts}, narrows={})
    return Release(
        one.name, chart, newest.version, mapped.values, mapped.locate, namespace=one.namespace, contract=contract,
        path=mapped.path, source=one.manifest.source,
    )  # fmt: skip
