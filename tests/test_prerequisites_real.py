"""prerequisites on a real Kubernetes API: missing, newer and older definitions; a chart from a repository here."""

from __future__ import annotations

import functools
import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.stacks import stack
from wellit import access, prepare, prerequisites, provide, tools
from wellit.access import Access, Missing
from wellit.charts import environment
from wellit.errors import Refused
from wellit.findings import Check, Report
from wellit.helm import Helm
from wellit.prerequisites import Charted, Judged
from wellit.sandbox import Sandbox

GONE = "referencegrants.gateway.networking.k8s.io"
BUNDLE = "gateway.networking.k8s.io/bundle-version"
ROOT = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture(scope="module")
def box(sandbox: Sandbox) -> Access:
    return access.open_access(sandbox=sandbox.name)


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    """The same cluster, as if it were no sandbox: charts are tried."""
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


def asked(there: Access, *, apply: bool, said: list[str] | None = None) -> Report:
    questions: list[str] = []
    report = prepare.prepare(stack(), there, ([] if said is None else said).append, questions.append, apply=apply)
    assert len(questions) <= apply
    return report


def read(there: Access, path: str) -> dict[str, Any]:
    found = there.get(path)
    assert isinstance(found, dict)
    return found


def of_gateway_api(report: Report) -> Check:
    return report.checks[0]


def test_a_sandbox_has_the_definitions_and_no_chart_is_tried(box: Access) -> None:
    report = asked(box, apply=True)
    assert [check.status for check in report.checks] == ["pass", "pass", "skip", "skip", "pass"]
    assert report.exit_code == 0 and "nothing to install" in str(report.summary["result"])


def test_a_definition_that_is_missing_is_shown_then_applied_and_the_others_stay(box: Access) -> None:
    assert box.call("delete", "crd", GONE).ok
    before = read(box, f"{ROOT}/gateways.gateway.networking.k8s.io")["metadata"]["resourceVersion"]
    shown = asked(box, apply=False)
    assert shown.exit_code == 1 and of_gateway_api(shown).detail == f"not there: {GONE}"
    assert box.get(f"{ROOT}/{GONE}") == Missing()
    said: list[str] = []
    done = asked(box, apply=True, said=said)
    assert done.exit_code == 0 and done.summary["result"] == "installed: Gateway API v1.4.0"
    assert any("/v1.4.0/standard-install.yaml" in text for text in said)
    found = read(box, f"{ROOT}/{GONE}")
    assert found["metadata"]["annotations"][BUNDLE] == "v1.4.0"
    assert {c["status"] for c in found["status"]["conditions"] if c["type"] == "Established"} == {"True"}
    assert read(box, f"{ROOT}/gateways.gateway.networking.k8s.io")["metadata"]["resourceVersion"] == before


def labelled(there: Access, version: str) -> str:
    assert there.call("annotate", "crd", GONE, f"{BUNDLE}={version}", "--overwrite").ok
    return str(read(there, f"{ROOT}/{GONE}")["metadata"]["resourceVersion"])


def test_a_newer_definition_stays_and_an_older_one_of_somebody_elses_is_not_taken_over(box: Access) -> None:
    before = labelled(box, "v1.5.1")
    kept = asked(box, apply=True)
    assert of_gateway_api(kept).status == "warn" and "never replaced by an older" in of_gateway_api(kept).detail
    assert read(box, f"{ROOT}/{GONE}")["metadata"]["resourceVersion"] == before
    labelled(box, "v1.3.0")  # by kubectl annotate, who keeps it from now on
    with pytest.raises(Refused, match=r"refuses: .*conflict") as told:
        asked(box, apply=True)
    assert "--force-conflicts" in told.value.write and "done before it: nothing" in told.value.why
    assert box.call("delete", "crd", GONE).ok
    assert of_gateway_api(asked(box, apply=True)).status == "pass"


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[str]:
    """A helm repository on loopback with two charts: one brings a GatewayClass, one an object that is refused."""
    bodies: dict[str, Any] = {
        "provider": {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
                     "metadata": {"name": "loopback"},
                     "spec": {"controllerName": "example.org/x", "description": "{{ .Values.flag }}"}},
        "broken": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "{{ .Values.flag }}_"}, "spec": {}},
    }  # fmt: skip
    served = tmp_path / "served"
    served.mkdir()
    helm = tools.ensure(["helm"])["helm"]
    for name, body in bodies.items():
        (tmp_path / name / "templates").mkdir(parents=True)
        (tmp_path / name / "Chart.yaml").write_text(f"{{apiVersion: v2, name: {name}, version: 1.0.0}}")
        (tmp_path / name / "templates" / "object.yaml").write_text(yaml.safe_dump(body))
        subprocess.run([helm, "package", tmp_path / name, "-d", served], check=True, capture_output=True)
    subprocess.run([helm, "repo", "index", served], check=True, capture_output=True, env=environment())
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(served))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def charted(repository: str, name: str) -> Charted:
    about = {"release": name, "name": name, "from": repository, "namespace": "loopback-system", "brings": [],
             "values": {"flag": "true"}}  # fmt: skip
    return Charted(about, "1.0.0")


def judged(there: Access, helm: Helm, *steps: Charted) -> tuple[Judged, ...]:
    seen = prerequisites.look(there, steps, "loopback", helm)
    return prerequisites.judge(steps, replace(seen, gateway_class=Missing()), "loopback")


def test_a_chart_is_installed_and_after_a_refusal_the_same_command_goes_on(here: Access, repository: str) -> None:
    helm = Helm(here, tools.ensure(["helm"]))
    steps = charted(repository, "provider"), charted(repository, "broken")
    try:
        with pytest.raises(Refused) as told:
            provide.provide(judged(here, helm, *steps), here, helm, print)
        assert "done before it: provider 1.0.0" in told.value.why
        made = read(here, "/apis/gateway.networking.k8s.io/v1/gatewayclasses/loopback")
        assert made["spec"]["description"] == "true"
        again = judged(here, helm, *steps)
        assert [one.check.status for one in again] == ["pass", "fail"]
        assert [one.todo for one in again] == [False, True] and "failed" in again[1].check.detail
        changed = replace(steps[0], about={**steps[0].about, "values": {"flag": "yes"}})
        provide.provide(judged(here, helm, changed), here, helm, print)
        done = helm.helm("get", "values", "provider", "-n", "loopback-system", "-o", "json")
        assert json.loads(done.out) == {"flag": "yes"}
    finally:
        helm.helm("uninstall", "provider", "broken", "-n", "loopback-system", "--ignore-not-found")
        here.call("delete", "namespace", "loopback-system", "--ignore-not-found", "--timeout=180s")


def test_a_chart_by_its_own_address(here: Access, repository: str) -> None:
    helm = Helm(here, tools.ensure(["helm"]))
    step = charted(f"{repository}/{{name}}-{{version}}.tgz", "provider")
    try:
        assert provide.provide(judged(here, helm, step), here, helm, print) == ["provider 1.0.0"]
        (again,) = judged(here, helm, step)
        assert (again.todo, again.check.status) == (False, "pass")
    finally:
        helm.helm("uninstall", "provider", "-n", "loopback-system", "--ignore-not-found", "--wait")
        here.call("delete", "namespace", "loopback-system", "--ignore-not-found", "--timeout=180s")
