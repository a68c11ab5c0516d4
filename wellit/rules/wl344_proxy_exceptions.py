"""A proxy is set, and no range of addresses is asked directly.

Names of the cluster (.svc, .cluster.local) are always among the exceptions. What is asked by its address goes through
the proxy: another pod, the API server, a hub in the own network.

Bad::

    # settings -e default
    proxies: {https: "http://proxy.example.com:3128"}

Good::

    # settings -e default
    proxies: {https: "http://proxy.example.com:3128", except: [10.0.0.0/8]}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.rules.wl343_proxy_catches_pods import WRITE, proxy_without_ranges
from wellit.subject import SETTINGS, Subject

RULE = Rule(
    "WL344", "proxy-exceptions", "warning", (SETTINGS,), "read",
    reads="frontend proxies.except proxies.http proxies.https role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    if subject.settings is None:
        return
    root = subject.settings.root
    said = proxy_without_ranges(root["proxies"])
    if said and not root["frontend"].written and not root.at("prefill", "replicas").number(0):
        yield Hit(
            said,
            "what is asked by its address goes through the proxy: no range of addresses is excepted",
            write=WRITE,
            why="a proxy outside of the cluster reaches neither its pods nor its API server",
        )
