"""What rules promise of KServe, by fixture: what is refused, where the controller stops, what it makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wellit import capabilities

Object = dict[str, Any]
FACTS = capabilities.contract("kserve", capabilities.versions("kserve")[-1])
SIDECAR = FACTS["sidecar"]["container"]


@dataclass(frozen=True)
class Made:
    """The pods of a part: its containers, and those before them, by name."""

    labels: Mapping[str, str]
    containers: Mapping[str, Object]
    first: Mapping[str, Object]

    @classmethod
    def of(cls, deployment: Object) -> Made:
        template = deployment["spec"]["template"]
        places = [template["spec"].get(place) or [] for place in ("containers", "initContainers")]
        return cls(template["metadata"]["labels"], *({one["name"]: one for one in place} for place in places))

    @property
    def main(self) -> Object:
        return self.containers["main"]

    @property
    def words(self) -> str:
        """All that main is started with, as one text."""
        return json.dumps([*self.main.get("command", []), *self.main.get("args", [])])

    def probe(self, kind: str) -> Object:
        probe: Object = self.main[f"{kind}Probe"]
        return probe


Says = Callable[[Made], object]
SINGLE, PRESETS = "ReconcileSingleNodeWorkloadError", "CombineBaseError"
# Rules whose bad fixtures the API server refuses, by the definition or by the webhook, and whose good ones it takes.
REFUSED = ("WL910", "WL911", "WL913", "WL914", "WL915", "WL916", "WL917", "WL918", "WL919", "WL920", "WL921")
# Rules whose good fixtures the controller combines with its presets.
TAKEN = ("WL912", "WL937")
# The webhook takes them, and the controller stops at them: the condition, its reason, a part of its words.
STOPPED = {
    "WL912/bad/misspelt": ("PresetsCombined", "ConfigNotFound", '"kserve-config-llm-templates"'),
    "WL912/bad/none-of-kserve": ("PresetsCombined", "ConfigNotFound", "kserve-config-runtime-sglang"),
    "WL912/bad/pipeline": ("PresetsCombined", "ConfigNotFound", '"kserve-config-llm-worker-pipeline-parallel"'),
    "WL912/bad/pipeline-of-prefill": (
        "PresetsCombined",
        "ConfigNotFound",
        "config-llm-prefill-worker-pipeline-parallel",
    ),
    "WL917/bad/from-nowhere": ("PresetsCombined", PRESETS, "invalid URI"),
    "WL917/bad/from-oci": ("PresetsCombined", PRESETS, "oci:// is not supported for LoRA adapters"),
    "WL917/bad/no-initializer": ("PresetsCombined", PRESETS, "require the storage initializer"),
    "WL927/bad/tcp": ("MainWorkloadReady", SINGLE, "more than 1 handler type"),
    "WL927/bad/exec-of-prefill": ("MainWorkloadReady", SINGLE, "more than 1 handler type"),
    "WL937/bad/address-of-the-hub": ("MainWorkloadReady", SINGLE, "unsupported schema"),
    "WL937/bad/bucket-of-google": ("MainWorkloadReady", SINGLE, "unsupported schema"),
    "WL937/bad/misspelt": ("MainWorkloadReady", SINGLE, "unsupported schema"),
    "WL937/bad/no-scheme": ("MainWorkloadReady", SINGLE, "invalid model URI"),
}
# What is true of the pods of main, or of prefill where the name ends in @prefill.
MADE: dict[str, Says] = {
    "WL922/bad/sglang": lambda made: set(made.containers) == {"main", "sglang"}
    and made.main["image"] == FACTS["preset"]["image"] and "vllm serve" in made.words,
    "WL922/good/main": lambda made: set(made.containers) == {"main"},
    "WL923/bad/another-port": lambda made: made.probe("readiness")["httpGet"]["port"] == FACTS["ports"]["server"],
    "WL923/good/apart": lambda made: made.probe("liveness")["httpGet"]["port"] == FACTS["ports"]["behindProxy"]
    and f"--vllm-port={FACTS['ports']['behindProxy']}" in made.first[SIDECAR]["command"],
    "WL923/good/both-elsewhere": lambda made: made.probe("startup")["httpGet"]["port"] == 9000,
    "WL924/bad/in-args": lambda made: made.main["args"][-1] == "qwen" and "Qwen/Qwen3" in made.words,
    "WL924/good/by-a-template": lambda made: made.main["args"][-1] == "Qwen/Qwen3-0.6B",
    "WL924/bad/the-path": lambda made: "served-model-name" not in made.words,
    "WL925/bad/image-alone": lambda made: "sglang" in made.main["image"] and "vllm serve" in made.words,
    "WL925/bad/command-alone": lambda made: made.main["image"] == FACTS["preset"]["image"]
    and made.main["command"][0] == "trtllm-serve",
    "WL926/bad/probe": lambda made: made.probe("liveness")["httpGet"],
    "WL926/bad/variables": lambda made: made.main["env"],
    "WL926/bad/proxy": lambda made: SIDECAR in made.first,
    "WL928/bad/of-the-preset": lambda made: made.probe("liveness")["timeoutSeconds"] == 1
    and made.probe("liveness")["failureThreshold"] == 5,
    "WL928/bad/certificate": lambda made: made.probe("readiness")["httpGet"]["scheme"] == "HTTP",
    "WL929/bad/startup": lambda made: made.probe("startup")["periodSeconds"] == 10
    and made.probe("startup")["failureThreshold"] == 3,
    "WL930/bad/sglang": lambda made: made.main["securityContext"]["runAsNonRoot"] is True,
    "WL930/good/allowed": lambda made: made.main["securityContext"]["runAsNonRoot"] is False,
    "WL931/bad/tracing": lambda made: all(flag in made.main["args"] for flag in FACTS["adds"]["tracing"]),
    "WL931/bad/adapters": lambda made: all(flag in made.main["args"] for flag in FACTS["adds"]["model.lora.adapters"]),
    "WL931/bad/offloading": lambda made: "kv-transfer-config" not in made.words,
    "WL931/good/by-preset": lambda made: "OffloadingConnector" in made.words and "--otlp-traces-endpoint" in made.words,
    "WL931/bad/tracing-after-a-script": lambda made: "--otlp-traces-endpoint" in made.main["args"]
    and made.main["command"][0] == "bash",
    "WL932/bad/expert-on-one-node": lambda made: "parallel-size 4" in made.words and "expert-par" not in made.words,
    "WL932/bad/data-without-workers": lambda made: "data-parallel" not in made.words,
    "WL932/bad/tensor-of-own-command": lambda made: "--tp" not in made.words,
    "WL933/bad/of-kserve": lambda made: "--kv-connector=nixlv2" in made.first[SIDECAR]["command"],
    "WL933/good/sglang": lambda made: "--kv-connector=sglang" in made.first[SIDECAR]["command"]
    and made.first[SIDECAR]["image"] == FACTS["sidecar"]["image"],
    "WL934/bad/decode-is-not-told": lambda made: "NixlConnector" not in made.words,
    "WL934/bad/nothing-told@prefill": lambda made: "NixlConnector" not in made.words,
    "WL934/good/vllm@prefill": lambda made: "NixlConnector" in made.words,
    "WL936/bad/no-label": lambda made: FACTS["engineLabel"] not in made.labels,
    "WL936/good/labelled": lambda made: made.labels[FACTS["engineLabel"]] == "sglang",
    "WL938/bad/not-fetched": lambda made: not mounts(made.main) and not made.first,
    "WL938/good/fetched": lambda made: mounts(made.main) and "storage-initializer" in made.first,
    "WL939/bad/token-of-the-engine": lambda made: not token(made.first["storage-initializer"]) and token(made.main),
    "WL939/good/token-of-the-initializer": lambda made: token(made.first[FACTS["fetchesAs"]]),
}  # fmt: skip


def mounts(container: Object) -> bool:
    """Whether something stands where the model is looked for."""
    return any(one["mountPath"].startswith(FACTS["modelPath"]) for one in container["volumeMounts"])


def token(container: Object) -> bool:
    return any(one["name"] == "HF_TOKEN" for one in container.get("env", []))
