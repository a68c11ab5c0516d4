"""What findings say to write, where it depends on what else stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.marked import findings
from wellit.findings import Finding

FOLDER = Path(__file__).parent / "rules"
CUSTOM = "modelCommand: custom and command: [python3, -m, sglang.launch_server]"
SIDECAR = "ghcr.io/llm-d/llm-d-routing-sidecar"
WRITE = {
    # the engine's own form where the chart has none for it, the word that was meant where the image fits
    ("WL101-model-command/bad/sglang-serve.yaml", "WL101"): CUSTOM,
    ("WL101-model-command/bad/wrong-case.yaml", "WL101"): "modelCommand: vllmServe",
    ("WL101-model-command/bad/prefill.yaml", "WL101"): "modelCommand: vllmServe",
    ("WL101-model-command/bad/another-engine.yaml", "WL101"): "modelCommand: vllmServe or imageDefault or custom",
    ("WL102-command-required/bad/misspelt.yaml", "WL102"): "modelCommand: vllmServe",
    ("WL102-command-required/bad/absent.yaml", "WL102"): "command: [python3, -m, sglang.launch_server]",
    ("WL103-connector-engine/bad/vllm.yaml", "WL103"): "connector: nixlv2",
    ("WL103-connector-engine/bad/misspelt.yaml", "WL103"): "connector: sglang",
    ("WL107-engine-command/bad/command.yaml", "WL107"): "modelCommand: vllmServe",
    ("WL107-engine-command/bad/image-default.yaml", "WL107"): CUSTOM,
    # another connector, or another release when the connector is right
    ("WL201-connector-proxy-release/bad/gone.yaml", "WL201"): "connector: nixlv2",
    ("WL201-connector-proxy-release/bad/unknown-word.yaml", "WL201"): "connector: sglang",
    ("WL202-proxy-flags/bad/klog-for-zap.yaml", "WL202"): f"image: {SIDECAR}:v0.3.0",
    ("WL203-engine-port/bad/prefill.yaml", "WL203"): '"--port", "8000" in args',
    ("WL203-engine-port/bad/second-port.yaml", "WL203"): "no port here: the chart writes --port 8200 itself",
    ("WL203-engine-port/bad/same-port.yaml", "WL203"): "targetPort: 8200",
    ("WL204-pool-port/bad/service-port", "WL204"): "targetPorts: [{number: 9000}]",
    ("WL204-pool-port/bad/old-pool", "WL204"): "targetPortNumber: 8000",
    ("WL205-picker-flags-refused/bad/unknown-engine.yaml", "WL205"): "defaultEngine: sglang",
    ("WL301-pool-selector/bad/renamed-key", "WL301"): 'llm-d.ai/inference-serving: "true"',
    ("WL301-pool-selector/bad/other-value", "WL301"): 'llm-d.ai/model: "chat"',
}


def of_rule(rule: str, case: str) -> list[Finding]:
    return [finding for finding in findings(FOLDER / case) if finding.id == rule]


@pytest.mark.parametrize(("case", "rule"), WRITE, ids=[f"{case}-{rule}" for case, rule in WRITE])
def test_what_to_write(case: str, rule: str) -> None:
    assert [finding.write for finding in of_rule(rule, case)] == [WRITE[case, rule]]


def test_a_release_takes_the_chart_s_flags_as_well() -> None:
    """Chart v0.3.7 passes -v, which no release with the connector sglang takes."""
    (finding,) = of_rule("WL201", "WL201-connector-proxy-release/bad/too-old.yaml")
    image = "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0"
    assert finding.write == f"llm-d-modelservice v0.3.8 or later, with image: {image}"


def test_both_places_of_a_disagreement_are_named() -> None:
    (finding,) = of_rule("WL204", "WL204-pool-port/bad/target-ports")
    assert [(note, Path(at.file).name, at.line) for note, at in finding.also] == [("the pods' port", "models.yaml", 5)]


def test_helm_s_own_words_are_given() -> None:
    (finding,) = of_rule("WL101", "WL101-model-command/bad/sglang-serve.yaml")
    assert finding.why == (
        "helm stops with: execution error at (llm-d-modelservice/templates/decode-deployment.yaml:43:13): "
        ".container.modelCommand is not as expected. Valid values are `vllmServe`, `imageDefault` and `custom`."
    )
