"""A probe gives the engine less time than its health call takes.

Some health calls do more than look: SGLang's generates a token and looks for it once a second, so no answer comes
sooner. A probe that waits as long at most gives up just before, every time.

Bad::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --host, 0.0.0.0, --port, "8200", --enable-metrics]
        livenessProbe:
          httpGet: {path: /health, port: 8200}
          timeoutSeconds: 1

Good::

    # llm-d-modelservice@v0.4.9
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.9
        command: [python3, -m, sglang.launch_server]
        args: [--model-path, Qwen/Qwen3-0.6B, --host, 0.0.0.0, --port, "8200", --enable-metrics]
        livenessProbe:
          httpGet: {path: /health, port: 8200}
          timeoutSeconds: 5
"""

from __future__ import annotations

from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import mains
from wellit.seen.probes import probes
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL182", "probe-too-short", "error", (MODELSERVICE,), "read",
    reads="role.containers role.create routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for container in mains(subject):
        engine = container.engine
        slow = engine and engine.data["health"].get("slow")
        for probe in probes(container) if engine and slow and not _other(container, slow["unless"]) else ():
            if engine is None or not slow or probe.path not in slow["paths"] or not probe.asks_engine(container):
                continue
            node, needs = probe.spec["timeoutSeconds"], engine.data["health"]["minTimeoutSeconds"]
            waits = node.number(1)
            if node.written and waits is not None and waits <= slow["seconds"]:
                yield Hit(
                    node,
                    f"the {probe.name} waits {waits} s, and {engine.title}'s {probe.path} takes longer than that",
                    write=f"timeoutSeconds: {needs}",
                    why="it generates a token and looks for it once a second: no attempt is ever answered in time",
                    fix=Fix(node, str(needs)),
                )
            elif not node.written:
                yield NotChecked(
                    f"whether {engine.title}'s {probe.path} answers the {probe.name} of the {container.title} in time: "
                    f"it takes {slow['seconds']} s at least, and without timeoutSeconds 1 s is waited; "
                    f"timeoutSeconds: {needs} is enough"
                )


def _other(container: Container, variables: list[str]) -> bool:
    names = {variable["name"].text() for variable in container.node["env"]}
    return bool(names & set(variables)) or container.node.at("extraConfig", "envFrom").written
