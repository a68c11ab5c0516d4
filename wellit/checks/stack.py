"""A stack among others: who changes it, what is its own, what is taken over from others."""

CHECKS: dict[str, tuple[str, str]] = {
    "WL790": (
        "Nobody else is at work on this stack",
        "Two that change a stack at once undo each other's work. Who is at work holds a Lease in its namespace and\n"
        "renews it; 60 s after it was last heard of, and at once when it was a process of this machine that has\n"
        "ended, the next one takes over. Where you may not write Leases the record alone keeps two apart.",
    ),
    "WL791": (
        "The stack of this name is one of this guide",
        "A stack's name is its postfix: there is one of each name in a namespace, and its record has that name. An\n"
        "install of another guide under it would remove the first one's releases; another environment changes the one\n"
        "that is there, and says so.",
    ),
    "WL792": (
        "No other stack has its releases and objects",
        "Names are made of prefix, postfix and engine: ms-x-sglang is of the stack x-sglang, or of one of two engines\n"
        "of x. A release that somebody else has installed is not changed: adopt takes the whole stack over, and\n"
        "--set postfix=NAME makes another beside it.",
    ),
    "WL793": (
        "No other pool selects this stack's pods",
        "A pool selects pods of its namespace by labels, whoever made them: two pools with the same labels send their\n"
        "requests to each other's pods. WL609 asks the same of this stack's own pool.",
    ),
    "WL794": (
        "Every helm release of the namespace is a part of the stack that is adopted",
        "A release is told by its chart and its name. What fits no part of the guide is left alone, and named.",
    ),
    "WL795": (
        "The charts of an adopted stack are those of its release train",
        "Other versions are known and kept as they are until the next install, which brings those of the train.",
    ),
    "WL796": (
        "The pods of an adopted stack run the engine of its environment",
        "Told by image and command line. Under an environment of another engine it is not recorded: the next install\n"
        "would put another engine into its place.",
    ),
    "WL797": (
        "The next install of an adopted stack changes nothing",
        "Each object that wellit would apply is put to the API server as a dry run. What is applied by hand, as\n"
        "upstream's guides do with the route, belongs to no release, and helm does not take it over by itself.",
    ),
    "WL798": (
        "The records of stacks in a namespace can be read",
        "status -A looks into every namespace; one whose Secrets you may not list is named, and may have stacks.",
    ),
    "WL799": (
        "What is adopted has no mistake that the rules know",
        "The values of its releases are judged as validate --live judges them. It is recorded all the same.",
    ),
}
