"""A worker's health payload is of another role than the worker.

A worker that is told to check itself sends the payload to itself as if a client had. A decode worker refuses a request
that does not say which prefill server has done its part (`bootstrap_info`), and from 1.2 on a prefill worker waits for
a decode worker that never comes for it: the worker is never ready, or is ended by its liveness probe.

Bad::

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
        - {name: DYN_HEALTH_CHECK_PAYLOAD, value: '{"token_ids": [1], "stop_conditions": {"max_tokens": 1}}'}

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
        - name: DYN_HEALTH_CHECK_PAYLOAD
          value: '{"token_ids": [1], "bootstrap_info": {"bootstrap_host": "2.2.2.2", "bootstrap_port": 0}}'
"""

from __future__ import annotations

import json

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen import payloads
from wellit.seen.graph import Component, workers
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL831", "health-payload-role", "error", (DYNAMO,), "read", reads=payloads.READS)


def check(subject: Subject) -> Items:
    for worker in workers(subject):
        node = payloads.given(worker)
        if node is None or not payloads.enabled(worker):
            continue
        if payloads.unknown(node.text()):
            yield NotChecked(f"the health payload of the {worker.title} is known when it starts")
            continue
        read = payloads.read(node.text())
        if not isinstance(read, str):
            yield from _fits(worker, read)


def _fits(worker: Component, read: payloads.Payload) -> Items:
    asks, node = payloads.of(worker), payloads.given(worker)
    if asks is None or node is None or not (lacks := asks.lacks(read)):
        return
    kind = "worker" if asks.kind == payloads.BOTH else f"{asks.kind} worker"
    right = json.dumps(asks.filled()) if not asks.lacks(asks.payload) else f"a payload with {' and '.join(lacks)}"
    yield Hit(
        node,
        f"the health payload of the {worker.title}, a {kind}, has no {' and no '.join(lacks)}",
        write=right,
        why="it sends that to itself and does not answer: its health stays notready, and its liveness probe ends it",
    )
