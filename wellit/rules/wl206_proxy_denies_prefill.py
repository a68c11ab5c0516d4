"""The routing proxy denies every prefill server.

With `--enable-ssrf-protection` the proxy lets through only the pods of the pool that it is told. It reads the pool's
selector as pools had it before inference.networking.k8s.io/v1, and finds no pod of a newer one: every prefill server
that the picker chooses is denied with 403.

Bad::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: false}}
    decode:
      initContainers:
      - name: routing-proxy
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1
        args: [--kv-connector=nixlv2, --enable-ssrf-protection, --inference-pool=llm-d/gaie-chat]

Good::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: false}}
    decode:
      initContainers:
      - name: routing-proxy
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1
        args: [--kv-connector=nixlv2]
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.routes import inference_pools
from wellit.seen.sidecars import Sidecar, sidecars
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL206", "proxy-denies-prefill", "error", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="extraDeploy extraDeploy.kind extraObjects extraObjects.kind extraObjects.spec role.containers "
    "role.initContainers",
)  # fmt: skip
FLAG = "--enable-ssrf-protection"


def check(subject: Subject) -> Items:
    for sidecar in sidecars(subject):
        given = sidecar.given(FLAG)
        if given is None or given.value == "false":
            continue
        known = sidecar.contract
        if not isinstance(known, Contract) or not known["ssrf"]:
            reason = "" if isinstance(known, Contract) else known.reason
            yield NotChecked(f"whether the routing proxy lets prefill servers through: {reason or 'not known'}")
        elif not _old(subject, str(known["ssrf"]["poolApi"])):
            yield _denied(sidecar, known)


def _old(subject: Subject, api: str) -> bool:
    """Whether a pool of the API that the proxy reads is there."""
    return any(thing.group == api.partition("/")[0] for thing in inference_pools(subject).found)


def _denied(sidecar: Sidecar, known: Contract) -> Hit:
    given = sidecar.given(FLAG)
    assert given
    return Hit(
        given.node,
        f"{FLAG} lets no prefill server through: the routing proxy {known.version} cannot read pools of today",
        write=f"no {FLAG}",
        why="it answers 403, Forbidden: prefill target not allowed by SSRF protection; it reads pools of"
        f" {known['ssrf']['poolApi']} only",
        also=((f"release {known.version} chosen here", sidecar.node["image"]),),
    )
