"""The picker's configuration, or the number of pickers, is none that KServe takes.

`scheduler.config` says in `inline` what the configuration is, or in `ref` which ConfigMap has it: one of the two.
Without any `config` KServe writes one. There is one picker at least; to have none leave `scheduler` out.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router: {route: {}, gateway: {}, scheduler: {config: {}}}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router: {route: {}, gateway: {}, scheduler: {config: {ref: {name: chat-picker, key: epp}}}}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL915", "service-picker", "error", (KSERVE,), "asked",
    reads="api spec.router",
)  # fmt: skip
WHERE = "spec.router.scheduler"
FORM = "inline: {...}, or ref: {name: ..., key: ...}"


def check(subject: Subject) -> Items:
    for service in services(subject):
        if why := why_refused(service, "scheduler"):
            yield from _judge(service.written.at("router", "scheduler"), why)


def _judge(scheduler: Node, why: str) -> Items:
    count, config = scheduler["replicas"], scheduler["config"]
    if count.number() == 0:
        yield Hit(count, f"{WHERE}.replicas is {count.value}", write="1 or more; no scheduler for none", why=why)
    if not there(config):
        return
    inline, ref = config["inline"], config["ref"]
    if there(inline) and there(ref):
        yield Hit(
            inline,
            f"{WHERE}.config has inline and ref",
            write="one of the two",
            why=why,
            also=(("ref", ref),),
            key=True,
        )
    elif not there(inline) and not there(ref):
        yield Hit(config, f"{WHERE}.config says nothing", write=f"{FORM}, or no config", why=why, key=True)
    elif there(inline) and (inline.value == {} or not isinstance(inline.value, dict)):
        yield Hit(
            inline, f"{WHERE}.config.inline is no configuration", write="an EndpointPickerConfig, or no config", why=why
        )
    elif there(ref) and not ref["name"].text():
        yield Hit(ref, f"{WHERE}.config.ref names no ConfigMap", write="name: ... and key: ...", why=why, key=True)
