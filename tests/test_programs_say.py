"""The rules marked "asked" say what the real programs say: routing proxies and endpoint pickers are started and asked.

They need no cluster for that: they judge their flags and their configuration first. Each ends by itself, or is ended as
soon as it has answered.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.picker import free_ports
from wellit import capabilities, process, rules, source, tools
from wellit.capabilities import Contract
from wellit.findings import Finding
from wellit.subject import Subject, chart_version, from_source
from wellit.tools.pins import pin

SECONDS = 120.0
PROXY_IMAGE = "ghcr.io/llm-d/llm-d-routing-sidecar"
PROXIES = ("sidecar-0.4", "sidecar-0.7")
PICKERS = {
    "picker-0.7": "ghcr.io/llm-d/llm-d-inference-scheduler",
    "picker-gaie-1.2": "registry.k8s.io/gateway-api-inference-extension/epp",
}
CONNECTORS = sorted({name for _, release in capabilities.published("routing-proxy") for name in release["connectors"]})
ZAP = ["--zap-encoder=json", "--zap-log-level=debug"]
NOWHERE = "clusters: [{name: x, cluster: {server: 'http://127.0.0.1:9'}}]\ncontexts: [{name: x, context: {cluster: x}}]"


def found(rule: str, chart: str, values: dict[str, Any]) -> list[Finding]:
    release = from_source(source.parse(yaml.safe_dump(values), "values.yaml"), *chart_version(chart))
    said = rules.judge(rules.find(rule), Subject((release,)))
    return [item for item in said if isinstance(item, Finding)]


def known(contract: Contract | capabilities.Unknown) -> Contract:
    assert isinstance(contract, Contract)
    return contract


def ask_proxy(tool: str, words: Sequence[str], log: Path) -> tuple[int | None, str]:
    """Start the proxy as the chart does: (exit code, what it said); the code is None when it began to serve."""
    port, engine = free_ports(2)
    running = process.start([tools.path(tool), f"--port={port}", f"--vllm-port={engine}", *words], log=log)
    try:
        end = time.monotonic() + SECONDS
        while running.poll() is None and '"starting"' not in log.read_text():
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.01)
        return running.poll(), log.read_text()
    finally:
        process.stop(running)


@pytest.mark.parametrize("connector", [*CONNECTORS, "bogus"])
@pytest.mark.parametrize("tool", PROXIES)
def test_a_proxy_takes_or_refuses_a_connector(tool: str, connector: str, tmp_path: Path) -> None:
    image = f"{PROXY_IMAGE}:{pin(tool).version}"
    release = known(capabilities.routing_proxy(image))
    code, said = ask_proxy(tool, [f"--connector={connector}", *ZAP, "--secure-proxy=false"], tmp_path / "log")
    taken = code is None
    assert taken == (connector in release["connectors"])
    if not taken:
        assert code == release["invalidConnector"]["exit"]
        assert release["invalidConnector"]["message"] in said
    values = {
        "routing": {"proxy": {"connector": connector, "image": image}},
        "decode": {"containers": [{"image": "lmsysorg/sglang:v0.5.9", "command": ["sglang", "serve"]}]},
    }
    assert taken == (found("WL201", "llm-d-modelservice@v0.3.8", values) == [])


@pytest.mark.parametrize(("chart", "flags"), [("v0.3.7", ["-v=5"]), ("v0.3.8", ZAP)])
@pytest.mark.parametrize("tool", PROXIES)
def test_a_proxy_takes_or_refuses_the_chart_s_log_flags(
    tool: str, chart: str, flags: list[str], tmp_path: Path
) -> None:
    image = f"{PROXY_IMAGE}:{pin(tool).version}"
    assert list(capabilities.contract("llm-d-modelservice", chart)["proxy"]["logDefaults"]) == flags
    code, said = ask_proxy(tool, ["--connector=nixlv2", *flags], tmp_path / "log")
    taken = code is None
    if not taken:
        assert code == known(capabilities.routing_proxy(image))["unknownFlagExit"], said
    values = {
        "routing": {"proxy": {"image": image}},
        "decode": {"containers": [{"image": "vllm/vllm-openai:v0.12.0", "modelCommand": "vllmServe"}]},
    }
    assert taken == (found("WL202", f"llm-d-modelservice@{chart}", values) == [])


def ask_picker(tool: str, words: Sequence[str], folder: Path) -> str:
    """What the picker says until it looks for its cluster, which is not there."""
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(f"apiVersion: v1\nkind: Config\n{NOWHERE}\ncurrent-context: x\n")
    env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": "test", "POD_NAME": "picker"}
    named = ["--pool-name=test", "--pool-namespace=test"]
    done = process.run([tools.path(tool), *named, *words], env=env, timeout=SECONDS)
    assert not done.ok
    return done.out + done.err


@pytest.mark.parametrize("what", ["queued", "kvUsage", "lora", "cacheInfo"])
@pytest.mark.parametrize("tool", PICKERS)
def test_a_picker_takes_or_refuses_a_metric_flag(tool: str, what: str, tmp_path: Path) -> None:
    repository, version = PICKERS[tool], pin(tool).version
    release = known(capabilities.picker(f"{repository}:{version}"))
    flag = release["metricFlags"][what]
    said = ask_picker(tool, [f"--{flag}=name"], tmp_path)
    refusal = f'flag "{flag}" is deprecated and cannot be used'
    assert "unknown flag" not in said
    taken = refusal not in said.replace('\\"', '"')
    assert taken == release["metricFlagsTaken"]
    hub, _, name = repository.rpartition("/")
    values = {"inferenceExtension": {"image": {"hub": hub, "name": name, "tag": version}, "flags": {flag: "name"}}}
    assert taken == (found("WL205", "inferencepool@v1.4.0", values) == [])


GATE = {"featureGates": ["dataLayer"]}
DATA = {
    "data": {
        "sources": [
            {"pluginRef": "metrics-data-source", "extractors": [{"pluginRef": "model-server-protocol-metrics"}]}
        ]
    }
}
SOURCE = {"type": "metrics-data-source"}
CONFIGURATIONS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "no data layer": ({}, []),
    "a whole data layer": (GATE | DATA, [SOURCE, {"type": "model-server-protocol-metrics"}]),
    "sglang": (
        GATE | DATA,
        [SOURCE, {"type": "model-server-protocol-metrics", "parameters": {"defaultEngine": "sglang"}}],
    ),
    "an engine it does not know": (
        GATE | DATA,
        [SOURCE, {"type": "model-server-protocol-metrics", "parameters": {"defaultEngine": "sgl"}}],
    ),
    "the same without the gate": (
        {},
        [SOURCE, {"type": "model-server-protocol-metrics", "parameters": {"defaultEngine": "sgl"}}],
    ),
    "an engine of one's own": (
        GATE | DATA,
        [
            SOURCE,
            {
                "type": "model-server-protocol-metrics",
                "parameters": {
                    "defaultEngine": "mine",
                    "engineConfigs": [{"name": "mine", "queuedRequestsSpec": "a", "kvUsageSpec": "b"}],
                },
            },
        ],
    ),
    "the gate without data": (GATE, [SOURCE, {"type": "model-server-protocol-metrics"}]),
    "the gate with empty data": (GATE | {"data": {}}, [SOURCE, {"type": "model-server-protocol-metrics"}]),
    "data without the gate": (DATA, [SOURCE, {"type": "model-server-protocol-metrics"}]),
    "no extractor": (GATE | DATA, [SOURCE]),
    "no source": (GATE | DATA, [{"type": "model-server-protocol-metrics"}]),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_picker_takes_or_refuses_a_configuration(name: str, tmp_path: Path) -> None:
    rest, plugins = CONFIGURATIONS[name]
    text = yaml.safe_dump(
        {
            "apiVersion": "inference.networking.x-k8s.io/v1alpha1",
            "kind": "EndpointPickerConfig",
            "plugins": [{"type": "queue-scorer"}, *plugins],
            "schedulingProfiles": [{"name": "default", "plugins": [{"pluginRef": "queue-scorer"}]}],
        }
        | rest
    )
    said = ask_picker("picker-0.7", [f"--config-text={text}"], tmp_path)
    taken = "loaded configuration from file/text successfully" in said
    assert taken or "Failed to parse configuration" in said
    hub, _, image = PICKERS["picker-0.7"].rpartition("/")
    extension = {
        "image": {"hub": hub, "name": image, "tag": pin("picker-0.7").version},
        "pluginsConfigFile": "test.yaml",
        "pluginsCustomConfig": {"test.yaml": text},
    }
    assert taken == (found("WL205", "inferencepool@v1.4.0", {"inferenceExtension": extension}) == [])
