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


def test_quickstart_ends_with_a_chat_and_again_changes_nothing(own_cache: Path, home: Path) -> None:
    first = quickstart(own_cache, home)
    assert first.code == 0, first.out + first.err
    assert "2 of 2 pods ready" in first.out
    assert "inference-scheduling -e sglang in llm-d-inference-scheduling: installed" in first.out
    assert "×" not in first.out
    if "Readiness here is simulated" in first.err:  # this machine can have no data plane
        assert first.out.count("√") == 6 and "no chat: the sandbox only says that its pods are ready" in first.err
    else:
        assert "√ a chat is answered" in first.out
        _report, _, chat = first.out.partition("A chat with Qwen/Qwen2.5-0.5B-Instruct, through the gateway")
        assert "it:  This is ms-inference-scheduling" in chat and "a stand-in for SGLang" in chat
        assert "\nAnswered by ms-inference-scheduling" in chat and "(wellit stand-in for SGLang" in chat
    second = quickstart(own_cache, home)
    assert second.code == 0, second.out + second.err
    assert "is up already" in second.err
    assert (home / ".kube" / "config").read_text() == HOME_CONFIG
    assert sorted(file.name for file in home.rglob("*")) == [".kube", "config"]
