"""A worker is told a health payload that it cannot read.

DYN_HEALTH_CHECK_PAYLOAD is a JSON object, or @ and the path of a file with one. Of anything else the worker logs a
warning, and asks itself what its release asks by default.

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
        - {name: DYN_HEALTH_CHECK_ENABLED, value: "true"}
        - {name: DYN_HEALTH_CHECK_PAYLOAD, value: '{"prompt": "Hello"'}

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

RULE = Rule("WL830", "health-payload-unread", "warning", (DYNAMO,), "read", reads=payloads.ENV_READS)


def check(subject: Subject) -> Items:
    for worker in workers(subject):
        node = payloads.given(worker)
        if node is None or payloads.unknown(node.text()):
            continue
        read = payloads.read(node.text())
        if isinstance(read, str):
            yield Hit(
                node,
                f"{payloads.GIVEN} of the {worker.title} cannot be read: {read}",
                write="a JSON object, or @ and the path of a file in the container",
                why="the worker logs a warning and asks itself what its release asks by default",
            )
