"""The routing proxy's connector speaks another engine's protocol.

A connector is the way the routing proxy hands KV blocks from prefill to decode, and each is made for one engine:
SGLang takes a bootstrap address in the request, vLLM takes kv_transfer_params. The chart takes any word, and its
default is nixlv2 whatever the engine is. With the wrong one an SGLang decode never learns where its prefill is; a
vLLM one computes everything itself, and nothing says so.

Bad::

    # llm-d-modelservice@v0.3.8
    routing:
      proxy:
        connector: nixlv2
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]

Good::

    # llm-d-modelservice@v0.3.8
    routing:
      proxy:
        connector: sglang
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

from wellit import engines
from wellit.engines import Engine
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL103", "connector-engine", "error", (MODELSERVICE,), "read", reads="role.containers role.create routing.proxy"
)


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if pod.proxied:
            yield from _judge(pod)


def _judge(pod: Pod) -> Items:
    proxy, container = pod.service.proxy, pod.main
    engine, speaks = container.engine, engines.of_connector(proxy.connector)
    if engine is None:
        yield NotChecked(f"{container.unknown_engine}, so the connector {proxy.connector} cannot be held against it")
    elif speaks and not set(speaks) & set(container.possible_engines) and proxy.has_connector:
        yield _wrong(pod, engine, speaks[0])


def _wrong(pod: Pod, engine: Engine, other: Engine) -> Hit:
    proxy = pod.service.proxy
    meant = proxy.node.misspelt("connector")
    default = "" if proxy.connector_node.text() else ", the chart's default,"
    right = proxy.right_connector(engine)
    said = Fix(meant, "connector", key=True) if meant else Fix(proxy.connector_node, right)
    unread = f' (the key "{meant.keys[-1]}" is not read)' if meant else ""
    return Hit(
        meant or proxy.connector_node,
        f'the connector "{proxy.connector}"{default} is for {other.title}, the decode pods run {engine.title}{unread}',
        write=f"connector: {right}",
        why=f"{engine.title} pods do not understand what it sends them, and prefill and decode do not find each other",
        also=((f"{engine.title} is started here", pod.main.engine_node),),
        fix=said if meant or right else None,
    )
