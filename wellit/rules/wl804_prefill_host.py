"""A prefill worker listens for decode workers on the loopback address.

The bootstrap server of a prefill worker, where a decode worker asks for the KV cache of its request, listens on
`--host`. SGLang's default is 127.0.0.1, and there no worker in another pod reaches it. A decode worker has no such
server: its `--host` does not count.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --host, 0.0.0.0]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.rules.wl105_engine_host import EVERYWHERE, is_loopback
from wellit.seen.commandline import ROLE_READS
from wellit.seen.graph import Component, workers
from wellit.subject import DYNAMO, PREFILL, Subject

RULE = Rule("WL804", "prefill-host", "error", (DYNAMO,), "read", reads=ROLE_READS)
WHY = "the decode workers, in other pods, cannot ask it for a KV cache: every request fails"


def check(subject: Subject) -> Items:
    for one in workers(subject):
        if one.role == PREFILL and one.mode == PREFILL:
            yield from _judge(one)


def _judge(one: Component) -> Items:
    assert one.engine  # without one no mode is known
    said = one.given("host")
    write = f'"{one.engine.host_flag}", "{EVERYWHERE}" in args'
    if said and is_loopback(said.value):
        yield Hit(said.node, f"the {one.title} is told to listen on {said.value}", write=write, why=WHY)
    elif not said and is_loopback(one.engine.default_host):
        if reason := one.words.elsewhere:
            yield NotChecked(f"whether decode workers reach the {one.title}: {reason}")
        else:
            message = f"the {one.title} listens on {one.engine.default_host}: its {one.engine.host_flag} is not given"
            also = ((f"{one.engine.title} is started here", one.engine_node),)
            yield Hit(one.node["args"], message, write=write, why=WHY, also=also)
