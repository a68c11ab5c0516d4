"""The engine listens on the loopback address only.

SGLang listens on 127.0.0.1 unless it is told otherwise, and nothing outside its own pod's network reaches that: the
kubelet's probes, the picker's metrics and a prefill's peers are refused. An engine whose default is every interface
can be told the same by mistake.

Bad::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--port, "8200"]

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--host, 0.0.0.0, --port, "8200"]
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL105", "engine-host", "error", (MODELSERVICE,), "read", reads="role.containers role.create")
EVERYWHERE = "0.0.0.0"


def check(subject: Subject) -> Items:
    for container in mains(subject):
        if engine := container.engine:
            yield from _judge(container, engine)
        else:
            yield NotChecked(container.unknown_engine)


def _judge(container: Container, engine: Engine) -> Items:
    said = container.words.given(engine.host_flag)
    write = f'"{engine.host_flag}", "{EVERYWHERE}" in args'
    why = "probes, the picker's metrics and other pods are refused: the pod never gets ready"
    if said and is_loopback(said.value):
        yield Hit(said.node, f"{engine.title} is told to listen on {said.value}", write=write, why=why)
    elif not said and is_loopback(engine.default_host):
        if reason := container.words.elsewhere:
            yield NotChecked(f"whether the {container.title} listens on every interface: {reason}")
        else:
            message = f"{engine.title} listens on {engine.default_host}: its {engine.host_flag} is not given"
            yield Hit(container.node["args"], message, write=write, why=why,
                      also=((f"{engine.title} is started here", container.engine_node),))  # fmt: skip


def is_loopback(host: str) -> bool:
    return host in ("localhost", "::1", "[::1]") or host.startswith("127.")
