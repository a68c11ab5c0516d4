"""The newcomer's command, as a newcomer runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wellit import paths, process
from wellit.process import Done

HOME_CONFIG = "apiVersion: v1\nkind: Config\ncurrent-context: mine\ncontexts: []\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a kubeconfig that nobody may touch."""
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    (home / ".kube" / "config").write_text(HOME_CONFIG)
    return home


def quickstart(cache: Path, home: Path) -> Done:
    env = {"WELLIT_CACHE": str(cache), "HOME": str(home), "WELLIT_SANDBOX": "default"}
    return process.run([paths.ROOT / "scripts" / "invoke", "quickstart"], env=env, timeout=600)


def test_quickstart_ends_ready_and_again_changes_nothing(own_cache: Path, home: Path) -> None:
    first = quickstart(own_cache, home)
    assert first.code == 0, first.out + first.err
    assert "2 of 2 pods ready" in first.out
    assert "inference-scheduling -e sglang in llm-d-inference-scheduling: installed" in first.out
    assert "Readiness here is simulated" in first.err
    assert first.out.count("√") == 6 and "×" not in first.out
    second = quickstart(own_cache, home)
    assert second.code == 0, second.out + second.err
    assert "is up already" in second.err
    assert (home / ".kube" / "config").read_text() == HOME_CONFIG
    assert sorted(file.name for file in home.rglob("*")) == [".kube", "config"]
