"""The prefill server waits for the decode server at another port than the routing proxy says.

With the connector sglang the proxy tells both servers where to meet: at the prefill pod, port 8998. It is a constant of
the proxy, and the chart gives its container no environment to change it. A prefill server that was started with another
`--disaggregation-bootstrap-port` is never found.

Bad::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {connector: sglang, image: "ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1"}}
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --disaggregation-bootstrap-port, "9001"]

Good::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {connector: sglang, image: "ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1"}}
    prefill:
      replicas: 1
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, prefill, --disaggregation-bootstrap-port, "8998"]
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.disaggregation import PORT
from wellit.seen.modelservice import Pod, pods
from wellit.seen.neutral import Told, spec, told
from wellit.subject import MODELSERVICE, PREFILL, Subject

RULE = Rule(
    "WL136", "bootstrap-port", "error", (MODELSERVICE,), "asked",
    reads="role.containers role.create routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        engine, proxy = pod.main.engine, pod.service.proxy
        if pod.role != PREFILL or not engine or not proxy.on or not spec(engine, PORT).get("flag"):
            continue
        port, said = proxy.meets_at, told(pod.main, PORT)
        if port is None or said is None or said.number == port:
            continue
        if said.open:
            yield NotChecked(f"where the {pod.main.title} is met: {said.by} {said.value} is only known when it starts")
        elif proxy.connector in engine.connectors:
            yield _another(pod, said, port)


def _another(pod: Pod, said: Told, port: int) -> Hit:
    proxy = pod.service.proxy
    alone = said.node.value == said.value
    return Hit(
        said.node,
        f"the prefill servers are met at {said.value}, the routing proxy sends everybody to {port}",
        write=f'{said.by} "{port}", or nothing: it is the default',
        why=f"{port} is the proxy's constant for the connector {proxy.connector}, and the chart gives its container no"
        " environment; the decode servers fail: Could not fetch prefill parallel info",
        also=(("the connector", proxy.connector_node),),
        fix=Fix(said.node, f'"{port}"') if alone else None,
    )
