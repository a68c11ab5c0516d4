"""The values that the project starts from: each mistake is found on its line, with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.marked import findings, found, marked

FOLDER = Path(__file__).parent / "origin"
COMMAND = "command: [python3, -m, sglang.launch_server]"
HOST = '"--host", "0.0.0.0" in args'
METRICS = '"--enable-metrics" in args'
WRITE = {
    "sglang-serve": {
        "WL101": f"modelCommand: custom and {COMMAND}",
        "WL105": HOST,
        "WL106": METRICS,
        "WL111": "take it away: it has no flag for this: --log-level-http says how much its web server logs",
    },
    "no-host-no-metrics": {"WL105": HOST, "WL106": METRICS},
    "connector-of-vllm": {"WL103": "connector: sglang", "WL105": HOST, "WL106": METRICS},
    "custom-without-command": {"WL102": COMMAND, "WL105": HOST, "WL106": METRICS},
}


@pytest.mark.parametrize("case", sorted(WRITE))
def test_a_value_set(case: str) -> None:
    file = FOLDER / f"{case}.yaml"
    assert found(file) == marked(file)
    errors = {finding.id: finding.write for finding in findings(file) if finding.severity == "error"}
    assert errors == WRITE[case]


def test_every_value_set_is_tried() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(WRITE)
