"""A role names accelerators of its own, and this version of the chart does not read it.

decode.accelerator and prefill.accelerator came late. Before, all pods get what accelerator.type says, whatever stands
below a role.

Bad::

    # llm-d-modelservice@v0.4.0
    accelerator: {type: nvidia}
    prefill:
      accelerator: {type: intel-gaudi}
      containers:
      - image: ghcr.io/llm-d/llm-d-hpu:v0.6.0
        modelCommand: vllmServe

Good::

    # llm-d-modelservice@v0.4.1
    accelerator: {type: nvidia}
    prefill:
      accelerator: {type: intel-gaudi}
      containers:
      - image: ghcr.io/llm-d/llm-d-hpu:v0.6.0
        modelCommand: vllmServe
"""

from __future__ import annotations

from wellit import capabilities
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.modelservice import pods
from wellit.subject import MODELSERVICE, Release, Subject

RULE = Rule(
    "WL163", "role-accelerator", "error", (MODELSERVICE,), "read",
    reads="accelerator.type role.accelerator role.containers role.create",
)  # fmt: skip


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        node, release = pod.devices.own_type, pod.service.release
        if node.text() and not release.facts["acceleratorPerRole"] and node.text() != pod.devices.type:
            has = release.facts["accelerators"]
            gets = f"accelerators of the type {pod.devices.type}" if has else release.facts["acceleratorFallback"]
            yield Hit(
                node,
                f"{release.chart} {release.version} does not read {pod.role}.accelerator",
                write=f"{_since(release)}, or a release of its own with accelerator.type: {node.text()}",
                why=f"the {pod.role} pods get {gets} all the same",
            )


def _since(release: Release) -> str:
    versions = capabilities.versions(release.chart)
    reading = (v for v in versions if capabilities.contract(release.chart, v)["acceleratorPerRole"])
    return f"{release.chart} {next(reading)} or later"
