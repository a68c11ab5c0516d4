"""A service has workers, and nothing says how they share the work.

`worker` makes of each replica a group of pods (a LeaderWorkerSet). What they share is said by `parallelism`: `data`
with `dataLocal`, or `pipeline`. How many pods a group has is counted from it as well.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
      parallelism: {tensor: 8}
      worker: {containers: []}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-32B", name: Qwen/Qwen3-32B}
      parallelism: {tensor: 8, data: 2, dataLocal: 1}
      worker: {containers: []}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.webhook import Part, parts, there, why_refused
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL910", "service-workers", "error", (KSERVE,), "asked",
    reads="api spec.parallelism spec.prefill spec.worker",
)  # fmt: skip
SHARING = ("data", "dataLocal", "pipeline")


def check(subject: Subject) -> Items:
    for service in services(subject):
        why = why_refused(service, "parallelism")
        for part in parts(service) if why else ():
            if there(part.node["worker"]) and not any(
                (part.node.at("parallelism", key).number() or 0) > 0 for key in SHARING
            ):
                yield _hit(part, why)


def _hit(part: Part, why: str) -> Hit:
    return Hit(
        part.node["worker"],
        f"{part.of('worker')} is there, and {part.of('parallelism')} does not say how its pods share the work",
        write="parallelism: {data: 2, dataLocal: 1} for a group of two, or no worker",
        why=f"{why}: it wants data or pipeline parallelism beside a worker",
        key=True,
    )
