"""What smoke asks an installed stack."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL710": (
        "The stack is reached",
        "By the gateway's address when this machine reaches it, else by a port-forward to its service. Without a\n"
        "gateway a model server's pod is asked, and the router is not in the way.",
    ),
    "WL711": ("The model is listed", "GET /v1/models names the model that clients will ask for."),
    "WL712": ("A completion is answered", "POST /v1/completions, with the time that it took."),
    "WL713": ("A chat is answered", "POST /v1/chat/completions; a model without a chat template cannot."),
    "WL714": (
        "A streamed answer comes in pieces",
        "The first piece before the last, and [DONE] at the end. What gathers a stream on the way makes a client wait\n"
        "for the whole answer.",
    ),
    "WL715": (
        "The tokens are counted",
        "usage is in the answer and in a stream that asks for it. The picker's own token metrics come from there.",
    ),
    "WL716": (
        "An unknown model is answered as its engine answers it",
        "vLLM says 404; SGLang and TensorRT-LLM answer any name with 200, so that a misspelt one is not noticed. The\n"
        "picker knows no list of models.",
    ),
    "WL717": (
        "Every model server answers by itself",
        "Each pod is asked at its own port. A server that is dead while its pod stays Ready gets requests for ever; a\n"
        "dead prefill server is hidden by the routing proxy: clients get a clean 200, from the decode server alone.",
    ),
    "WL718": ("Every request of a burst is answered", "Many at once, no two prompts alike; none is lost, none hangs."),
    "WL719": (
        "The picker sees the engine's metrics",
        "While a burst goes on, the queue that an engine counts itself is also the picker's figure for that pod. When\n"
        "no request had to wait, that is neither shown nor denied.",
    ),
    "WL720": (
        "Load spreads over the pods",
        "Of a burst each pod answers some: by the header in which a pod names itself, else by the engines' counters.",
    ),
    "WL721": (
        "The same prefix goes to the same pod",
        "Where the guide promises it and the picker's configuration has a scorer for prefixes. Asked with prefixes\n"
        "that are long enough to be hashed; of a precise scorer later than it guesses.",
    ),
    "WL722": (
        "Prefill and decode both take part",
        "The picker's counter says that it meant to split requests, the prefill servers' own counters that they were\n"
        "split: when one fails, the routing proxy lets the decode server do all of it and answers 200.",
    ),
    "WL723": (
        "Each engine's way leads to its own pods",
        "Where several engines stand behind one gateway, told apart by path, header or model name.",
    ),
    "WL724": (
        "Requests go by the picker",
        "It leaves a mark in the answers that it has seen. Where a pool says FailOpen and its picker cannot be asked,\n"
        "the gateway sends requests to any pod: they are answered, and nothing is scheduled.",
    ),
}
