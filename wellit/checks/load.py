"""What a load tells of a stack beside its figures."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL770": (
        "Every request was answered",
        "With a 200, to its end. What was not is counted by kind, with what the first of each kind said.\n"
        "invoke doctor follows a request's way and names what stops it.",
    ),
    "WL771": (
        "Every request came to an end within its limit",
        "Answered or failed clearly. A request that hangs holds its client for ever, who sees neither.",
    ),
    "WL772": (
        "The model that is asked for is listed",
        "By /v1/models, through the gateway. SGLang answers to any name, vLLM with 404 to one that it does not serve.",
    ),
    "WL773": (
        "The client was not what held the load back",
        "Beyond 85 % of a core, or when its own pulse comes 50 ms late, figures are those of this program.",
    ),
    "WL774": (
        "The rate was kept",
        "Requests that are not sent in their time make the stack look quicker than it is for those who wait.",
    ),
}
