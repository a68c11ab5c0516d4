"""The DestinationRule is for another host than the picker.

The gateway finds the rule by the name of the Service that it speaks to: the picker's,
NAME-epp.NAMESPACE.svc.cluster.local. A rule for another name - of another release, of another namespace, or what a
template left of one - is never used, and the gateway's TLS to the picker fails. Left away, the chart writes the right
name.

Bad::

    # inferencepool@v1.4.0
    provider:
      name: istio
      istio: {destinationRule: {host: "gaie-chat.llm-d.svc.cluster.local"}}

Good::

    # inferencepool@v1.4.0
    provider:
      name: istio
      istio: {destinationRule: {host: "gaie-chat-epp.llm-d.svc.cluster.local"}}
"""

from __future__ import annotations

import re

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import Pool, pools
from wellit.subject import INFERENCEPOOL, Subject

RULE = Rule(
    "WL247",
    "destination-rule-host",
    "error",
    (INFERENCEPOOL,),
    "read",
    reads="istio.destinationRule provider.istio provider.name",
)


def check(subject: Subject) -> Items:
    for pool in pools(subject):
        node = pool.istio["destinationRule"]["host"]
        if node.text() and pool.makes("DestinationRule") and (wrong := _wrong(pool, node.text())):
            yield Hit(
                node,
                f'the DestinationRule is for "{node.text()}"{wrong}',
                write=f"host: {_right(pool, node.text())}",
                why="the gateway never uses the rule: its TLS to the picker fails, and every request with it",
            )


def _wrong(pool: Pool, host: str) -> str:
    """What is wrong with a host, as the end of a sentence; "" when it may be right."""
    if re.search(r"[^\w.-]", host):
        return ""  # a pattern, or what a template leaves, which WL501 says
    service, _, rest = host.partition(".")
    namespace, _, domain = rest.partition(".")
    picker = pool.picker_name
    if pool.release.named and service != picker:
        return f", and the picker's Service is {picker}"
    if not service.endswith(picker.removeprefix(pool.release.name)):
        return f", which is no picker's Service: its name ends with {picker.removeprefix(pool.release.name)}"
    if pool.release.namespace and namespace and namespace != pool.release.namespace:
        return f", and the picker is in the namespace {pool.release.namespace}"
    if rest and domain.partition(".")[0] != "svc":
        return ", which is no Service's name: NAME.NAMESPACE.svc.cluster.local"
    return ""


def _right(pool: Pool, host: str) -> str:
    name = pool.picker_name if pool.release.named else pool.facts["names"]["picker"].format(release="RELEASE")
    given = host.split(".")[1] if host.count(".") > 1 else ""
    return f"{name}.{pool.release.namespace or given or 'NAMESPACE'}.svc.cluster.local, or leave it away"
