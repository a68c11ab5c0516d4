"""The pool selects no pod.

The InferencePool finds its pods by matchLabels: a pod must have every one of them. The pods' labels come from the
other chart, modelArtifacts.labels over that version's own defaults (llm-d.ai/inferenceServing until v0.4.4,
llm-d.ai/inference-serving since). With one label apart the pool stays empty and every request is answered with 503.

Bad::

    # inferencepool@v1.4.0
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/inferenceServing: "true", llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    decode:
      containers: [{image: "ghcr.io/llm-d/llm-d-cuda:v0.6.0", modelCommand: vllmServe}]

Good::

    # inferencepool@v1.4.0
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/inference-serving: "true", llm-d.ai/guide: chat}
    ---
    # llm-d-modelservice@v0.4.9
    modelArtifacts:
      labels: {llm-d.ai/guide: chat}
    decode:
      containers: [{image: "ghcr.io/llm-d/llm-d-cuda:v0.6.0", modelCommand: vllmServe}]
"""

from __future__ import annotations

from wellit.node import Node, spoken
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.inferencepool import Pool, alone, pools
from wellit.seen.modelservice import Service, services
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL301",
    "pool-selector",
    "error",
    (INFERENCEPOOL, MODELSERVICE),
    "read",
    reads="inferencePool.modelServers modelArtifacts.labels role.create",
)


def check(subject: Subject) -> Items:
    if reason := alone(subject):
        yield NotChecked(f"whether a pool finds its pods: {reason}")
    for pool in pools(subject):
        if not pool.selector:
            yield _no_selector(pool)
            continue
        known = list(services(subject))
        free = [service for service in known if not any(other.selects(service) for other in pools(subject))]
        if not known or any(pool.selects(service) for service in known):
            continue
        if free:
            yield _selects_none(pool, free)
        else:
            yield NotChecked(f"the pods of the pool {pool.release.name}: other pools have those that were given")


def _no_selector(pool: Pool) -> Hit:
    return Hit(
        pool.selector_node,
        f"the pool {pool.release.name} has no matchLabels",
        write="matchLabels: the labels of its pods",
        why=f"helm stops with: {pool.facts['failureMessages']['matchLabels']}",
    )


def _selects_none(pool: Pool, known: list[Service]) -> Hit:
    """The labels that are missing from the pods that come nearest."""
    service, labels, missing = min(
        ((service, labels, pool.missing(service, labels)) for service in known for labels in service.pod_labels),
        key=lambda found: len(found[2]),
    )
    have = ", ".join(f"{key}: {value}" for key, value in labels.items())
    return Hit(
        missing[0],
        f"the pool {pool.release.name} selects no pod: those of {service.release.name} have no {_label(missing[0])}",
        write=_write(missing[0], service, labels),
        why=f"the pods' labels are {have}",
        also=(
            *((f"nor {_label(node)}", node) for node in missing[1:]),
            ("the pods' labels", service.labels_node),
        ),
        fix=Fix(missing[0], alike, key=True) if (alike := _renamed(missing[0], service, labels)) else None,
    )


def _label(node: Node) -> str:
    return f"{node.keys[-1]}: {spoken(node.value)}"


def _renamed(node: Node, service: Service, labels: dict[str, str | None]) -> str:
    """The key under which this chart version writes the label that was meant, when the pods have it."""
    own = [name for name in service.facts["labels"].values() if labels.get(name)]
    wrong = not labels.get(str(node.keys[-1]))
    return next((name for name in own if wrong and labels[name] == spoken(node.value)), "")


def _write(node: Node, service: Service, labels: dict[str, str | None]) -> str:
    """The label as the pods have it: another value, or the key that this chart version writes."""
    key = str(node.keys[-1])
    if labels.get(key):
        return f'{key}: "{labels[key]}"'
    alike = _renamed(node, service, labels)
    return f'{alike}: "{labels[alike]}"' if alike else f"modelArtifacts.labels: {{{key}: {spoken(node.value)}}}"
