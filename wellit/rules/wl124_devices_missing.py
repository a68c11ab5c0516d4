"""The engine wants more accelerators than its pod gets.

The chart asks for as many accelerators as `parallelism` says; a command of one's own says by itself how many the engine
takes. With fewer than that it ends while it starts: no device is there for its last ranks.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-32B, --tp-size, "4"]

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {tensor: 4}
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-32B, --tp-size, "4"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS, SERVICE_READS, CommandLine, lines
from wellit.seen.devicecounts import Amount, given, taken
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

READS = (
    "accelerator.dra accelerator.resources accelerator.type dra.enabled multinode role.accelerator role.containers"
    f" role.create role.parallelism component.gpus component.more component.nodes {GRAPH_READS} {SERVICE_READS}"
    " spec.worker"
)
RULE = Rule("WL124", "devices-missing", "error", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        wants, gets = taken(line), given(line)
        if wants and gets and wants.number > gets.number and wants.by:
            yield _hit(line, wants, gets)


def _hit(line: CommandLine, wants: Amount, gets: Amount) -> Hit:
    return Hit(
        wants.node,
        f"{line.engine.title} takes {wants.number} accelerators ({wants.by}), the pod gets {gets.number} ({gets.by})",
        write=f"{gets.key}: {wants.number}, or fewer here",
        why=f"the {line.title} ends while it starts: it finds {gets.number} of {wants.number} devices",
        also=(("what the pod gets", gets.node),),
    )
