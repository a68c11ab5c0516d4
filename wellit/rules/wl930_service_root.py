"""An image that runs as root may not.

KServe's presets say runAsNonRoot since v0.18, for an image that has a user of its own. An image that runs as root
then does not start at all, unless it is told a user, or allowed to be root.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      template:
        containers:
        - name: main
          image: lmsysorg/sglang:v0.5.9
          securityContext: {runAsNonRoot: false}
"""

from __future__ import annotations

from wellit import engines
from wellit.rules.rule import Fix, Hit, Items, Rule
from wellit.seen.service import services
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL930", "service-root", "error", (KSERVE,), "read",
    reads="spec.prefill spec.template",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for service in services(subject):
        for one in service.workloads:
            if _forbidden(one) and _root(one):
                yield _hit(one)


def _forbidden(one: Workload) -> bool:
    """Whether it must not be root, and is told no user."""
    own, pod = one.node["securityContext"], one.pod["securityContext"]
    said = own["runAsNonRoot"] if own["runAsNonRoot"].written else pod["runAsNonRoot"]
    return said.flag(False) and not (own["runAsUser"].number(0) or pod["runAsUser"].number(0))


def _root(one: Workload) -> bool:
    return any(one.image.is_of(image) for engine in engines.engines() for image in engine.data.get("asRoot", ()))


def _hit(one: Workload) -> Hit:
    node = one.node.at("securityContext", "runAsNonRoot")
    mine = one.wrote(node)
    return Hit(
        node if mine else one.node["image"],
        f"{one.image.text} runs as root, and runAsNonRoot{' of the preset' if not mine else ''} forbids it",
        write="runAsNonRoot: false" if mine else "securityContext: {runAsNonRoot: false} beside it",
        why="the container is not started: CreateContainerConfigError, image will run as root",
        fix=Fix(node, "false") if mine else None,
    )
