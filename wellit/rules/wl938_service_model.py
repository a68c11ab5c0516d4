"""The engine looks for its model where nobody has put it.

KServe fetches the model into /mnt/models, and its preset starts vLLM on it. With `storageInitializer.enabled: false`
nothing is fetched and nothing is mounted there, of a pvc:// as well: the engine must then be told the model itself,
in a command of one's own.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      storageInitializer: {enabled: false}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://Qwen/Qwen3-0.6B", name: Qwen/Qwen3-0.6B}
      storageInitializer: {enabled: false}
      template:
        containers:
        - name: main
          image: vllm/vllm-openai:v0.17.1
          command: [vllm, serve, Qwen/Qwen3-0.6B]
"""

from __future__ import annotations

from wellit.flags import is_open
from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.service import service_workloads
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL938", "service-model", "error", (KSERVE,), "asked",
    reads="spec.baseRefs spec.prefill spec.replicas spec.runtime spec.storageInitializer spec.template",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for one in service_workloads(subject):
        yield from _judge(one)


def _judge(one: Workload) -> Items:
    said, folder = one.given("model"), str(one.service.facts["modelPath"])
    switch = one.service.spec.at("storageInitializer", "enabled")
    if said is None:
        if one.words.elsewhere:
            yield NotChecked(f"which model the {one.title} is started with: {one.words.elsewhere}")
        return
    path, node = said.value, said.node
    inside = path == folder or path.startswith(f"{folder}/")
    if switch.value is False and inside and not _mounted(one, path):
        yield Hit(
            switch,
            f"the {one.title} is started with {path}, and nothing is fetched there",
            write="no storageInitializer, or a command of its own with the model's name",
            why="the folder is not there: the engine ends at once",
            also=(("the model", node),) if one.wrote(node) else (),
        )
    elif path.startswith("/") and not inside and not is_open(path) and not _mounted(one, path):
        yield Hit(
            node,
            f"the {one.title} is started with {path}, and the model is in {folder}",
            write=folder,
            why="the folder is not there: the engine ends at once, or takes the path for a model of the hub",
        )


def _mounted(one: Workload, path: str) -> bool:
    """Whether a volume of the person's own stands there."""
    return any(_over(mount, path) for mount in one.node["volumeMounts"])


def _over(mount: Node, path: str) -> bool:
    at = mount["mountPath"].text().rstrip("/")
    return bool(at) and (path == at or path.startswith(f"{at}/"))
