"""A Service or a monitor selects no pod.

A Service finds its pods by labels, and so does a PodMonitor. Where the pods that it was made for stand beside it and
have another value for one of them, it has no endpoint: connections are refused, and nothing is measured.

Bad::

    # objects
    apiVersion: v1
    kind: Service
    metadata: {name: chat}
    spec:
      selector: {llm-d.ai/guide: chat, llm-d.ai/role: decode}
      ports: [{port: 8000}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat-decode}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chats}}
      template:
        metadata: {labels: {llm-d.ai/guide: chats, llm-d.ai/role: decode}}
        spec: {containers: [{name: main, image: "busybox:1.36"}]}

Good::

    # objects
    apiVersion: v1
    kind: Service
    metadata: {name: chat}
    spec:
      selector: {llm-d.ai/guide: chat, llm-d.ai/role: decode}
      ports: [{port: 8000}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat-decode}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      template:
        metadata: {labels: {llm-d.ai/guide: chat, llm-d.ai/role: decode}}
        spec: {containers: [{name: main, image: "busybox:1.36"}]}
"""

from __future__ import annotations

from wellit.node import Node
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen import workloads
from wellit.seen.workloads import Object, Template
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL510", "selects-nothing", "warning", (OBJECTS,), "read", reads="")
SELECTORS = {"Service": ("spec", "selector"), "PodMonitor": ("spec", "selector", "matchLabels")}
# Pods with it are made by a gateway's controller, and stand in no file.
OF_A_GATEWAY = "gateway.networking.k8s.io/gateway-name"


def check(subject: Subject) -> Items:
    for one in workloads.of_kind(subject, *SELECTORS):
        selector = one.root.at(*SELECTORS[one.kind])
        wanted = workloads.labels_of(selector)
        pods = [pod for pod in workloads.templates(subject) if workloads.same_namespace(one, pod.object)]
        if not wanted or not pods or OF_A_GATEWAY in wanted or any(pod.has(wanted) for pod in pods):
            continue
        near = max(pods, key=lambda pod: (len(pod.labels.items() & wanted.items()), len(pod.labels.keys() & wanted)))
        if near.labels.items() & wanted.items():
            yield _hit(one, selector, wanted, near)
        else:
            yield NotChecked(f"which pods {one.title} selects: none of these has any of its labels")


def _hit(one: Object, selector: Node, wanted: dict[str, str], near: Template) -> Hit:
    key = next(key for key, value in wanted.items() if near.labels.get(key) != value)
    has = near.labels.get(key)
    said = f"has {key}: {has}" if has is not None else f"has no {key}"
    return Hit(
        selector[key],
        f"{one.title} selects no pod: the nearest, of {near.object.title}, {said}",
        write=f'{key}: "{has}"' if has is not None else f"no {key} here, or {key}: {wanted[key]} on the pods",
        why="it has no endpoint, and nothing says so",
        also=(("the pods' labels", near.labels_node),),
    )
