"""Servers that must reach each other would go through the proxy.

With HTTP_PROXY a program sends every request there, unless NO_PROXY names its target. Names of the cluster (.svc,
.cluster.local) are always among the exceptions; addresses of pods are not, because only the cluster knows their range.
Prefill and decode servers find each other by address, and Dynamo's processes ask the API server by its address: through
a proxy outside of the cluster neither answers.

Bad::

    # settings -g pd-disaggregation -e sglang
    proxies: {http: "http://proxy.example.com:3128"}

Good::

    # settings -g pd-disaggregation -e sglang
    proxies: {http: "http://proxy.example.com:3128", except: [10.0.0.0/8]}
"""

from __future__ import annotations

import ipaddress

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.settings import engine_settings
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL343", "proxy-catches-pods", "error", (SETTINGS,), "read",
    reads="engine engine.name engines frontend proxies proxies.except proxies.http proxies.https role.replicas",
)  # fmt: skip
WRITE = "except: [10.0.0.0/8], with the ranges of your pods' and services' addresses"


def check(subject: Subject) -> Items:
    for one in engine_settings(subject):
        said = proxy_without_ranges(one.setting("proxies"))
        apart = (one.setting("prefill", "replicas").number(0) or 0) > 0
        if said and (apart or one.setting("frontend").written):
            yield Hit(
                said,
                "requests of the servers to each other would go through the proxy: no range of addresses is excepted",
                write=WRITE,
                why="they find each other, or the API server, by address, and the proxy reaches neither",
            )
            return


def proxy_without_ranges(proxies: Node) -> Node | None:
    """The proxy that is set, where no range of addresses is asked directly."""
    said = next((node for node in (proxies["http"], proxies["https"]) if node), None)
    return said if said and not any(_is_range(node.text()) for node in proxies["except"]) else None


def _is_range(word: str) -> bool:
    try:
        return ipaddress.ip_network(word, strict=False).num_addresses > 1
    except ValueError:
        return word.startswith("10.")  # what some programs take for a beginning
