"""One look at a machine: with real ports and a real Python, and an nvidia-smi that is told what to say."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.launch.made import graph, planned, worker
from tests.launch.support import SITE, free_ports
from wellit import process
from wellit.launch import machine, state
from wellit.launch.facts import Local
from wellit.launch.machine import Gpu
from wellit.process import Done


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", str(tmp_path))


def here() -> Local:
    http, system = free_ports(2)
    return Local(port=http, system_port=system)


def test_who_has_a_port_is_told() -> None:
    local = here()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", local.port))
        taken.listen()
        found = machine.look(planned(graph({"decode": worker()}), local), os.environ)
    assert list(found.taken) == [local.port]
    if sys.platform == "linux":
        assert found.taken[local.port].startswith(f"pid {os.getpid()} (")


def test_a_port_of_another_launch_is_told_by_its_name() -> None:
    local = here()
    decode = state.Process("decode", "", 7, "", ports={"system": local.system_port})
    with state.hold("other"), socket.socket() as taken:
        state.write(state.Launched("other", "dynamo-sglang", "agg", "m", "http://127.0.0.1:1", 5, (decode,)))
        taken.bind(("127.0.0.1", local.system_port))
        taken.listen()
        found = machine.look(planned(graph({"decode": worker()}), local), os.environ)
    assert found.taken == {local.system_port: "decode of other, launched by pid 5"}


def test_ports_that_nobody_can_have() -> None:
    found = machine.look(
        planned(graph({"decode": worker()}), Local(port=70000, system_port=free_ports(1)[0])), os.environ
    )
    assert found.taken == {70000: "nobody: ports end at 65535"}


def test_what_a_python_has() -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SITE)}
    found = machine.look(planned(graph({"decode": worker()}), here()), environment)
    python = found.programs["python3"]
    assert python.path
    assert python.modules == {"dynamo.frontend": True, "dynamo.sglang": True, "sglang": True}
    bare = machine.look(planned(graph({"decode": worker()}), here()), {"PATH": os.environ["PATH"]})
    assert bare.programs["python3"].modules["dynamo.sglang"] is False
    none = machine.look(planned(graph({"decode": worker()}), here()), {"PATH": "/nowhere"})
    assert none.programs["python3"].why == "python3 is not on PATH"


def test_gpus_as_nvidia_smi_lists_them(tmp_path: Path) -> None:
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    (tmp_path / "nvidia-smi").chmod(0o755)

    def run(argv: Sequence[Any], **_: Any) -> Done:
        if argv[0] != "nvidia-smi":
            return process.run(argv, env={"PATH": os.environ["PATH"]})
        assert argv[1] == "--query-gpu=index,name,memory.total,memory.used"
        return Done(tuple(argv), 0, "0, NVIDIA H100 80GB HBM3, 81559, 12\n1, NVIDIA H100 80GB HBM3, 81559, [N/A]\n", "")

    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CUDA_VISIBLE_DEVICES": "1, 0"}
    found = machine.look(planned(graph({"decode": worker()}), here()), environment, run)
    name = "NVIDIA H100 80GB HBM3"
    assert found.gpus == (Gpu("0", name, 81559, 12), Gpu("1", name, 81559, 0))
    assert found.visible == ("1", "0")
    without = machine.look(planned(graph({"decode": worker()}), here()), {"PATH": os.environ["PATH"]})
    assert (without.gpus, without.gpus_why, without.visible) == (None, "nvidia-smi is not on PATH", None)


def test_what_listens_at_an_address() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert machine.listens(f"http://127.0.0.1:{port}")
        assert machine.listens(f"127.0.0.1:{port},elsewhere:1")
    assert not machine.listens(f"nats://127.0.0.1:{port}")
    assert not machine.listens("http://127.0.0.1:port")
