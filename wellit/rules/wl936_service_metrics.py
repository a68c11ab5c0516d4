"""The picker does not see how busy the engine is.

It asks every pod for its metrics, and knows their names by the label llm-d.ai/engine-type; without it they are
vLLM's. Of another engine it then reads nothing, takes every queue for empty, and never moves load away. spec.labels
puts labels on the pods, spec.prefill.labels on those that prefill.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      router: {route: {}, gateway: {}, scheduler: {}}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --enable-metrics]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      labels: {llm-d.ai/engine-type: sglang}
      router: {route: {}, gateway: {}, scheduler: {}}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --enable-metrics]
"""

from __future__ import annotations

from wellit.engines import Engine
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.service import service_workloads
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL936", "service-metrics", "error", (KSERVE,), "read",
    reads="spec.baseRefs spec.labels spec.prefill spec.replicas spec.router spec.runtime spec.template "
    "spec.worker",
)  # fmt: skip
WHY = "the picker reads its queue as 0, so load is never moved away from it"


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        if one.service.scheduler is None:
            continue  # nobody picks by load
        if one.engine is None:
            yield NotChecked(f"whether the picker reads the metrics of the {one.title}: its engine is not known")
        else:
            yield from _served(one, one.engine)
            yield from _named(one, one.engine)


def _served(one: Workload, engine: Engine) -> Items:
    flag = engine.metrics["flag"]
    if flag and not one.words.given(flag):
        if one.words.elsewhere:
            yield NotChecked(f"whether the {one.title} has {flag}: {one.words.elsewhere}")
        else:
            message = f"{engine.title} serves no metrics: {flag} is not given"
            yield Hit(one.engine_node, message, write=f'"{flag}" in args', why=WHY)


def _named(one: Workload, engine: Engine) -> Items:
    label, kind = str(one.service.facts["engineLabel"]), str(engine.metrics["engineType"])
    read = one.labels.get(label) or str(one.service.facts["presetEngine"]) if label else ""
    config = one.service.spec.at("router", "scheduler", "config")
    if read == kind or (engine.name == one.service.facts["presetEngine"] and not one.labels.get(label)):
        return
    if config.value or not label:
        if not _says(config, kind):
            why = f"it is for its configuration to say, as {kind}" if config.value else "its flags say which"
            yield NotChecked(f"whether the picker reads {engine.title}'s metrics: {why}")
        return
    node = one.place["labels"][label]
    mine = node.written
    yield Hit(
        node if mine else one.engine_node,
        f"the picker reads {read}'s metrics of the {one.title}, which is {engine.title}",
        write=f"{label}: {kind}" if mine else f"{_where(one)}: {{{label}: {kind}}}",
        why=WHY,
        also=((engine.title, one.engine_node),) if mine else (),
        fix=Fix(node, kind) if mine else None,
    )


def _where(one: Workload) -> str:
    return ".".join(["spec", *(str(key) for key in one.written.keys[1:]), "labels"])


def _says(config: Node, kind: str) -> bool:
    return any(word.text() == kind for word in config["inline"].strings())
