"""The chart passes log flags that the routing proxy's release does not take.

Charts up to v0.3.7 pass `-v=5`, later ones `--zap-encoder` and `--zap-log-level`; proxies up to v0.3.0 take the
first, later ones the second. With the wrong pair the proxy ends at once with exit code 2, and the pod never gets
ready.

Bad::

    # llm-d-modelservice@v0.3.8
    routing:
      proxy:
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.3.0
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.4.0
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.3.8
    routing:
      proxy:
        image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.4.0
    decode:
      containers:
      - image: ghcr.io/llm-d/llm-d-cuda:v0.4.0
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.seen.proxy import Proxy
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL202", "proxy-flags", "error", (MODELSERVICE,), "asked", reads="role.containers role.create routing.proxy"
)


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if not pod.proxied:
            continue
        proxy = pod.service.proxy
        known = proxy.contract
        if not isinstance(known, Contract):
            yield NotChecked(f"which log flags the routing proxy takes: {known.reason}")
        elif known["logFlags"] != pod.service.facts["proxy"]["logFlags"] and (passed := proxy.log_flags):
            yield _refused(pod, proxy, known, passed)


def _refused(pod: Pod, proxy: Proxy, known: Contract, passed: list[str]) -> Hit:
    chart = pod.service.release
    image = proxy.fitting_image(proxy.connector)
    off = proxy.log_flags_off
    ways = [f"image: {image}"] * bool(image) + [f"{off} in routing.proxy"] * bool(off)
    return Hit(
        proxy.image_node,
        f"the routing proxy {known.version} does not take {' and '.join(passed)},"
        f" which {chart.chart} {chart.version} passes",
        write=", or ".join(ways),
        why=f"it ends with exit code {known['unknownFlagExit']}: unknown flag",
    )
