"""A service asks for a preset that KServe does not bring.

KServe looks for a preset by the service's shape: prefill apart or not, workers or not, and what they share. For
workers with pipeline parallelism it brings none, in no version. What `baseRefs` names must be there as well, in the
service's namespace or in KServe's own.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
      baseRefs: [{name: kserve-config-llm-templates}]

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
      baseRefs: [{name: kserve-config-llm-template}]
"""

from __future__ import annotations

from wellit.errors import nearest
from wellit.node import Node
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.service import Service, services
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL912", "service-preset", "error", (KSERVE,), "asked",
    reads="spec.baseRefs spec.parallelism spec.prefill",
)  # fmt: skip
OWN = "kserve-config-"  # how the names of KServe's own begin
WHY = "the condition PresetsCombined is False with ConfigNotFound, and nothing is started"


def check(subject: Subject) -> Items:
    for service in services(subject):
        for node in service.missing:
            yield from _base(service, node)
        for one in service.workloads:
            split = (one.place.at("parallelism", "pipeline").number() or 0) > 0
            if split and not service.missing and one.looked_up not in (*_shipped(service), *service.configs):
                yield _workers(one)


def _shipped(service: Service) -> list[str]:
    return [str(name) for name in service.facts["presets"].values()]


def _base(service: Service, node: Node) -> Items:
    name, known = node.text(), _shipped(service)
    if not name or name in known:
        return
    near = nearest(name, known)
    if not near and not name.startswith(OWN):
        yield NotChecked(f"whether there is an LLMInferenceServiceConfig {name}: it is not among what is judged")
        return
    yield Hit(
        node,
        f"KServe {service.release.version} has no preset {name}",
        write=near or f"one of {', '.join(known[:3])} ..., or a config of your own",
        why=WHY,
        fix=Fix(node, near) if near else None,
    )


def _workers(one: Workload) -> Hit:
    where = one.written.at("parallelism", "pipeline")
    return Hit(
        where if where.written else one.written["worker"],
        f"KServe {one.service.release.version} brings no preset for workers with pipeline parallelism",
        write=f"data and dataLocal, or an LLMInferenceServiceConfig {one.looked_up} of your own",
        why=WHY,
        also=(("the workers", one.written["worker"]),) if where.written else (),
        key=True,
    )
