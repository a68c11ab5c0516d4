"""The KV cache is handed over by a backend that only pretends to.

SGLang's transfer backend `fake` moves nothing: it is for measuring one half of a pair alone. With real requests the
other worker waits for a KV cache that never comes.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode, --disaggregation-transfer-backend, fake]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --disaggregation-transfer-backend, fake]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      decode:
        type: worker
        role: decode
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, decode, --disaggregation-transfer-backend, nixl]
      prefill:
        type: worker
        role: prefill
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --disaggregation-mode, prefill, --disaggregation-transfer-backend, nixl]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import PAIR_READS
from wellit.seen.disaggregation import TRANSFER, pairs
from wellit.seen.neutral import told
from wellit.subject import DECODE, DYNAMO, KSERVE, MODELSERVICE, PREFILL, Subject

RULE = Rule("WL802", "transfer-pretended", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=PAIR_READS)


def check(subject: Subject) -> Items:
    for pair in pairs(subject):
        pretends = pair.facts.get("pretends", {})
        for role, one in zip((PREFILL, DECODE), pair.both, strict=True):
            said = told(one, TRANSFER)
            if said and said.value in pretends:
                yield Hit(
                    said.node,
                    f"the {role} servers hand the KV cache over by {said.value}, which moves nothing",
                    write=f"{said.by} {pretends[said.value]}, on both",
                    why="the other side waits for a KV cache that never comes: every request that is split fails",
                )
