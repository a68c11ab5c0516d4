"""The pod gets more accelerators than its engine takes.

The chart asks for as many accelerators as `parallelism` says, but writes no degree of parallelism into a command of
one's own. What the command does not ask for stays idle, reserved and paid for.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      parallelism: {tensor: 4}
      containers:
      - image: lmsysorg/sglang:v0.5.9
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-32B]

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
from wellit.rules.wl124_devices_missing import READS
from wellit.seen.commandline import CommandLine, lines
from wellit.seen.devicecounts import Amount, given, taken
from wellit.subject import DYNAMO, KSERVE, MODELSERVICE, Subject

RULE = Rule("WL125", "devices-idle", "warning", (MODELSERVICE, DYNAMO, KSERVE), "read", reads=READS)


def check(subject: Subject) -> Items:
    for line in lines(subject):
        wants, gets = taken(line), given(line)
        chart = wants and not wants.by and not line.container.own  # whatever is wrong with it, the chart wrote it
        if wants and gets and wants.number < gets.number and not chart:
            yield _hit(line, wants, gets)


def _hit(line: CommandLine, wants: Amount, gets: Amount) -> Hit:
    flag = line.engine.flag("tensorParallel")
    return Hit(
        wants.node,
        f"{line.engine.title} takes {wants.number} of the pod's {gets.number} accelerators",
        write=f'"{flag}", "{gets.number}" in args, or {gets.key}: {wants.number}',
        why=f"{gets.number - wants.number} of them are reserved and do nothing",
        also=(("what the pod gets", gets.node),),
    )
