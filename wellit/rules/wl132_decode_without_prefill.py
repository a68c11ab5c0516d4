"""A decode server that cannot work alone has no prefill server.

An SGLang server that is started to decode takes only what a prefill server has begun: a request without the room in
which the two meet is refused with 400, "received without bootstrap room id". vLLM's decode servers do by themselves
what no other has begun.

Bad::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {connector: sglang}}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--disaggregation-mode, decode]
    prefill:
      create: false

Good::

    # llm-d-modelservice@v0.4.9
    routing: {proxy: {enabled: false}}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--host, 0.0.0.0]
    prefill:
      create: false
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.disaggregation import facts, pod_of, role_told
from wellit.seen.modelservice import Service, services
from wellit.subject import DECODE, MODELSERVICE, PREFILL, Subject

RULE = Rule(
    "WL132", "decode-without-prefill", "error", (MODELSERVICE,), "read",
    reads="role role.containers role.create role.replicas",
)  # fmt: skip


def check(subject: Subject) -> Items:
    if any(pod_of(service, PREFILL) for service in services(subject)):
        return
    for service in services(subject):
        yield from _judge(service)


def _judge(service: Service) -> Items:
    decode = pod_of(service, DECODE)
    engine = decode and decode.main.engine
    if not decode or not engine or not facts(engine).get("keepsRole"):
        return
    said = role_told(decode.main)
    if said.name != DECODE or not said.told:
        return
    prefill = service.release.root[PREFILL]
    yield Hit(
        said.at,
        f"the decode servers are told {said.told.by} {said.told.value}, and there is no prefill server",
        write=f"no {said.told.by} here, or prefill servers: create: true and replicas: 1 below prefill",
        why=f"{engine.title} then refuses every request: received without bootstrap room id",
        also=(("prefill is off here", prefill),) if prefill.written else (),
    )
