"""What an install would change, on a real Kubernetes API with real helm: the sandbox's."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.faults.gate import gate, step
from tests.support.stacks import parts
from wellit import access, catalogue, compose, lifecycle, paths, plan, process, render
from wellit.access import Access
from wellit.changes import Changes
from wellit.changes.judge import NO_NAMESPACE
from wellit.compose import Choice
from wellit.plan import Plan
from wellit.sandbox import Sandbox
from wellit.sandbox.config import cluster

DECODE = "ms-inference-scheduling-llm-d-modelservice-decode"
PICKER = "gaie-inference-scheduling-epp"


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"plan-{abs(hash(request.node.name)) % 10**8}"
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def planned(there: Access, *args: Any, **about: Any) -> Plan:
    made, manifests, _ = parts(*args, **about)
    return plan.prepare(made, manifests, there)


def changes(there: Access, *args: Any, **about: Any) -> Changes:
    found = planned(there, *args, **about).changes
    assert found
    return found


def install(found: Plan, there: Access) -> None:
    lifecycle.install(replace(found, checks=()), there, lambda _: None, lambda _: None, wait=False)


def invoke(here: Access, namespace: str, *flags: str) -> tuple[int, str]:
    """The exit code of the task, and what it printed."""
    words = ["plan", "-n", namespace, "--kubeconfig", here.kubeconfig, *flags]
    cache = {"WELLIT_CACHE": str(paths.cache())}
    done = process.run([sys.executable, "-m", "wellit.program", *words], env=cache, cwd=paths.ROOT, timeout=300)
    return done.code, done.out


def fields(found: Changes) -> list[tuple[str, str, Any, Any]]:
    return [(one.object.name, f.path, f.before, f.after) for one in found.changed for f in one.fields]


def kubectl(here: Access, *words: str, stdin: str | None = None) -> None:
    done = here.call(*words, stdin=stdin)
    assert done.ok, done.err


def test_a_value_a_hand_and_what_goes(here: Access, namespace: str) -> None:
    first = planned(here, namespace)
    assert first.changes and len(first.changes.new) == len(first.changes.all) == len(first.demand.objects)
    assert {one.why for one in first.changes.new} == {NO_NAMESPACE}
    assert "the API server and its webhooks were not asked" in first.text()
    assert here.call("get", "namespace", namespace).code == 1, "a dry run makes nothing"
    install(first, here)

    # Defaults, helm's own labels, amounts in other words, controllers: none of it is a change.
    same = changes(here, namespace)
    assert not same.any and len(same.unchanged) == len(same.all) and not same.unknown and not same.notes

    found = changes(here, namespace, sets=("decode.replicas=3",))
    assert fields(found) == [(DECODE, "spec.replicas", 2, 3)]
    assert found.changed[0].meaning == ("scaled 2 -> 3: 1 more pod, 1 nvidia.com/gpu each",)
    assert fields(changes(here, namespace)) == [], "a dry run changes nothing"

    # The recorded stack needs no flags; a program reads the same, and the exit code is the answer.
    assert invoke(here, namespace)[0] == 0
    flags = ["-e", "sglang", "--charts", "offline", "--size", "small", "--set", "decode.replicas=3", "--format", "json"]
    code, told = invoke(here, namespace, *flags)
    (one,) = json.loads(told)["summary"]["changes"]["changed"]
    assert code == 1 and one["fields"] == [{"path": "spec.replicas", "before": 2, "after": 3}]

    # By hand, of fields that are helm's: they would be put back. Another's label is let be.
    kubectl(here, "scale", "deployment", DECODE, "--replicas=5", "-n", namespace)
    kubectl(here, "set", "image", f"deployment/{PICKER}", "epp=example.org/mine:1", "-n", namespace)
    kubectl(here, "label", "deployment", DECODE, "mine=yes", "-n", namespace)
    found = changes(here, namespace)
    assert [(name, path, before) for name, path, before, _ in fields(found)] == [
        (PICKER, "spec.template.spec.containers[epp].image", "example.org/mine:1"),
        (DECODE, "spec.replicas", 5),
    ]
    install(planned(here, namespace), here)
    assert not changes(here, namespace).any

    # What is not rendered any more goes, with the releases that are left out; and nothing else.
    found = changes(here, namespace, gateway="none")
    assert found.gone == ("infra-inference-scheduling", "route-inference-scheduling")
    kinds = ["ConfigMap", "DestinationRule", "Gateway", "HTTPRoute", "Telemetry"]
    assert sorted(one.object.of.kind for one in found.removed) == kinds
    assert not found.new and not found.changed

    # A configuration that is read once, under a workload that stays.
    found = changes(
        here,
        namespace,
        sets=("picker.profiles.default=[{plugin: queue-scorer, weight: 9}, {plugin: max-score-picker}]",),
    )
    assert [one.object.of.kind for one in found.changed] == ["ConfigMap"]
    assert [str(item) for item in found.stale] == [f"Deployment {PICKER}"]
    assert "reads it when its pods start" in found.changed[0].meaning[0]


def test_what_cannot_be_changed_in_place(here: Access, namespace: str) -> None:
    made, manifests, _ = parts(namespace)
    install(plan.prepare(made, manifests, here), here)

    def other(manifest: dict[str, Any]) -> dict[str, Any]:
        if manifest["metadata"]["name"] == DECODE:
            text = json.dumps(manifest).replace('"llm-d.ai/role": "decode"', '"llm-d.ai/role": "both"')
            return dict(json.loads(text))
        if manifest["metadata"]["name"] == PICKER and manifest["kind"] == "Service":
            return {**manifest, "spec": {**manifest["spec"], "clusterIP": "None"}}
        return manifest

    releases = tuple(replace(one, manifests=tuple(map(other, one.manifests))) for one in manifests.releases)
    found = plan.prepare(made, replace(manifests, releases=releases), here).changes
    assert found and not found.refused and len(found.changed) == 2
    service, decode = found.anew
    assert service.fixed == ("spec.clusterIP",) and service.object.name == PICKER
    assert decode.fixed == ("spec.selector.matchLabels[llm-d.ai/role]",)
    differ = [one.path for one in decode.fields]
    assert differ == ["spec.selector.matchLabels[llm-d.ai/role]", "spec.template.metadata.labels[llm-d.ai/role]"]
    assert decode.meaning[1].startswith("its 2 pods do not answer until new ones are ready")
    assert here.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{DECODE}-wellit") == access.Missing()


def test_what_would_be_refused_is_told_in_its_words(here: Access, namespace: str) -> None:
    kubectl(here, "create", "namespace", namespace)
    kubectl(here, "create", "configmap", PICKER, "-n", namespace)
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"},
             "spec": {"hard": {"services": "0"}}}  # fmt: skip
    kubectl(here, "create", "-n", namespace, "-f", "-", stdin=json.dumps(quota))
    made, manifests, _ = parts(namespace)

    def wrong(manifest: dict[str, Any]) -> dict[str, Any]:
        if manifest["metadata"]["name"] == DECODE:
            return {**manifest, "spec": {**manifest["spec"], "replicaz": 2}}
        return manifest

    releases = tuple(replace(one, manifests=tuple(map(wrong, one.manifests))) for one in manifests.releases)
    # A quota's controller counts first: until then the API server refuses with other words, or not at all.
    for _ in range(200):
        found = plan.prepare(made, replace(manifests, releases=releases), here).changes
        assert found
        refused = {one.object.name + "/" + one.object.of.kind: one.refused for one in found.refused}
        if "exceeded quota" in refused.get(f"{PICKER}/Service", ""):
            break
    assert sorted(refused) == [f"{PICKER}/ConfigMap", f"{PICKER}/Service", f"{DECODE}/Deployment"]
    assert refused[f"{PICKER}/ConfigMap"].startswith("it is there already, and no helm release has made it")
    assert refused[f"{PICKER}/Service"].startswith("the API server refuses it: ")
    assert "spec.replicaz" in refused[f"{DECODE}/Deployment"]


def test_what_a_webhook_says_is_what_the_install_would_meet(here: Access, sandbox: Sandbox, namespace: str) -> None:
    kubectl(here, "create", "namespace", namespace)
    with gate(here, cluster(sandbox) / "pki", namespace) as held:
        held.refuse(step("CREATE", "deployments", "ms-"))
        found = planned(here, namespace)
        assert found.changes
        words = "the webhook gate.faults.example refuses it: not today"
        assert [(one.object.name, one.refused) for one in found.changes.refused] == [(DECODE, words)]
        names = {one.object.name for one in found.changes.all}
        assert not [one for one in held.seen if one.name in names], "of a dry run nothing comes"
    assert f"refused: {words}" in found.text()
    assert not changes(here, namespace).refused


def test_who_may_not_try_gets_the_permission_named(
    here: Access, sandbox: Sandbox, namespace: str, tmp_path: Path
) -> None:
    install(planned(here, namespace), here)
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reads"}, "rules": rules}
    kubectl(here, "create", "-n", namespace, "-f", "-", stdin=json.dumps(role))
    kubectl(here, "create", "rolebinding", "reads", "--role=reads", "--user=reader", "-n", namespace)
    config = yaml.safe_load(sandbox.kubeconfig.read_text())
    config["users"][0]["user"] |= {"as": "reader", "as-groups": ["system:authenticated"]}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump(config))
    reader = access.open_access(kubeconfig=str(file))
    found = changes(reader, namespace)
    assert len(found.unknown) == len(found.all) and not found.any
    assert {one.why for one in found.unknown if one.object.name == DECODE} == {
        f"you may not patch deployments.apps in {namespace}"
    }


GUIDES = ["dynamo-sglang", "multi-engine", "pd-disaggregation", "precise-prefix-cache-aware"]


@pytest.mark.parametrize("guide", GUIDES)
def test_after_an_install_of_a_guide_nothing_would_change(here: Access, namespace: str, guide: str) -> None:
    """The first guide has a test of its own above, KServe's is among its controller's."""
    environment = catalogue.environments_of(catalogue.guide_source(guide))[0]
    made = compose.compose(Choice(guide, environment, namespace, {"charts": "offline"}, "small"))
    manifests = render.render(made, print)
    install(plan.prepare(made, manifests, here), here)
    found = plan.prepare(made, manifests, here).changes
    assert found and not found.any and not found.unknown and not found.notes
    assert len(found.unchanged) == len(manifests.manifests)
