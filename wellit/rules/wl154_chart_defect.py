"""The values meet a mistake of this chart version.

Some versions have one: what they make of values that are right is no YAML, or a word that the engine takes as it
stands. A later version mends it.

Bad::

    # llm-d-modelservice@v0.2.15
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.3.2
    decode:
      parallelism: {tensor: 2}
      containers:
      - image: vllm/vllm-openai:v0.17.1
        modelCommand: vllmServe
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wellit import capabilities
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import Pod, pods
from wellit.subject import DECODE, MODELSERVICE, Subject

RULE = Rule(
    "WL154", "chart-defect", "error", (MODELSERVICE,), "read",
    reads="multinode role.containers role.create role.initContainers role.parallelism routing.proxy",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        for defect in pod.service.facts["defects"]:
            for node, message, instead, why in MET[defect](pod):
                yield Hit(node, message, write=f"{instead}{_mended(pod, defect)}", why=why)


def _mended(pod: Pod, defect: str) -> str:
    """The first later version without the defect."""
    release = pod.service.release
    versions = capabilities.versions(release.chart)
    later = versions[versions.index(release.facts.version) :]
    mended = (v for v in later if defect not in capabilities.contract(release.chart, v)["defects"])
    return next((f"{release.chart} {version} or later" for version in mended), "another version of the chart")


Met = Iterator[tuple[Node, str, str, str]]


def _without_env(pod: Pod) -> Met:
    for container in pod.containers:
        if not container.node["env"] and not container.node["mountModelVolume"]:
            message = f"the {container.title} has neither env nor mountModelVolume, and this chart version needs one"
            why = "helm stops with: error converting YAML to JSON: did not find expected key"
            yield container.node, message, "mountModelVolume: true, or ", why


def _literal(pod: Pod) -> Met:
    for container in pod.containers:
        how = pod.service.facts["parallelism"]["tensorFlag"].get(container.meant)
        flag = pod.service.facts["commandFlags"]["tensorParallel"]
        if how == "literal" and pod.parallel.tensor > 1 and not container.words.given(flag):
            message = f"the {container.title} gets {flag} with the word $TP_SIZE instead of the number"
            instead = f'args: ["{flag}", "{pod.parallel.tensor}"], or '
            yield (
                pod.parallel.node["tensor"],
                message,
                instead,
                "nothing replaces it: the engine stops at an invalid int value",
            )


def _init_containers(pod: Pod) -> Met:
    if pod.role == DECODE and pod.proxied and pod.service.multinode and list(pod.node["initContainers"]):
        message = "with multinode and the routing proxy this chart version indents initContainers wrongly"
        why = "helm stops with: error converting YAML to JSON: did not find expected key"
        yield pod.node["initContainers"], message, "no initContainers here, or ", why


MET: dict[str, Callable[[Pod], Met]] = {
    "invalid-yaml-without-env-or-mount": _without_env,
    "tensor-parallel-literal": _literal,
    "lws-init-containers": _init_containers,
}
