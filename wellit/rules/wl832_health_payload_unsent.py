"""A worker is told a health payload that it never sends.

DYN_HEALTH_CHECK_PAYLOAD is what a worker asks itself where DYN_HEALTH_CHECK_ENABLED is true. By default it is not, and
Dynamo's operator says false: the worker is then ready as soon as its endpoint is there, and nothing is asked.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      worker:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B]
        env:
        - {name: DYN_HEALTH_CHECK_PAYLOAD, value: '{"token_ids": [1], "stop_conditions": {"max_tokens": 1}}'}

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      worker:
        type: worker
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B]
        env:
        - {name: DYN_HEALTH_CHECK_ENABLED, value: "true"}
        - {name: DYN_HEALTH_CHECK_PAYLOAD, value: '{"token_ids": [1], "stop_conditions": {"max_tokens": 1}}'}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import payloads
from wellit.seen.graph import workers
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL832", "health-payload-unsent", "warning", (DYNAMO,), "asked", reads=payloads.ENV_READS)


def check(subject: Subject) -> Items:
    for worker in workers(subject):
        node = payloads.given(worker)
        if node is not None and not payloads.enabled(worker) and not payloads.hidden(worker):
            yield Hit(
                node,
                f"the {worker.title} never sends its health payload: {payloads.ENABLED} is not true",
                write=f'{payloads.ENABLED}: "true" beside it, or no payload',
                why="it is ready as soon as its endpoint is there, and nothing is asked of its engine",
            )
