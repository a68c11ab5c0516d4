"""A prefill worker has another bootstrap port at each start.

Without `--disaggregation-bootstrap-port` Dynamo draws a free port and registers it with the model, so decode workers
find it. What cannot know it is what stands between pods: a NetworkPolicy, a firewall between nodes, a service mesh.

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
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --host, 0.0.0.0]

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
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --host, 0.0.0.0,
               --disaggregation-bootstrap-port, "12345"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ROLE_READS
from wellit.seen.dynamo import drawn_port
from wellit.seen.graph import workers
from wellit.subject import DYNAMO, Subject

RULE = Rule("WL805", "bootstrap-port-drawn", "info", (DYNAMO,), "read", reads=f"{ROLE_READS} component.nodes")


def check(subject: Subject) -> Items:
    for one in workers(subject):
        flag = drawn_port(one)
        if flag and (reason := one.words.elsewhere):
            yield NotChecked(f"on which port the {one.title} is met: {reason}")
        elif flag and one.nodes == 1:
            yield Hit(
                one.node["args"],
                f"the {one.title} draws its bootstrap port anew at each start",
                write=f'"{flag}", "12345" in args',
                why="no NetworkPolicy and no firewall between the pods can let it through by number",
            )
