"""Of every guide in every environment, of all ways: what was just applied is no drift, by a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from wellit import access, catalogue, compose, demand, drift, live, render
from wellit.access import Access
from wellit.compose import Choice
from wellit.drift.objects import drifted
from wellit.drift.seen import Release, Seen
from wellit.installed import Installed
from wellit.record import Record
from wellit.sandbox import Sandbox

CELLS = [
    (guide, environment)
    for guide in catalogue.guide_names()
    for environment in catalogue.environments_of(catalogue.guide_source(guide))
]
DEPLOYED = Installed("", "", "", {}, "")


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"drift-{abs(hash(request.node.name)) % 10**8}"
    assert here.call("create", "namespace", name).ok
    yield name
    here.call("delete", "namespace", name, "--wait=false")


@pytest.mark.parametrize(("guide", "environment"), CELLS, ids="-".join)
def test_nothing_differs_right_after_it_was_applied(
    here: Access, namespace: str, guide: str, environment: str
) -> None:
    """Applied as helm applies it: by the server, as field manager helm, with helm's label and annotations."""
    stack = compose.compose(Choice(guide, environment, namespace, components={"charts": "offline"}))
    rendered = render.render(stack, print)
    wanted = demand.read(rendered, namespace)
    known = Record(guide, environment, namespace, str(stack.values["postfix"]))
    releases = {
        one.name: Release(
            one.name, DEPLOYED, DEPLOYED, objects={(m["kind"], m["metadata"]["name"]): m for m in one.manifests}
        )
        for one in rendered.releases
    }
    sent = [as_helm(m, one.name, namespace) for one in rendered.releases for m in one.manifests]
    here_and_now = ["apply", "--server-side", "--field-manager=helm", "-n", namespace, "-f", "-"]
    done = here.call(*here_and_now, stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": sent}), timeout=60)
    assert done.ok, done.err
    seen = Seen(known, live.whole_stack(here, namespace, wanted.objects), releases)
    found = drifted(seen)
    assert {item for item in wanted.objects if item not in found} == set()
    assert {str(item): [one.words for one in told] for item, told in found.items() if told} == {}
    checks = {check.id: check.status for check in drift.judge(replace(seen, releases=releases), here)}
    assert checks["WL780"] == "pass" or set(checks) == {"WL969", "WL781", "WL782", "WL783"}


def as_helm(manifest: render.Manifest, release: str, namespace: str) -> dict[str, object]:
    about = dict(manifest["metadata"])
    about.pop("namespace", None)
    about["labels"] = {**(about.get("labels") or {}), "app.kubernetes.io/managed-by": "Helm"}
    own = {"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace}
    about["annotations"] = {**(about.get("annotations") or {}), **own}
    return {**manifest, "metadata": about}
