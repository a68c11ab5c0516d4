"""A bundle is installed where there is no network but the way to the cluster: a namespace of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support import no_network
from tests.support.no_network import relayed, run
from wellit import access, bundle, charts, compose, paths, process, record, render, tools
from wellit.access import Access
from wellit.bundle import archive
from wellit.compose import Choice
from wellit.findings import Report
from wellit.sandbox import Sandbox

SETTINGS = ("charts.imitate=true", "versions.charts.gateway.digest=null", "versions.charts.modelservice.digest=null")
NAMESPACE = "no-network"


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def made(tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of upstream's charts: ours, packaged under their names. They are gone from the cache afterwards."""
    monkeypatch.setattr("wellit.charts.pull", lambda *_: "no such host")
    for part, about in compose.compose(Choice()).values["versions"]["charts"].items():
        words = [tools.path("helm"), "package", paths.CHARTS / part, "--version", about["version"], "--destination"]
        assert process.run([*words, shared_cache / "charts"], env=charts.environment()).ok
    stack = compose.compose(Choice(environment="sglang", sets=SETTINGS, size="small", namespace=NAMESPACE))
    bundle.written(stack, render.render(stack, print), Report("bundle"), tmp_path / "b.tar", print)
    for chart in (shared_cache / "charts").iterdir():
        chart.unlink()
    return tmp_path / "b.tar"


def test_install_and_uninstall_without_a_network(here: Access, made: Path, tmp_path: Path) -> None:
    if why := no_network.cannot():
        pytest.skip(f"no namespace without a network on this machine: {why}")
    port = urlsplit(here.server).port
    assert port
    # What asks anybody all the same is told so at once, and not by a name server that is not there.
    env = {**os.environ, "HELM_REPOSITORY_CONFIG": str(tmp_path / "none"), "GOPROXY": "off", "GOFLAGS": ""}
    flags = ["--kubeconfig", here.kubeconfig, "--yes"]
    invoke = [sys.executable, "-m", "wellit.program"]
    with relayed(port) as way:
        cut = run(["getent", "hosts", "example.com"], port, way, env, 60)
        assert cut.returncode, "there is a network in the namespace"
        done = run([*invoke, "install", "--bundle", made, *flags], port, way, env, 900)
        assert done.returncode == 0, done.stdout + done.stderr
        known = record.one(here, NAMESPACE)
        assert known and known.state == "installed" and known.environment == "sglang"
        manifest = archive.read(str(made)).manifest
        assert known.rendered == manifest["rendered"]
        digests = {release["part"]: release["digest"] for release in known.releases}
        assert {part: digests[part] for part in manifest["charts"]} == {
            part: about["digest"] for part, about in manifest["charts"].items()
        }
        done = run([*invoke, "uninstall", "-n", NAMESPACE, *flags], port, way, env, 900)
        assert done.returncode == 0, done.stdout + done.stderr
    here.call("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")
