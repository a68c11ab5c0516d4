"""The routing proxy of KServe's presets speaks another engine's protocol.

With spec.prefill a routing proxy stands before each decode server. KServe's presets tell it the connector nixlv2,
which is vLLM's. For another engine its command is to be written anew, in an init container of the same name; what
that does not say stays. Where it sends the decode servers to meet the prefill servers must be where those wait.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --disaggregation-mode, decode]
      prefill: {}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        initContainers:
        - name: llm-d-routing-sidecar
          command: [/app/pd-sidecar, --port=8000, --vllm-port=8001, --kv-connector=sglang, --secure-proxy=false]
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --disaggregation-mode, decode]
      prefill: {}
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.disaggregation import PORT
from wellit.seen.neutral import spec
from wellit.seen.service import Service, services
from wellit.seen.serviceproxy import Proxy, proxy_of
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, PREFILL, Subject

RULE = Rule(
    "WL933", "service-connector", "error", (KSERVE,), "read",
    reads="spec.baseRefs spec.prefill spec.runtime spec.template",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        for one in service.workloads:
            if (proxy := proxy_of(one)) and one.engine:
                yield from _judge(one, one.engine, proxy)


def _judge(one: Workload, engine: Engine, proxy: Proxy) -> Items:
    if proxy.words.unclear:
        yield NotChecked(f"which connector the routing proxy of the {one.title} is told: {proxy.words.unclear}")
        return
    said = proxy.connector
    name = said.value if said else str(proxy.facts.get("defaultConnector", ""))
    if name and name not in engine.connectors:
        yield _other(one, engine, proxy, name)
    elif name:
        yield from _meet(one.service, engine, proxy, name)


def _other(one: Workload, engine: Engine, proxy: Proxy, name: str) -> Hit:
    mine = one.wrote(proxy.node["command"]) or one.wrote(proxy.node["args"])
    flag = proxy.connector_flag
    if not engine.connectors:
        write = "no prefill: llm-d's routing proxy has no connector for it"
    elif mine:
        write = f"{flag}={engine.connectors[0]}"
    else:
        known = one.service.facts["sidecar"]
        told = [word for word in known["command"] if not any(sign in word for sign in ("{", "ssrf", "pool"))]
        told.append(f"{known['connectorFlag']}={engine.connectors[0]}")
        write = f"template.initContainers: [{{name: {known['container']}, command: [{', '.join(told)}]}}]"
    return Hit(
        proxy.connector.node if mine and proxy.connector else one.engine_node,
        f"{engine.title} decodes behind a routing proxy that is told {name}{'' if mine else ', as KServe has it'}",
        write=write,
        why=f"{name} is another engine's protocol: no request is ever handed from prefill to decode",
    )


def _meet(service: Service, engine: Engine, proxy: Proxy, name: str) -> Items:
    """Prefill servers wait at the port that the proxy tells everybody."""
    port, variable = proxy.meets_at(name)
    one = next((other for other in service.workloads if other.role == PREFILL and other.engine is engine), None)
    about = spec(engine, PORT)
    if port is None or one is None or not about.get("flag"):
        return
    said = one.given(PORT)
    waits = (
        said.number if said else (engine.data["disaggregation"].get("handshake") or {}).get("port", {}).get("default")
    )
    if waits is not None and waits != port:
        yield Hit(
            said.node if said else one.engine_node,
            f"the prefill servers wait at {waits}, and the routing proxy sends everybody to {port}",
            write=f'{about["flag"]} "{port}"' + ("" if variable is not None else ", or nothing: it is the default"),
            why="the decode servers find no prefill server: Could not fetch prefill parallel info",
            also=(("the routing proxy", variable),) if variable is not None else (),
        )
