"""Manifests of stacks, in as few words as a picture reads of them."""

from __future__ import annotations

import json
from typing import Any

from tests.support.graphs import graph as a_graph

Manifest = dict[str, Any]
NAMESPACE = "ns"
VLLM = "ghcr.io/llm-d/llm-d-cuda:v0.6.0"
SGLANG = "docker.io/lmsysorg/sglang:v0.5.6.post2-runtime"
SIDECAR = "ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1"
PICKER = "ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1"
COMMANDS = {
    "vllm": ["vllm", "serve", "Qwen/Qwen3-32B"],
    "sglang": ["python3", "-m", "sglang.launch_server", "--model-path", "Qwen/Qwen3-32B"],
}
SERVING = {"llm-d.ai/inference-serving": "true"}
HTTP = {"name": "default", "port": 80, "protocol": "HTTP"}


def an(api_version: str, kind: str, name: str, **rest: Any) -> Manifest:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}} | rest


def gateway(name: str = "gate", **spec: Any) -> Manifest:
    spec = {"gatewayClassName": "istio", "listeners": [HTTP]} | spec
    return an("gateway.networking.k8s.io/v1", "Gateway", name, spec=spec)


def rule(pool: str = "pool", **rest: Any) -> Manifest:
    backend = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": pool}
    return {"backendRefs": [backend]} | rest


def route(*rules: Manifest, name: str = "route", parent: Any = None, **spec: Any) -> Manifest:
    spec = {"parentRefs": [parent or {"name": "gate"}], "rules": list(rules) or [rule()]} | spec
    return an("gateway.networking.k8s.io/v1", "HTTPRoute", name, spec=spec)


def pool(name: str = "pool", *, labels: Any = None, port: int = 8000, picker: str = "", **spec: Any) -> Manifest:
    spec = {
        "targetPorts": [{"number": port}], "selector": {"matchLabels": labels or SERVING},
        "endpointPickerRef": {"name": picker or f"{name}-epp", "port": {"number": 9002}},
    } | spec  # fmt: skip
    return an("inference.networking.k8s.io/v1", "InferencePool", name, spec=spec)


def picker(of: str = "pool", *, port: int = 9002, watches: str = "", profiles: Any = None) -> list[Manifest]:
    """A service, a deployment and a config map."""
    name = f"{of}-epp"
    profiles = profiles or {"default": [("queue-scorer", 2), ("prefix-cache-scorer", 3), ("max-score-picker", None)]}
    listed = [
        {"name": title, "plugins": [{"pluginRef": p} | ({"weight": w} if w else {}) for p, w in plugins]}
        for title, plugins in profiles.items()
    ]
    types = [*dict.fromkeys(p for plugins in profiles.values() for p, _ in plugins), "profile-handler"]
    config = {"plugins": [{"type": one} for one in types], "schedulingProfiles": listed}
    args = ["--pool-name", watches or of, "--config-file", "/config/plugins.yaml"]
    container = {"name": "epp", "image": PICKER, "args": args, "volumeMounts": [{"name": "c", "mountPath": "/config"}]}
    pod = {"containers": [container], "volumes": [{"name": "c", "configMap": {"name": name}}]}
    labels = {"inferencepool": name}
    return [
        an("v1", "Service", name, spec={"selector": labels, "ports": [{"port": port}]}),
        an("apps/v1", "Deployment", name, spec={"template": {"metadata": {"labels": labels}, "spec": pod}}),
        an("v1", "ConfigMap", name, data={"plugins.yaml": json.dumps(config)}),
    ]


def servers(
    name: str = "decode",
    *,
    labels: Any = None,
    engine: str = "vllm",
    port: int = 8200,
    proxy: Any = (8000, 8200, "nixlv2"),
    gpus: int = 2,
    replicas: int = 2,
) -> Manifest:
    command = COMMANDS[engine]
    image = {"vllm": VLLM, "sglang": SGLANG}[engine]
    limits = {"limits": {"nvidia.com/gpu": str(gpus)}} if gpus else {}
    inside = {"name": engine, "image": image, "command": command, "args": ["--port", str(port)], "resources": limits}
    pod: Manifest = {"containers": [inside]}
    if proxy:
        front, back, connector = proxy
        args = [f"--port={front}", f"--vllm-port={back}", f"--connector={connector}"]
        pod["initContainers"] = [{"name": "routing-proxy", "image": SIDECAR, "args": args, "restartPolicy": "Always"}]
    template = {"metadata": {"labels": labels or SERVING | {"llm-d.ai/role": "decode"}}, "spec": pod}
    return an("apps/v1", "Deployment", name, spec={"replicas": replicas, "template": template})


