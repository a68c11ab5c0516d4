"""What a rule cannot judge is said, and why; it is neither a finding nor silence."""

from __future__ import annotations

import pytest

from wellit import rules, source
from wellit.findings import Check, Finding
from wellit.subject import Subject, chart_version, from_source

SGLANG = "image: lmsysorg/sglang:v0.5.9, command: [python3, -m, sglang.launch_server]"
PROXY = "connector: sglang, image: 'ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1'"


def judged(*files: str) -> list[Finding | Check]:
    """What all rules say of values, each with chart@version in its first line."""
    releases = []
    for number, text in enumerate(files):
        head, _, body = text.partition("\n")
        releases.append(from_source(source.parse(body, f"file-{number}"), *chart_version(head)))
    return list(rules.run(Subject(tuple(releases))))


def decode(container: str, proxy: str = PROXY) -> str:
    return (
        "llm-d-modelservice@v0.4.9\n"
        "modelArtifacts: {labels: {llm-d.ai/guide: chat}}\n"
        f"routing: {{proxy: {{{proxy}}}}}\n"
        f"decode: {{containers: [{{name: main, {container}}}]}}\n"
    )


def pool(rest: str) -> str:
    return (
        "inferencepool@v1.4.0\ninferencePool: {modelServers: {matchLabels: {llm-d.ai/guide: chat}}}\n"
        f"inferenceExtension: {{{rest}}}\n"
    )


DIGEST = "sha256:" + 64 * "a"
ARGS = "args: [--model-path, m/m, --host, 0.0.0.0, --port, '8200', --enable-metrics]"
PREFILL = (
    f"prefill: {{replicas: 1, containers: [{{name: main, {SGLANG}, args: [--model-path, m/m, --host, 0.0.0.0, "
    "--port, '8000', --enable-metrics, --disaggregation-mode, prefill, --disaggregation-transfer-backend, nixl]}]}\n"
)
CASES = {
    "an image nobody knows": (
        [decode("image: 'example.org/mine:v1', command: [serve]")],
        {"WL103", "WL105", "WL106", "WL203"},
        "neither image nor command of the decode container main is a known engine's (example.org/mine:v1)",
    ),
    "a tag that moves": (
        [decode(f"{SGLANG}, {ARGS}", "connector: sglang, image: 'ghcr.io/llm-d/llm-d-routing-sidecar:latest'")],
        {"WL201", "WL202"},
        "what this tag points to can change",
    ),
    "the chart's own proxy image": (
        [decode(f"{SGLANG}, {ARGS}", "connector: sglang")],
        {"WL201", "WL202"},
        "ghcr.io/llm-d/llm-d-routing-sidecar:latest",
    ),
    "a digest": (
        [
            decode(
                f"{SGLANG}, {ARGS}",
                f"connector: sglang, image: 'ghcr.io/llm-d/llm-d-routing-sidecar@{DIGEST}'",
            )
        ],
        {"WL201", "WL202"},
        "its digest alone does not tell the release",
    ),
    "arguments in a file": (
        [decode(f"{SGLANG}, args: [--config, /etc/sglang.yaml]")],
        {"WL105", "WL106", "WL203"},
        "--config /etc/sglang.yaml may give it",
    ),
    "arguments from a variable": (
        [decode(f"{SGLANG}, args: [$(ENGINE_ARGS)], env: [{{name: ENGINE_ARGS, value: x}}]")],
        {"WL105", "WL106", "WL203"},
        "its words are only known when it starts",
    ),
    "a port from a variable": (
        [decode(f"{SGLANG}, {ARGS.replace('8200', '$(PORT)')}, env: [{{name: PORT, value: '8200'}}]")],
        {"WL203"},
        "--port $(PORT) is only known when it starts",
    ),
    "arguments that are no list": (
        [decode(f"{SGLANG}, args: --port 8200")],
        {"WL105", "WL106", "WL110", "WL203"},
        "args is not a list of words",
    ),
    "a script no shell reads": (
        [decode('image: lmsysorg/sglang:v0.5.9, command: [sh, -c], args: ["sglang serve \'x"]')],
        {"WL105", "WL106", "WL110", "WL203"},
        "its script is no shell command",
    ),
    "an image that may carry both": (
        [decode(f"image: ghcr.io/llm-d/llm-d-cuda:v0.6.0, command: [python3, -m, sglang.launch_server], {ARGS}")],
        {"WL107"},
        "whether ghcr.io/llm-d/llm-d-cuda:v0.6.0 carries SGLang as well as vLLM",
    ),
    "a picker nobody knows": (
        [decode(f"{SGLANG}, {ARGS}"), pool("image: {hub: example.org, name: picker, tag: v1}")],
        {"WL104", "WL205"},
        "example.org/picker:v1",
    ),
    "a metric that was renamed": (
        [
            "llm-d-modelservice@v0.3.8\nmodelArtifacts: {labels: {llm-d.ai/model: chat}}\n"
            "decode: {containers: [{name: main, image: 'vllm/vllm-openai:v0.9.0', modelCommand: vllmServe}]}\n",
            "inferencepool@v1.2.1\ninferencePool: {modelServers: {matchLabels: {llm-d.ai/model: chat}}}\n",
        ],
        {"WL104"},
        'whether vllm/vllm-openai:v0.9.0 serves "vllm:gpu_cache_usage_perc", which the picker reads',
    ),
    "a role from a file": (
        [decode(f"{SGLANG}, {ARGS[:-1]}, --config, /etc/roles.yaml]") + PREFILL],
        {"WL134"},
        "--config /etc/roles.yaml may give it",
    ),
    "a pool whose pods were not given": (
        [
            decode("image: 'vllm/vllm-openai:v0.12.0', modelCommand: vllmServe", PROXY.replace("sglang", "nixlv2")),
            pool("pluginsConfigFile: ''"),
            pool("replicas: 1").replace("guide: chat", "guide: other"),
        ],
        {"WL301"},
        "the pods of the pool file-2: other pools have those that were given",
    ),
    "a pool without pods": (
        [pool("image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.7.1}")],
        {"WL104", "WL204", "WL301"},
        "no values of the llm-d-modelservice chart were given",
    ),
    "pods without a pool": (
        [decode(f"{SGLANG}, {ARGS}")],
        {"WL104", "WL204", "WL301"},
        "no values of the inferencepool chart were given",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_said(name: str) -> None:
    files, ids, reason = CASES[name]
    said = judged(*files)
    assert [item for item in said if isinstance(item, Finding) and item.severity == "error"] == []
    checks = [item for item in said if isinstance(item, Check) and reason in item.detail]
    assert {check.id for check in checks} == ids
    assert all(check.status == "skip" for check in checks)


def test_each_thing_is_said_once() -> None:
    text = decode("image: 'example.org/mine:v1', command: [serve]")
    twice = text + "prefill: {containers: [{name: main, image: 'example.org/mine:v1', command: [serve]}]}\n"
    said = judged(twice)
    assert len(said) == len(set(said))
