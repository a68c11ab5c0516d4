"""Reports with one of everything that a renderer must cope with."""

from __future__ import annotations

from wellit.findings import Check, Edit, Finding, Location, Report

METRIC = Finding(
    "WL104",
    "engine-metric-mismatch",
    "error",
    "the pool reads a vLLM metric from SGLang pods",
    Location("environments/engines/sglang.yaml", 31, 13, 27, '    queued: "vllm:num_requests_waiting"'),
    path="engine.metrics.queued",
    write='"sglang:num_queue_reqs"',
    why="the queue reads as 0, so the queue scorer never moves load",
    fix=Edit(
        Location("environments/engines/sglang.yaml", 31, 13, 27, '    queued: "vllm:num_requests_waiting"'),
        '"sglang:num_queue_reqs"',
    ),
)
CHOSEN = ("engine chosen here", Location("environments/sglang.yaml", 3, 3, 14, "- engines/sglang"))
COMMAND = Finding(
    "WL101",
    "model-command",
    "error",
    "llm-d-modelservice v0.3.8 knows no sglangServe",
    Location("my.yaml", 104, 19, 11, "    modelCommand: sglangServe"),
    write="modelCommand: custom\ncommand: [python3, -m, sglang.launch_server]",
    why="helm stops with an error that names no file",
)
TYPED = Finding(
    "WL010",
    "unknown-setting",
    "error",
    'there is no setting "replica" in decode',
    Location("--set decode.replica=3", 1, 14, 7, "--set decode.replica=3"),
    path="decode.replica",
    write="replicas",
)
LEAK = Finding("WL500", "template-leak", "info", "a template left %!s behind", Location("out.yaml"))

PASSED = Check("WL600", "the cluster answers", "pass", "kind-foo, v1.34")
FAILED = Check(
    "WL601", "GPUs are free", "fail", "16 are asked for, 8 are free", "--set decode.replicas=4", "node-1: 4\nnode-2: 4"
)
WARNED = Check("WL602", "no image is pulled twice", "warn", "another tag is on the nodes")
UNKNOWN = Check("WL603", "the Secret is there", "unknown", "secrets is forbidden", "kubectl auth can-i get secrets")
SKIPPED = Check("WL604", "the gateway answers", "skip", "the check above failed")


def on_one_line() -> list[Finding]:
    """Two findings of one rule on one line, behind a tab and a wide character."""
    text = "\tdecode: {界: 1, replica: 2, tensorParalel: 1}"
    return [
        Finding("WL010", "unknown-setting", "warning", f'there is no setting "{name}" in decode',
                Location("my.yaml", 3, text.index(name) + 1, len(name), text), write=write)
        for name, write in (("replica", "replicas"), ("tensorParalel", "tensorParallel"))
    ]  # fmt: skip


def with_further_place() -> Finding:
    return Finding(**{**vars(METRIC), "also": (CHOSEN,)})


def everything() -> Report:
    """Every severity, every kind of place, every status."""
    findings = [with_further_place(), COMMAND, TYPED, LEAK, *on_one_line()]
    return Report("validate", findings, [PASSED, FAILED, WARNED, UNKNOWN, SKIPPED], {"guide": "inference-scheduling"})
