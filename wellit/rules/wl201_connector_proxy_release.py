"""The routing proxy's release does not have this connector, or not the flag that names it.

The chart takes any word as connector and any image as proxy. A release that does not have the connector logs the ones
it has and ends with exit code 0, so Kubernetes starts it for ever and nothing looks failed. Every chart version
passes `--connector`, which is gone from v0.10.0 on.

Bad::

    # llm-d-modelservice@v0.3.8
    routing:
      proxy:
        connector: lmcache
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.6.0
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.4.0
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.3.8
    routing:
      proxy:
        connector: nixlv2
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.6.0
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.4.0
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.seen.proxy import Proxy
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL201",
    "connector-proxy-release",
    "error",
    (MODELSERVICE,),
    "asked",
    reads="role.containers role.create routing.proxy",
)


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if not pod.proxied:
            continue
        proxy = pod.service.proxy
        known = proxy.contract
        if not isinstance(known, Contract):
            yield NotChecked(f"which connectors the routing proxy has: {known.reason}")
            continue
        if not proxy.has_connector:
            yield _no_such_connector(pod, proxy, known)
        if proxy.passed_connector_flag not in known["connectorFlags"]:
            yield _no_such_flag(pod, proxy, known)


def _no_such_connector(pod: Pod, proxy: Proxy, known: Contract) -> Hit:
    right = proxy.right_connector(pod.main.engine)
    return Hit(
        proxy.connector_node if right else proxy.image_node,
        f'the routing proxy {known.version} has no connector "{proxy.connector}"',
        write=f"connector: {right}" if right else proxy.release_to_write(proxy.connector),
        why=f'it logs "{known["invalidConnector"]["message"]}" and ends with exit code 0, for ever',
        also=((f"release {known.version} chosen here", proxy.image_node),),
        fix=Fix(proxy.connector_node, right) if right else None,
    )


def _no_such_flag(pod: Pod, proxy: Proxy, known: Contract) -> Hit:
    chart = pod.service.release
    return Hit(
        proxy.image_node,
        f"the routing proxy {known.version} does not take {proxy.passed_connector_flag},"
        f" which {chart.chart} {chart.version} always passes",
        write=proxy.release_to_write(proxy.connector),
        why=f"it ends with exit code {known['unknownFlagExit']}: unknown flag",
    )
