"""The pods of one prefill worker draw a bootstrap port each.

A prefill worker over several pods has one bootstrap server, in its leader. The others register with it at the leader's
address and a port of their own settings; where none is written, Dynamo draws a free one in each pod. SGLang from 0.5.14
on - Dynamo 1.3 - tells the leader's port to all of them; older ones do not.

Bad::

    # dynamo@1.1.1
    api: v1alpha1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1
        nodes: 2
        gpus: 4
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --host, 0.0.0.0, --tp, "8"]

Good::

    # dynamo@1.1.1
    api: v1alpha1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.1.1
        nodes: 2
        gpus: 4
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --host, 0.0.0.0, --tp, "8",
               --disaggregation-bootstrap-port, "30001"]
"""

from __future__ import annotations

from wellit.capabilities import Unknown
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import ROLE_READS
from wellit.seen.dynamo import drawn_port, facts
from wellit.seen.graph import workers
from wellit.subject import DYNAMO, Subject

RULE = Rule(
    "WL812", "bootstrap-port-of-nodes", "error", (DYNAMO,), "read", reads=f"{ROLE_READS} component.more component.nodes"
)


def check(subject: Subject) -> Items:
    for one in workers(subject):
        flag = drawn_port(one) if one.nodes > 1 else ""
        known = facts(one) if flag else None
        if known is None or (not isinstance(known, Unknown) and known["sharesDrawnPort"]):
            continue
        if reason := known.reason if isinstance(known, Unknown) else one.words.elsewhere:
            yield NotChecked(f"whether the pods of the {one.title} agree on a bootstrap port: {reason}")
        else:
            yield Hit(
                one.node["args"],
                f"each pod of the {one.title} draws a bootstrap port of its own",
                write=f'"{flag}", "12345" in args',
                why="only the leader listens, on its own port: the others are refused there, and requests fail",
                also=(("several nodes", one.node["nodes"]),),
            )
