"""A namespace of a real Kubernetes API, the sandbox's: installed by wellit or by plain helmfile, then changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.compare.support import asked, told
from tests.support.stacks import parts, stack
from wellit import access, charts, lifecycle, plan, process, render, tools
from wellit import compare as comparing
from wellit.access import Access
from wellit.compare import Comparison
from wellit.sandbox import Sandbox


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"compare-{abs(hash(request.node.name)) % 10**8}"
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def against(here: Access, namespace: str, environment: str = "sglang") -> Comparison:
    return comparing.stacks(environment, f"live:{namespace}", replace(asked(), access=lambda: here))


def patch(here: Access, namespace: str, kind: str, name: str, change: Any) -> None:
    how = "--type=strategic" if kind == "deployment" else "--type=merge"
    done = here.call("patch", kind, name, "-n", namespace, how, "-p", json.dumps(change))
    assert done.ok, done.err


def test_what_wellit_installed_and_what_kubectl_changed(here: Access, namespace: str) -> None:
    made, manifests, _ = parts(namespace)
    lifecycle.install(plan.prepare(made, manifests, here), here, print, lambda _: None, wait=False)
    first = against(here, namespace)
    assert (told(first), first.uncompared, first.exit_code) == ({}, (), 0)
    assert len(first.lines) > 100

    decode = "ms-inference-scheduling-llm-d-modelservice-decode"
    image = {"name": "sglang", "image": "docker.io/lmsysorg/sglang:v0.5.9", "env": [{"name": "A", "value": "b"}]}
    pod = {"metadata": {"labels": {"team": "x"}}, "spec": {"containers": [image]}}
    patch(here, namespace, "deployment", decode, {"spec": {"replicas": 3, "template": pod}})
    pool = {"spec": {"targetPorts": [{"number": 8001}]}}
    patch(here, namespace, "inferencepool", "gaie-inference-scheduling", pool)
    second = against(here, namespace)
    assert told(second) == {
        "pool ports": "8000 | 8001",
        "decode replicas": "2 | 3",
        "decode tag": "v0.5.6.post2-runtime | v0.5.9",
        "decode env A": "none | b",
        "decode label team": "none | x",
    }
    assert second.different[0].matters == ("B: the pool asks 8001, the pods take requests at 8000",)
    assert second.aligns == (
        "A", ("--set decode.replicas=3", "--set engine.tag=v0.5.9",
              """--set 'decode.env=[{"name": "A", "value": "b"}]'"""),
    )  # fmt: skip


def test_what_plain_helmfile_installed(here: Access, namespace: str, tmp_path: Path) -> None:
    made = stack(namespace)
    overrides = tmp_path / "overrides.json"
    overrides.write_text(json.dumps(made.overrides))
    binaries = tools.ensure(["helm", "helmfile"])
    words = [*render.arguments(made, binaries, overrides), "sync", "--skip-deps", "--args", "--wait=false"]
    done = process.run(words, env=charts.environment() | here.env, timeout=120)
    assert done.ok, done.err
    found = against(here, namespace)
    assert (told(found), found.uncompared) == ({}, ())
    other = against(here, namespace, "default")
    assert {"decode engine", "decode connector", "picker reads queued"} <= set(told(other))
    assert other.aligns == ("A", ("--engine sglang",))