def body_router(port: int = 9004, gateway: str = "gate", *, service: str = "bbr") -> list[Manifest]:
    """What Istio's filter makes a gateway ask."""
    grpc = {"envoy_grpc": {"cluster_name": f"outbound|{port}||{service}.ns.svc.cluster.local"}}
    patch = {"patch": {"value": {"typed_config": {"grpc_service": grpc}}}}
    labels = {"app": "bbr"}
    pod = {"containers": [{"name": "bbr", "image": "registry.k8s.io/gateway-api-inference-extension/bbr:v1.4.0"}]}
    targets = {"targetRefs": [{"kind": "Gateway", "name": gateway}], "configPatches": [patch]}
    return [
        an("networking.istio.io/v1alpha3", "EnvoyFilter", "bbr", spec=targets),
        an("v1", "Service", "bbr", spec={"selector": labels, "ports": [{"port": 9004}]}),
        an("apps/v1", "Deployment", "bbr", spec={"template": {"metadata": {"labels": labels}, "spec": pod}}),
    ]


def one() -> list[Manifest]:
    """One engine behind everything."""
    return [gateway(), route(), pool(), *picker(), servers()]


def split() -> list[Manifest]:
    """Prefill and decode apart."""
    profiles = {"prefill": [("prefill-filter", None), ("queue-scorer", 1)], "decode": [("decode-filter", None)]}
    prefill = servers(
        "prefill", labels=SERVING | {"llm-d.ai/role": "prefill"}, port=8000, proxy=None, gpus=1, replicas=4
    )
    return [gateway(), route(), pool(), *picker(profiles=profiles), prefill, servers(gpus=4, replicas=1)]


def several() -> list[Manifest]:
    """Two engines side by side, with the longest names there may be."""
    made = [gateway()]
    rules = []
    for engine in ("sglang", "vllm"):
        long = f"gaie-a-team-with-a-long-name-and-a-model-with-one-too-{engine}"
        match = {"path": {"type": "PathPrefix", "value": f"/{engine}"}}
        header = {"headers": [{"name": "x-engine", "value": engine}]}
        rewrite = {"type": "URLRewrite", "urlRewrite": {"path": {"replacePrefixMatch": "/"}}}
        rules.append(rule(long, matches=[match, header], filters=[rewrite]))
        labels = SERVING | {"llm-d.ai/guide": f"multi-engine-{engine}"}
        connector = {"sglang": "sglang", "vllm": "nixlv2"}[engine]
        made += [pool(long, labels=labels), *picker(long)]
        made.append(servers(f"ms-{engine}-decode", labels=labels, engine=engine, proxy=(8000, 8200, connector)))
    return [*made, route(*rules)]


def wrong() -> list[Manifest]:
    """Nothing of it joins."""
    return [
        gateway(listeners=[HTTP | {"name": "web"}]),
        route(rule("poool"), rule("empty"), parent={"name": "gate", "sectionName": "default"}),
        pool("empty", labels={"no": "such"}),
        *picker("empty", watches="another"),
        pool("pool", picker="nobody"),
        pool("second", port=9000, picker="empty-epp"),
        servers(proxy=(8000, 8201, "nixlv2")),
        servers("lonely", labels={"llm-d.ai/role": "decode"}),
    ]


def by_body() -> list[Manifest]:
    """A router reads the model's name before the route is chosen."""
    return [*one(), *body_router()]


def graph() -> list[Manifest]:
    """A graph of Dynamo."""
    return [a_graph()]


STACKS = {"by_body": by_body, "one": one, "split": split, "several": several, "wrong": wrong, "graph": graph}
