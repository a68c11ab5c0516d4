"""The engine listens where nobody asks.

The probes, the pool and the Service of KServe's presets ask port 8000; of a decode server behind the routing proxy,
port 8001. They ask the pod's own address: an engine that listens on the loopback address alone is reached by nobody.
Both stand in the preset's words, and are lost with a command of one's own.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --host, 0.0.0.0]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --host, 0.0.0.0, --port, "8000"]
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.rules.wl105_engine_host import EVERYWHERE, is_loopback
from wellit.seen.service import service_workloads
from wellit.seen.serviceproxy import engine_port
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL923", "service-address", "error", (KSERVE,), "asked",
    reads="spec.baseRefs spec.prefill spec.replicas spec.router spec.runtime spec.template",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        if one.engine is None:
            yield NotChecked(f"where the {one.title} listens: neither its image nor its command is a known engine's")
        elif one.words.elsewhere and one.given("port") is None:
            yield NotChecked(f"where the {one.title} listens: {one.words.elsewhere}")
        else:
            yield from _port(one, one.engine)
            yield from _host(one, one.engine)


def _port(one: Workload, engine: Engine) -> Items:
    said, asked, by = one.given("port"), engine_port(one), _asker(one)
    if one.port is not None and one.port != asked:
        how = f"{said.by} {said.value}" if said else f"its own default, for it is not given {engine.flag('port')}"
        yield Hit(
            said.node if said else one.engine_node,
            f"the {one.title} listens on {one.port} ({how}), and {by} asks {asked}",
            write=f'"{engine.flag("port")}", "{asked}"',
            why="the pod never gets ready: its probes are refused, and so is every request",
        )
        return
    for probe in one.probes if one.port else ():
        if probe.port is not None and probe.port != one.port:
            yield Hit(
                probe.node, f"the {probe.name} asks {probe.port}, and the {one.title} listens on {one.port}",
                write=f"port: {one.port}", why="it is refused every time: the pod never gets ready, or starts again",
            )  # fmt: skip


def _asker(one: Workload) -> str:
    return "the routing proxy before it" if one.sidecar is not None else "the pool"


def _host(one: Workload, engine: Engine) -> Items:
    said = one.words.given(engine.host_flag)
    host = said.value if said else engine.default_host
    if is_loopback(host) and not one.words.elsewhere:
        yield Hit(
            said.node if said else one.engine_node,
            f"the {one.title} listens on {host} alone{'' if said else f': {engine.host_flag} is not given'}",
            write=f'"{engine.host_flag}", "{EVERYWHERE}"',
            why="probes, the picker and other pods are refused: the pod never gets ready",
        )
