"""Two pools have the same pods.

Each pool's picker counts only what it has sent itself between two looks at the pods' metrics, and its memory of
prefixes is its own. Two of them over the same pods work against each other.

Bad::

    # inferencepool@v1.4.0 release gaie-one
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}
    ---
    # inferencepool@v1.4.0 release gaie-two
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/inference-serving: "true"}}}
    ---
    # llm-d-modelservice@v0.4.9 release ms-one
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}

Good::

    # inferencepool@v1.4.0 release gaie-one
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}
    ---
    # inferencepool@v1.4.0 release gaie-two
    inferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: other}}}
    ---
    # llm-d-modelservice@v0.4.9 release ms-one
    modelArtifacts: {labels: {llm-d.ai/guide: chat}}
"""

from __future__ import annotations

from itertools import combinations

from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.inferencepool import pools
from wellit.seen.modelservice import services
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL313", "pools-overlap", "warning", (INFERENCEPOOL, MODELSERVICE), "read",
    reads="inferencePool.modelServers modelArtifacts.labels role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    known = [pool for pool in pools(subject) if pool.release.named and pool.selector]
    for first, second in combinations(known, 2):
        if first.release.namespace != second.release.namespace:
            continue
        for service in services(subject):
            if first.selects(service) and second.selects(service):
                yield Hit(
                    second.selector_node,
                    f"the pools {first.release.name} and {second.release.name} both have the pods of"
                    f" {service.release.name}",
                    write="matchLabels that only its own pods have",
                    why="two pickers send to the same pods, and neither knows what the other does",
                    also=((f"the selector of {first.release.name}", first.selector_node),
                          ("the pods' labels", service.labels_node)),
                )  # fmt: skip
