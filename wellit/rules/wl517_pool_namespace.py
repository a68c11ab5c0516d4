"""A pool is in another namespace than its pods.

An InferencePool selects pods of its own namespace only. With the right labels in another one the pool stays empty,
and every request is answered with 503.

Bad::

    # objects
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat, namespace: gateways}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat, namespace: chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      template:
        metadata: {labels: {llm-d.ai/guide: chat}}
        spec: {containers: [{name: main, image: "busybox:1.36"}]}

Good::

    # objects
    apiVersion: inference.networking.k8s.io/v1
    kind: InferencePool
    metadata: {name: gaie-chat, namespace: chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      targetPorts: [{number: 8000}]
      endpointPickerRef: {name: gaie-chat-epp, port: {number: 9002}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: chat, namespace: chat}
    spec:
      selector: {matchLabels: {llm-d.ai/guide: chat}}
      template:
        metadata: {labels: {llm-d.ai/guide: chat}}
        spec: {containers: [{name: main, image: "busybox:1.36"}]}
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen import workloads
from wellit.subject import OBJECTS, Subject

RULE = Rule("WL517", "pool-namespace", "error", (OBJECTS,), "read", reads="")


def check(subject: Subject) -> Items:
    for pool in workloads.of_kind(subject, "InferencePool"):
        wanted = workloads.labels_of(workloads.pool_selector(pool))
        pods = [pod for pod in workloads.templates(subject) if wanted and pod.has(wanted)]
        if pods and not any(workloads.same_namespace(pool, pod.object) for pod in pods):
            other = pods[0].object
            yield Hit(
                pool.root.at("metadata", "namespace"),
                f"the pool {pool.name} is in the namespace {pool.namespace}, its pods are in {other.namespace}",
                write=f"namespace: {other.namespace}",
                why="a pool selects pods of its own namespace only, so it stays empty",
                also=(("the pods' namespace", other.root.at("metadata", "namespace")),),
            )
