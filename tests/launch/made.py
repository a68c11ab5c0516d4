"""Graphs as the chart's values have them, for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wellit.findings import Location
from wellit.launch.facts import Local
from wellit.launch.plan import plan
from wellit.launch.planned import Options, Plan, Programs
from wellit.seen.graph import Graph
from wellit.subject import DYNAMO, Release

MODEL = ["--model-path", "Qwen/Qwen3-0.6B", "--served-model-name", "qwen"]
SPLIT = ["--disaggregation-transfer-backend", "nixl", "--disaggregation-bootstrap-port", "12345"]
HERE = Local()
EVENTS = '{"publisher":"zmq","topic":"kv-events","endpoint":"tcp://*:5557"}'


def worker(*args: str, role: str = "", **more: Any) -> dict[str, Any]:
    mode = ["--disaggregation-mode", role, "--host", "0.0.0.0", *SPLIT] if role else []
    return {
        "type": "worker", "role": role, "replicas": 1, "gpus": 1, "command": ["python3", "-m", "dynamo.sglang"],
        "args": [*MODEL, *mode, *args],
    } | more  # fmt: skip


def graph(components: Mapping[str, Any], version: str = "1.3.1", env: Sequence[Any] = ()) -> Graph:
    """A frontend and these workers."""
    named = {"Frontend": {"type": "frontend", "replicas": 1}, **components}
    values = {"name": "dynamo-sglang", "framework": "sglang", "env": list(env), "components": named}
    return Graph(Release("dynamo-sglang", DYNAMO, version, values, lambda _: Location("values.yaml")))


def planned(
    of: Graph, local: Local = HERE, programs: Programs | None = None, surroundings: Any = None, **options: Any
) -> Plan:
    return plan("one", of, local, Options(Path("/launch"), **options), programs, surroundings)
