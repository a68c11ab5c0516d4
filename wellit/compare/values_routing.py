"""The pool, the picker and the gateway that charts would make of somebody's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from wellit import paths
from wellit.compare.objects import Object
from wellit.compose import merge
from wellit.node import spoken
from wellit.seen.inferencepool import Pool
from wellit.seen.metrics import flags_added
from wellit.source import LOADER
from wellit.subject import Release


def pool(of: Pool) -> Iterator[Object]:
    """The pool, its picker and the picker's configuration."""
    name, facts = of.release.name, of.facts
    file = of.picker["pluginsConfigFile"].text("default-plugins.yaml")
    text = of.picker["pluginsCustomConfig"][file].value
    old = "/v1alpha2" in facts["poolApi"] or ".x-k8s.io/" in of.pool["apiVersion"].text()
    metadata = {"name": name, "labels": {}}
    yield {
        "kind": "InferencePool",
        "apiVersion": of.pool["apiVersion"].text() if old and of.pool["apiVersion"] else facts["poolApi"],
        "metadata": metadata,
        "spec": {
            "targetPorts": [{"number": number} for number in of.ports],
            "selector": {"matchLabels": {key: spoken(node.value) for key, node in of.selector.items()}},
            "endpointPickerRef": {
                "name": f"{name}-epp",
                "port": {"number": of.picker["extProcPort"].number(facts["ports"]["extProc"])},
                "failureMode": of.picker["failureMode"].text() or facts["failureMode"],
            },
        },
    }
    args = ["--pool-name", name, "--zap-encoder", "json", "--config-file", f"/config/{file}"]
    if flags_added(of):
        metrics = facts["modelServerMetrics"].get(of.server_type, {})
        known = of.contract["metricFlags"] if of.contract else {}
        args += [word for what, value in metrics.items() if what in known for word in (f"--{known[what]}", value)]
    args += [word for flag, node in of.flags.items() for word in (f"--{flag}", spoken(node.value))]
    args += ["--tracing=false"] if facts["tracingFlag"] else []
    args += [] if _metrics_auth(of) else ["--metrics-endpoint-auth=false"]
    container = {
        "name": "epp",
        "image": of.image,
        "args": args,
        "resources": merge(facts["defaultResources"], of.picker["resources"].value or {}),
    }
    volume = {"name": "plugins-config-volume", "configMap": {"name": f"{name}-epp"}}
    spec = {"containers": [container], "volumes": [volume]}
    yield {
        "kind": "Deployment",
        "metadata": {"name": f"{name}-epp"},
        "spec": {"replicas": of.picker["replicas"].number(1), "template": {"metadata": {}, "spec": spec}},
    }
    if text is None:
        text = yaml.safe_dump(_default_config(facts))
    yield {"kind": "ConfigMap", "metadata": {"name": f"{name}-epp"}, "data": {file: text}}


def _metrics_auth(pool: Pool) -> bool:
    """Whether the picker asks who reads its metrics; which setting decides depends on the version."""
    follows = str(pool.facts["metricsAuthFollows"])
    return not follows or pool.picker.at(*follows.split(".")).flag(follows.endswith("auth.enabled"))


def _default_config(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that the chart brings when the values bring none."""
    weights = list(facts["defaultPluginWeights"]) or [1] * len(facts["defaultPlugins"])
    used = [{"pluginRef": p, "weight": w} for p, w in zip(facts["defaultPlugins"], weights, strict=False)]
    plugins = [{"type": plugin} for plugin in facts["defaultPlugins"]]
    return {"plugins": plugins, "schedulingProfiles": [{"name": "default", "plugins": used}]}


def gateway(release: Release) -> Object:
    """The Gateway, over the chart's own values."""
    own = yaml.load((paths.CHARTS / "gateway" / "values.yaml").read_text(encoding="utf-8"), LOADER)
    said = merge(own, release.values)["gateway"]
    asked = said.get("gatewayClassName") or release.facts["defaultClass"]
    spec = {
        "gatewayClassName": release.facts["classAliases"].get(asked, asked),
        "listeners": said.get("listeners"),
    }
    return {"kind": "Gateway", "metadata": {"name": release.name, "labels": said.get("labels") or {}}, "spec": spec}
