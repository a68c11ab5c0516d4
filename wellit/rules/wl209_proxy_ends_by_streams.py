"""This release of the routing proxy can end while a prefill server still streams.

With the connector sglang the proxy v0.4.0 asks both servers at once, and a request for a stream is one for the prefill
server too. When decode is done, or the client has gone, while that one still writes, the proxy's process ends with a
panic, and every request until it is started again is refused. Later releases do not. It is no mistake of the values;
it is shown so that nobody looks for it for a day.

Bad::

    # llm-d-modelservice@v0.3.8
    routing: {proxy: {connector: sglang, image: "ghcr.io/llm-d/llm-d-routing-sidecar:v0.4.0"}}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]

Good::

    # llm-d-modelservice@v0.3.8
    routing: {proxy: {connector: sglang, image: "ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1"}}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

from wellit.capabilities import Contract
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import aparts
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL209", "proxy-ends-by-streams", "info", (MODELSERVICE,), "asked",
    reads="role.containers role.create role.replicas routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for apart in aparts(subject):
        proxy, known = apart.service.proxy, apart.service.proxy.contract
        if isinstance(known, Contract) and apart.decode.proxied and proxy.connector in known["endsByStreams"]:
            yield Hit(
                proxy.image_node,
                f"the routing proxy {known.version} can end while a prefill server streams",
                write=proxy.release_to_write(proxy.connector),
                why="its process panics with net/http: abort Handler when decode is done first; later releases do not",
                also=(("the connector", proxy.connector_node),) if proxy.connector_node.written else (),
            )
