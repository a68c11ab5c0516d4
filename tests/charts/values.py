"""Values to begin a test with; each call gives a new copy."""

from __future__ import annotations

from typing import Any

from tests.charts.chart import Values

MODEL = "Qwen/Qwen2.5-0.5B-Instruct"


def vllm(**container: Any) -> Values:
    """One vLLM decode pod behind the routing proxy, and no prefill."""
    engine = {"name": "vllm", "image": "example.com/vllm:1", "modelCommand": "vllmServe", "mountModelVolume": True}
    return {
        "modelArtifacts": {"name": MODEL, "uri": f"hf://{MODEL}", "size": "5Gi", "authSecretName": "llm-d-hf-token"},
        "routing": {
            "servicePort": 8000,
            "proxy": {"targetPort": 8200, "image": "example.com/proxy:1", "connector": "nixlv2"},
        },
        "decode": {"replicas": 2, "parallelism": {"tensor": 2}, "containers": [engine | container]},
        "prefill": {"create": False},
    }


def sglang() -> Values:
    """One SGLang decode pod, started by a command of its own, behind the routing proxy."""
    command = ["python3", "-m", "sglang.launch_server"]
    values = vllm(name="sglang", modelCommand="custom", command=command, args=["--model-path", MODEL, "--port", "8200"])
    values["routing"]["proxy"]["connector"] = "sglang"
    return values


def pool(**extension: Any) -> Values:
    """A pool of pods with one label, and llm-d's picker."""
    image = {"hub": "example.com", "name": "picker", "tag": "v1"}
    return {
        "inferenceExtension": {"image": image, **extension},
        "inferencePool": {"modelServers": {"matchLabels": {"llm-d.ai/guide": "x"}}},
    }
