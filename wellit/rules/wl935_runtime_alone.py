"""A runtime of KServe's is asked for what it does not do.

spec.runtime names how KServe starts the engine by itself: servers of one node that do all of a request. With prefill
apart, or with workers, KServe takes its presets for vLLM instead, and says nothing. LoRA adapters and tracing become
arguments of vLLM's there as well.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      runtime: kserve-llm-sglang
      prefill: {replicas: 1}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      runtime: kserve-llm-sglang
"""

from __future__ import annotations

from wellit import engines
from wellit.engines import Engine
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import Service, services
from wellit.seen.webhook import there
from wellit.subject import KSERVE, PREFILL, Subject

RULE = Rule(
    "WL935", "runtime-alone", "error", (KSERVE,), "read",
    reads="spec.kvCacheOffloading spec.model spec.parallelism spec.prefill spec.runtime spec.tracing "
    "spec.worker",
)  # fmt: skip
FALLS_BACK = ("worker", PREFILL)


def check(subject: Subject) -> Items:
    for service in services(subject):
        runtime = service.written["runtime"]
        if runtime.text():
            yield from _judge(service, runtime)


def _judge(service: Service, runtime: Node) -> Items:
    engine = next((one for one in engines.engines() if _runtime(one) == runtime.text()), None)
    refused = dict((engine.data["kserve"].get("refuses") or {}) if engine else {})
    for path in dict.fromkeys((*FALLS_BACK, *refused)):
        node = service.written.at(*path.split("."))
        if not there(node):
            continue
        falls = path in FALLS_BACK
        yield Hit(
            node,
            f"spec.runtime is {runtime.text()}, and spec.{path} is there",
            write=f"no {path}" + (", or a container of your own and no runtime" if falls else ""),
            why="KServe starts vLLM by its presets instead, and says nothing" if falls else str(refused[path]),
            also=(("the runtime", runtime),),
            key=True,
        )


def _runtime(engine: Engine) -> str:
    return str((engine.data.get("kserve") or {}).get("runtime") or "")
