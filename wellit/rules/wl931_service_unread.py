"""A part of the spec is for vLLM, and another engine runs, or a command that does not hand it over.

KServe makes arguments of vLLM's of LoRA adapters and of tracing, and adds them to args, whatever runs there: another
engine ends at once. kvCacheOffloading stands in the command of its preset, and a command of one's own knows nothing
of it.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      tracing: {}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      tracing: {}
      template:
        containers:
        - name: main
          args: [--max-model-len, "8192"]
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import there
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL931", "service-unread", "error", (KSERVE,), "asked",
    reads="spec.baseRefs spec.kvCacheOffloading spec.model spec.prefill spec.runtime spec.template spec.tracing",
)  # fmt: skip
OFFLOADING = "kvCacheOffloading"


def check(subject: Subject) -> Items:
    for service in services(subject):
        for one in service.workloads:
            for path, flags in service.facts["adds"].items():
                yield from _added(one, service.spec.at(*path.split(".")), path, list(flags))
            node = one.place[OFFLOADING]
            if there(node) and there(one.written[OFFLOADING]) and one.engine and not one.by_preset:
                yield _lost(one, one.written[OFFLOADING])


def _added(one: Workload, node: Node, path: str, flags: list[str]) -> Items:
    engine, own = one.engine, one.service.facts["presetEngine"]
    if not there(node) or node.value == [] or engine is None or one.by_preset:
        return
    said = " and ".join(flags)
    if engine.name != own:
        yield Hit(
            one.service.written.at(*path.split(".")),
            f"spec.{path} is there, and the {one.title} is {engine.title}",
            write=f"no {path}, and what {engine.title} has for it in its own args",
            why=f"KServe adds {said} to its args, which {engine.title} does not know: it ends at once",
            also=((engine.title, one.engine_node),),
            key=True,
        )
    elif one.words.script and "words together" not in one.words.unclear:
        yield Hit(
            one.service.written.at(*path.split(".")),
            f"spec.{path} is there, and the {one.title} is started by a script that does not read its args",
            write='"$@" at the end of the script, and "--" as the last word of command',
            why=f"KServe adds {said} to its args, which nobody then reads",
            also=(("the script", one.node["command"]),),
            key=True,
        )


def _lost(one: Workload, node: Node) -> Hit:
    assert one.engine
    own = one.engine.name == one.service.facts["presetEngine"]
    return Hit(
        node,
        f"{OFFLOADING} is there, and the {one.title} is started by a command of its own",
        write="--kv-transfer-config in its args, or no command" if own else f"no {OFFLOADING}: it is for vLLM alone",
        why="only the command of KServe's preset hands it over: the volumes are made, and nothing is written there",
        also=(("the command", one.node["command"]),),
        key=True,
    )
