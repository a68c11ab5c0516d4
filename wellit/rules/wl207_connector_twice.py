"""The routing proxy is told two connectors.

`--connector` is the old name of `--kv-connector`. A release that takes both goes by the new one, and does not say that
the other is ignored.

Bad::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: false}}
    decode:
      initContainers:
      - name: routing-proxy
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1
        args: [--kv-connector=nixlv2, --connector=sglang]

Good::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: false}}
    decode:
      initContainers:
      - name: routing-proxy
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1
        args: [--kv-connector=sglang]
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.sidecars import sidecars
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL207",
    "connector-twice",
    "warning",
    (MODELSERVICE,),
    "read",
    reads="extraDeploy extraDeploy.kind extraObjects extraObjects.kind extraObjects.spec role.containers "
    "role.initContainers",
)


def check(subject: Subject) -> Items:
    for sidecar in sidecars(subject):
        known = sidecar.contract
        if not isinstance(known, Contract) or len(known["connectorFlags"]) < 2:
            continue
        heard = known["connectorFlag"]
        kept = sidecar.given(heard)
        for flag in known["connectorFlags"]:
            other = sidecar.given(flag) if flag != heard else None
            if kept and other and kept.value != other.value:
                yield Hit(
                    other.node,
                    f"{flag} {other.value} is ignored: {heard} {kept.value} is given as well",
                    write=f"one of the two, as {heard}",
                    why=f"the routing proxy {known.version} goes by {heard} without a word",
                    also=((f"{heard} is given here", kept.node),),
                )
