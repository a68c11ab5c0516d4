"""The ids of what smoke and doctor ask of an LLMInferenceService of KServe's; see checks."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL940": (
        "The model's own header leads to it",
        "Where the route that KServe made tells models apart by a header (X-Gateway-Model-Name by default, with\n"
        "publishers/NAMESPACE/models/NAME), a completion is asked by it, with that name as the model. A container of\n"
        "one's own must serve that second name, too.",
    ),
    "WL941": (
        "KServe's controller has taken the service",
        "One without conditions was seen by nobody; one whose status.observedGeneration is behind was changed and not\n"
        "looked at since. The controller is also the webhook that checks every change, and that converts between\n"
        "versions of the API. What it warned of in events is told where it is known.",
    ),
    "WL942": (
        "The presets that a service is made of are there",
        "PresetsCombined is False with ConfigNotFound otherwise, and nothing is made. They are looked for in the\n"
        "service's namespace, then in KServe's; which are asked for follows from its shape and from baseRefs.",
    ),
    "WL943": (
        "A service and its presets fit together",
        "PresetsCombined is False with CombineBaseError when what comes of both is refused, or cannot be filled in.",
    ),
    "WL944": (
        "The model can be fetched",
        "KServe's storage initializer, an init container, fetches model.uri before the engine starts: with the reason\n"
        "when its address, its token, its proxy or its storage does not do. The values of tokens are never shown.",
    ),
    "WL945": (
        "Probes wait as long as the engine takes to answer them",
        "The presets' wait one second, which is what an engine may take for /health: its pod becomes Ready and\n"
        "unready in turns, or is ended. A service's own probes go before those of a preset.",
    ),
    "WL946": (
        "A deleted service goes",
        "It keeps its finalizer until KServe's controller has cleaned up, so that without the controller it stays.",
    ),
    "WL947": (
        "The engine speaks TLS where KServe asks it by TLS",
        "enableLLMInferenceServiceTLS in KServe's settings turns probes, picker and gateway to HTTPS; only what the\n"
        "presets start is told so.",
    ),
    "WL948": (
        "The picker knows whose metrics it reads",
        "By a label of the pods: without, it looks for vLLM's names, and the queue of another engine is 0 for ever.",
    ),
    "WL949": (
        "The engine that runs is that of the runtime that was asked for",
        "A release that does not know spec.runtime, or one of that name, starts vLLM without a word.",
    ),
    "WL950": (
        "An image runs as the user that it may run as",
        "The presets say runAsNonRoot: an image that runs as root is refused until its container says otherwise.",
    ),
    "WL951": (
        "The engine's container is called main",
        "A preset's container of that name is laid under it; one of another name runs beside the preset's.",
    ),
    "WL952": (
        "A service is ready",
        "By its own conditions, each that is False with the check that explains it; with its address when it is.",
    ),
}
