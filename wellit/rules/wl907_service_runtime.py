"""A service asks for a runtime that this release of KServe does not have.

`spec.runtime: kserve-llm-sglang` came after v0.20: with it KServe starts SGLang by presets of its own, for servers of
one node that do all of a request. Up to v0.20 there is no such field; what KServe does not know it drops, and vLLM
is started. Until then SGLang is a container of one's own.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      runtime: kserve-llm-sglang

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          command: [python3, -m, sglang.launch_server, --model-path, /mnt/models, --host, 0.0.0.0, --port, "8000"]
"""

from __future__ import annotations

from wellit import engines
from wellit.engines import Engine
from wellit.errors import nearest
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.service import Service, services
from wellit.subject import KSERVE, Subject

RULE = Rule("WL907", "service-runtime", "error", (KSERVE,), "read", reads="spec.runtime")


def check(subject: Subject) -> Items:
    for service in services(subject):
        said, known = service.written["runtime"], list(service.facts["runtimes"])
        if said.written and said.value is not None and said.text() not in known:
            yield _unknown(service, known) if known else _none(service)


def _none(service: Service) -> Hit:
    node = service.written["runtime"]
    engine = next((one for one in engines.engines() if _runtime(one) == node.text()), None)
    own = "template: {containers: [{name: main, image: %s:TAG, command: [%s, ...]}]}"
    return Hit(
        node,
        f"KServe {service.facts.version} has no spec.runtime",
        write=own % (engine.data["image"], ", ".join(engine.command))
        if engine and not engine.data["kserve"]["byPreset"]
        else "remove it: the presets start vLLM",
        why="the field is dropped and vLLM is started, whatever it says: runtimes came after v0.20",
        key=True,
    )


def _unknown(service: Service, known: list[str]) -> Hit:
    node = service.written["runtime"]
    near = nearest(node.text(), known)
    return Hit(
        node,
        f'KServe {service.facts.version} knows no runtime "{node.text()}"',
        write=near or " or ".join(known),
        why="KServe says nothing, and starts vLLM (kserve/kserve#6250)",
        fix=Fix(node, near) if near else None,
    )


def _runtime(engine: Engine) -> str:
    return str((engine.data.get("kserve") or {}).get("runtime") or "")
