"""What is asked of a machine before a launch."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "WL845": (
        "The model is there, or can be fetched",
        "A hub id (Qwen/Qwen3-0.6B) is fetched unless the cache has all of it; what begins with /, . or ~, has\n"
        "several slashes or ends in .gguf is a path, and Dynamo takes any file or folder of that name before the hub.\n"
        "A path that is not there is looked for on the hub, whose answer is hard to read.",
    ),
    "WL846": (
        "The model cache may be written",
        "Of HF_HUB_CACHE, HF_HOME/hub or ~/.cache/huggingface/hub. What a container left there belongs to root.\n"
        "Dynamo does not look at XDG_CACHE_HOME, SGLang does: with it a model is fetched twice, unless HF_HOME is set.",
    ),
    "WL847": (
        "The disk has room for the weights",
        "By what the model's name says of its size, or model.weights; a disk that is full stops a fetch near its end.",
    ),
    "WL848": (
        "The hub is reached",
        "HF_ENDPOINT and the proxies' variables are looked at, and the hub is asked once, for a few seconds, as the\n"
        "engine asks it; only where something has to be fetched. A hub that cannot be asked is neither yes nor no.",
    ),
    "WL849": (
        "A model that is given out to few has a token",
        "HF_TOKEN, or the file that hf auth login writes, of somebody who agreed to the model's terms. Never shown.",
    ),
    "WL850": (
        "The ports of a launch are free",
        "The frontend's, one for each worker's health and metrics, one for each prefill worker's bootstrap and for KV\n"
        "events. Dynamo says nothing of a port that it cannot have: the process stays up and does not answer.",
    ),
    "WL851": (
        "There is a GPU for each that a worker of a launch takes",
        "As many as tensor and pipeline parallelism say, each handed to one worker by CUDA_VISIBLE_DEVICES: those of\n"
        "local.devices, or of the person's own CUDA_VISIBLE_DEVICES, or all that nvidia-smi lists.",
    ),
    "WL852": (
        "What the processes of a launch find each other by answers",
        "etcd for local.discovery: etcd, NATS for local.requestPlane: nats, and for KV events in releases that\n"
        "have no other way for them. Without it each process waits for minutes, and ends.",
    ),
    "WL853": (
        "The programs of a launch are installed",
        "In the python3 that is first on PATH. --mock needs none of them.",
    ),
    "WL854": (
        "The installed release is the one that the files are written for",
        "Flags and variables differ between releases. --versions chooses another release train.",
    ),
    "WL855": (
        "A collector takes the traces of a launch",
        "At OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, by default port 4317 of this machine. Without it traces are lost, and\n"
        "each process tries again and again.",
    ),
    "WL856": (
        "All of a launch can run on one machine",
        "A worker over several nodes cannot, nor what works on Kubernetes alone: a planner, an endpoint picker.",
    ),
    "WL857": (
        "The memory of a launch's GPUs is free",
        "An engine takes its share of a whole GPU's memory, and ends when another process has it.",
    ),
}
