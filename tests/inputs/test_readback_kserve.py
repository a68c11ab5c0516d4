"""An LLMInferenceService of anybody's, read back; and the real form that an object of another form is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from wellit import rules
from wellit.findings import Finding
from wellit.inputs import manifests
from wellit.seen.service import services
from wellit.subject import KSERVE

SKETCH = """\
apiVersion: llm-d.ai/v1alpha1
kind: LLMInferenceService
metadata: {name: chat}
spec:
  model: {name: Qwen/Qwen3-0.6B}
  replicas: 2
  inferenceServer: {type: TYPE, gpus: 2}
"""


def found(folder: Path, text: str) -> list[Finding]:
    file = folder / "objects.yaml"
    file.write_text(text)
    return [one for one in rules.run(manifests.read([str(file)])) if isinstance(one, Finding)]


@pytest.mark.parametrize("api", ["v1alpha1", "v1alpha2"])
def test_both_versions_are_read_with_their_lines(tmp_path: Path, api: str) -> None:
    file = tmp_path / "objects.yaml"
    file.write_text(
        f"# a comment\napiVersion: serving.kserve.io/{api}\nkind: LLMInferenceService\nmetadata:\n"
        "  {name: chat, namespace: ns}\nspec:\n  model: {uri: 'hf://a/b'}\n  template:\n    containers:\n"
        "    - name: main\n      args: [--seed, '1']\n"
    )
    subject = manifests.read([str(file)])
    (release,) = subject.of(KSERVE)
    assert (release.values["api"], release.values["name"], release.namespace) == (api, "chat", "ns")
    (service,) = services(subject)
    seed = service.workloads[0].words.words[-1].node
    assert (seed.owner.locate(seed.keys).line, seed.owner.path(seed.keys)[:3]) == (
        11,
        ("spec", "template", "containers"),
    )
    assert "publishers/ns/models/chat" in service.workloads[0].words.texts


@pytest.mark.parametrize("engine", ["sglang", "vllm", "other"])
def test_what_a_sketch_is_answered_with_can_be_pasted(tmp_path: Path, engine: str) -> None:
    (said,) = [one for one in found(tmp_path, SKETCH.replace("TYPE", engine)) if one.id == "WL901"]
    pasted = yaml.safe_load(said.write)
    assert pasted["spec"]["replicas"] == 2 and pasted["metadata"] == {"name": "chat"}
    assert pasted["spec"]["template"]["containers"][0]["resources"] == {"limits": {"nvidia.com/gpu": "2"}}
    assert not [one for one in found(tmp_path, said.write) if one.id.startswith("WL90")]
