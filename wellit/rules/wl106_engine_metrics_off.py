"""The engine serves no metrics.

The picker reads every pod's queue and cache from its metrics. vLLM always serves them, SGLang only with
`--enable-metrics`; without it the picker sees an empty queue for ever and spreads requests blindly, and nothing says
so.

Bad::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--host, 0.0.0.0, --port, "8200"]

Good::

    # llm-d-modelservice@v0.3.8
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--host, 0.0.0.0, --port, "8200", --enable-metrics]
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.modelservice import mains
from wellit.subject import MODELSERVICE, Subject

RULE = Rule("WL106", "engine-metrics-off", "error", (MODELSERVICE,), "read", reads="role.containers role.create")


def check(subject: Subject) -> Items:
    for container in mains(subject):
        engine = container.engine
        if engine is None:
            yield NotChecked(container.unknown_engine)
        elif (flag := engine.metrics["flag"]) and not container.words.given(flag):
            if reason := container.words.elsewhere:
                yield NotChecked(f"whether the {container.title} has {flag}: {reason}")
            else:
                yield Hit(
                    container.node["args"],
                    f"{engine.title} serves no metrics: {flag} is not given",
                    write=f'"{flag}" in args',
                    why="the picker reads its queue as 0, so load is never moved away from it",
                    also=((f"{engine.title} is started here", container.engine_node),),
                )
