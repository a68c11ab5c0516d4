"""The pods of one group do not know of each other.

With multinode the pods of a group are to serve one model together. An engine that is started by a command of one's own
must be told how many there are, which one it is and where the first one is; a LeaderWorkerSet says so in the variables
LWS_GROUP_SIZE, LWS_WORKER_INDEX and LWS_LEADER_ADDRESS.

Bad::

    # llm-d-modelservice@v0.4.9
    multinode: true
    decode:
      parallelism: {data: 2, dataLocal: 1, workers: 2}
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --host, 0.0.0.0, --port, "8200", --enable-metrics]

Good::

    # llm-d-modelservice@v0.4.9
    multinode: true
    decode:
      parallelism: {data: 2, dataLocal: 1, workers: 2}
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --host, 0.0.0.0, --port, "8200", --enable-metrics,
               --nnodes, $(LWS_GROUP_SIZE), --node-rank, $(LWS_WORKER_INDEX),
               --dist-init-addr, "$(LWS_LEADER_ADDRESS):5000"]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.modelservice import mains
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL188", "multinode-engine", "error", (MODELSERVICE,), "read",
    reads="multinode role.containers role.create role.parallelism",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        pod, engine = container.pod, container.engine
        flags = engine.data.get("multinode") if engine and container.own else None
        if not flags or not engine or not pod.service.multinode or pod.parallel.workers < 2:
            continue
        missing = {flag: value for flag, value in flags.items() if not container.words.given(flag)}
        if missing and (reason := container.words.elsewhere):
            yield NotChecked(f"whether the pods of a group find each other in the {container.title}: {reason}")
        elif missing:
            yield Hit(
                container.node["args"],
                f"{engine.title} is not given {', '.join(missing)}, and a group has {pod.parallel.workers} pods",
                write="in args: " + ", ".join(f'"{flag}", "{value}"' for flag, value in missing.items()),
                why="each pod starts for itself, with the whole model",
            )
