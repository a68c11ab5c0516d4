"""A token for the hub is given to the engine, and another container downloads the model.

KServe's storage initializer fetches hf:// before the engine starts. It takes HF_TOKEN from the Secret that an
annotation of the service names, from the secrets of the pod's service account, or, since v0.20, from an init container
of its name in the spec; the engine's own variables it never sees.

Bad::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: chat}
      template:
        containers:
        - name: main
          env:
          - {name: HF_TOKEN, valueFrom: {secretKeyRef: {name: llm-d-hf-token, key: HF_TOKEN}}}

Good::

    # kserve@v0.20.0
    api: v1alpha2
    spec:
      model: {uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: chat}
      template:
        initContainers:
        - name: storage-initializer
          env:
          - {name: HF_TOKEN, valueFrom: {secretKeyRef: {name: llm-d-hf-token, key: HF_TOKEN}}}
"""

from __future__ import annotations

from wellit import weights
from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.service import Service, services
from wellit.seen.workload import Workload
from wellit.subject import KSERVE, Subject

RULE = Rule(
    "WL939", "service-token", "warning", (KSERVE,), "read",
    reads="annotations spec.model spec.prefill spec.storageInitializer spec.template",
)  # fmt: skip
TOKENS = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
ACCOUNT = "template.serviceAccountName: an account with a secret that has HF_TOKEN"


def check(subject: Subject) -> Items:
    for service in services(subject):
        uri = service.written.at("model", "uri")
        fetched = service.spec.at("storageInitializer", "enabled").flag(True)
        fetched = fetched and uri.text().startswith("hf://") and not _named(service)
        for one in service.workloads if fetched else ():
            if not one.pod["serviceAccountName"].text() and not _given(service, one):
                yield from _judge(service, one, uri)


def _judge(service: Service, one: Workload, uri: Node) -> Items:
    model = uri.text().removeprefix("hf://").partition(":")[0]
    entry = next((one.environment[name] for name in TOKENS if name in one.environment), None)
    if entry is None and not weights.gated(model):
        return
    where = "it" if entry is not None else "the container that downloads it"
    yield Hit(
        entry if entry is not None else uri,
        f"{model} is downloaded without a token"
        + (", which the engine has" if entry is not None else ", and is given out only to those who agreed"),
        write=_write(service),
        why=f"the hub answers 401 to the storage initializer, and the pod never starts: {where} is to have it there"
        if entry is None else "the storage initializer downloads the model, and does not see the engine's variables",
    )  # fmt: skip


def _write(service: Service) -> str:
    annotation, name = service.facts["secretAnnotations"][0], str(service.facts["fetchesAs"])
    container = f"template.initContainers: [{{name: {name}, env: [...]}}], " if name else ""
    return f"{container}annotations: {{{annotation}: SECRET}}, or {ACCOUNT}"


def _named(service: Service) -> bool:
    """Whether an annotation of the service names the Secret with the token."""
    said = service.release.root["annotations"].value
    return isinstance(said, dict) and any(said.get(name) for name in service.facts["secretAnnotations"])


def _given(service: Service, one: Workload) -> bool:
    """Whether the container that downloads the model is given a token, or variables that may have one."""
    name = str(service.facts["fetchesAs"])
    for container in one.pod["initContainers"]:
        if name and container["name"].text() == name:
            names = {entry["name"].text() for entry in container["env"]}
            return bool(names & set(TOKENS)) or bool(container["envFrom"].value)
    return False
