"""What smoke and doctor ask of a stack of Dynamo, here or on a cluster."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL860": (
        "The frontend is reached",
        "At the address that invoke launch said, or through a port-forward to its service in a cluster.",
    ),
    "WL861": (
        "The model is listed",
        "GET /v1/models names the model that clients will ask for, and dynamo_frontend_model_ready, where the release\n"
        "has it, is 1. The frontend's own /health is 200 without any worker, so it says nothing of a model. Requests\n"
        "are held back until the model is listed and one chat is answered, for 30 seconds at most.",
    ),
    "WL862": ("A completion is answered", "POST /v1/completions, with the time that it took."),
    "WL863": ("A chat is answered", "POST /v1/chat/completions; a model without a chat template cannot."),
    "WL864": ("A streamed answer comes in pieces", "The first piece before the last, and [DONE] at the end."),
    "WL865": ("The tokens are counted", "usage is in the answer, and in a stream that asks for it."),
    "WL866": (
        "An unknown model is refused",
        "Dynamo's frontend knows the models of its workers, and answers any other name with 404.",
    ),
    "WL867": (
        "The frontend's metrics count what was asked",
        "dynamo_frontend_requests_total grows for the model by what was answered; dashboards are made of it.",
    ),
    "WL868": (
        "Every worker says that it is well",
        "At its system port (DYN_SYSTEM_PORT): /health, /live and /metrics, and the frontend knows it. A 503\n"
        '"notready" with endpoints that are ready means that it registered no health payload and is not told by\n'
        "DYN_SYSTEM_USE_ENDPOINT_HEALTH_STATUS to go by its endpoints; with endpoints that are not, that it does not\n"
        "answer its own health payload, or still loads the model.",
    ),
    "WL869": (
        "Prefill and decode both take part",
        "The answer says which workers did what (nvext.extra_fields: worker_id): two where the stack splits the work,\n"
        "one where it does not; and the frontend knows both.",
    ),
    "WL870": (
        "Equal prompts go to one worker",
        "Asked of a frontend that routes by what is cached (DYN_ROUTER_MODE=kv), with prompts of many pages. With two\n"
        "workers, round-robin would send every other one elsewhere.",
    ),
    "WL880": (
        "Everything that was started runs",
        "Processes here, pods on a cluster: with what one that ended said last, and what that means where it is known.",
    ),
    "WL881": (
        "Every worker is well",
        "By its own /health. Whether the model did load, and whether it answers its own health payload, are in its\n"
        "log. invoke explain WL868 says what notready means.",
    ),
    "WL882": (
        "All workers that a request needs have registered",
        "With prefill alone the frontend answers 404 with nothing in it, with decode alone 503: it serves a model\n"
        "when both roles are there. Two processes find each other by the same discovery: a folder, etcd or Kubernetes.",
    ),
    "WL883": (
        "Prefill and decode have the same served name, and the same namespace of Dynamo",
        "Where they differ both say that they are ready, and the model never is.",
    ),
    "WL884": (
        "Decode reaches what prefill publishes",
        "A prefill worker publishes host and port of its bootstrap server when it registers; the router puts them\n"
        "into each request. Each prefill worker of one machine needs a port of its own, and a host that is no\n"
        "loopback where decode runs elsewhere.",
    ),
    "WL885": (
        "Prefill and decode have the same page size",
        "Dynamo takes any two in silence. SGLang 0.5.23 refuses the first transfer; 0.5.6.post2 does not look.",
    ),
    "WL886": (
        "Every worker has the GPUs and the memory that it wants",
        "CUDA_VISIBLE_DEVICES or resources.limits against what is there, and what a worker says that ran out of it.",
    ),
    "WL887": (
        "The model can be loaded",
        "A path that is there, or a hub id that is reached: with proxy (HTTPS_PROXY), mirror (HF_ENDPOINT), token,\n"
        "and a cache that may be written to.",
    ),
    "WL888": (
        "What is asked for of etcd and NATS is there",
        "Releases before 1.1 always want NATS. From then on --discovery-backend file and --request-plane tcp do\n"
        "without both on one machine, and Kubernetes' own discovery on a cluster.",
    ),
    "WL889": (
        "Every port belongs to the one that wants it",
        "A worker whose system or bootstrap port is taken goes on, and only its log says so.",
    ),
    "WL890": (
        "Nothing is listed that has ended",
        "A worker that was killed (kill -9, out of memory) stays listed until its lease ends, 10 to 15 seconds; its\n"
        "requests are answered with 500 as long.",
    ),
    "WL891": ("A chat is answered", "One chat of a few tokens, asked of the frontend as a client would."),
    "WL892": (
        "Dynamo's operator has taken the graph",
        "A DynamoGraphDeployment without status was seen by no operator: none is installed, or none watches there.",
    ),
    "WL893": (
        "The graph's pods can be made and become ready",
        "With the conditions of the graph, and of each pod that is not: no room, an image, a secret that is missing.",
    ),
}
