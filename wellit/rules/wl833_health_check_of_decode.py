"""A decode worker checks itself with a payload that it refuses.

Before 1.1 Dynamo has one payload for every worker that answers clients. A decode worker of a stack that splits refuses
it, because it does not say which prefill server has done its part: with DYN_HEALTH_CHECK_ENABLED it is never ready.

Bad::

    # dynamo@0.8.1
    api: v1alpha1
    components:
      worker:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:0.8.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
        env:
        - {name: DYN_HEALTH_CHECK_ENABLED, value: "true"}

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      worker:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
        env:
        - {name: DYN_HEALTH_CHECK_ENABLED, value: "true"}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import payloads
from wellit.seen.graph import workers
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL833", "health-check-of-decode", "error", (DYNAMO,), "read", reads=f"{payloads.READS} framework")


def check(subject: Subject) -> Items:
    for worker in workers(subject):
        asks = payloads.of(worker)
        if asks is None or payloads.given(worker) is not None or not payloads.enabled(worker):
            continue
        if lacks := asks.lacks(asks.payload):
            yield Hit(
                worker.environment[payloads.ENABLED]["value"],
                f"the {worker.title} checks itself with a payload that has no {' and no '.join(lacks)}",
                write=f'"false", or a {payloads.GIVEN} with {" and ".join(lacks)}',
                why=f"a {asks.kind} worker of Dynamo {worker.version} refuses it: its health stays notready",
            )
