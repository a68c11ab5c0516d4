"""Whether an installed stack stands, and why its pods do not."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL701": (
        "Every workload has its pods ready",
        "With the reason of a pod that is not: an image that cannot be pulled, a container that ends, no room.",
    ),
    "WL702": ("The gateway is accepted and programmed", "helm's own wait does not look at this."),
    "WL703": ("The route is accepted", "Its gateway took it, and its pool was found."),
    "WL704": ("The pool is accepted", "A gateway uses it."),
    "WL705": ("Every rendered object is there", "By kind and name, of everything that was rendered."),
    "WL706": (
        "Nothing is left after an uninstall",
        "The namespace, definitions (CRDs), and secrets and volume claims of yours stay.",
    ),
    "WL707": (
        "What a controller carries out is ready",
        "A DynamoGraphDeployment is ready when Dynamo's operator says so, of its newest version, with its reason in\n"
        "words when it is not. In a sandbox there is no such operator: its API server checks the object by a schema\n"
        "of wellit's own and keeps it, and no pod comes of it. That an engine starts and answers is not proven there.\n"
        "Of an LLMInferenceService each condition that is not met is told in words; once it is ready, where it\n"
        "answers and which presets it was combined with.",
    ),
    "WL725": (
        "Its pods are made and find a node",
        "A quota, a webhook, or nodes without room. The nodes' own words say which resource, label or taint it is.",
    ),
    "WL726": (
        "Its images are pulled",
        "With the registry's words, and the line of the values that names the image.",
    ),
    "WL727": (
        "What its pods name is there",
        "Secrets, config maps and volumes; the line of the values is told where it names them.",
    ),
    "WL728": (
        "Its containers stay up",
        "With exit code, last lines, and what they mean where that is known; the line of the values is told where a\n"
        "word of it stands in those lines.",
    ),
    "WL729": (
        "It is ready in its time",
        "Nothing ends, and yet it is not ready: an engine that still loads, a probe that asks at another port, a\n"
        "gateway that nobody has programmed. --timeout says how long an install waits.",
    ),
}
