"""Stacks that plain helmfile has installed become wellit's, on a real API server and with real helm."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support import upstream
from wellit import access, adopt, again, compose, lifecycle, operate, paths, plan, process, record, render, tools
from wellit.access import Access, Missing
from wellit.compose import Choice
from wellit.demand import Kind
from wellit.errors import CannotAnswer, Refused
from wellit.findings import Check, Report
from wellit.report import json as as_json
from wellit.sandbox import Sandbox


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"adopt-{abs(hash(request.node.name)) % 10**8}"
    here.call("create", "namespace", name)
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def yes(question: str) -> None:
    assert "Nothing else is changed" in question


def adopted(there: Access, namespace: str, said: list[str] | None = None, **about: Any) -> Report:
    asked = Choice(
        namespace=namespace, **{"guide": "", "environment": "", "components": {"charts": "offline"}, **about}
    )
    return adopt.adopt(there, asked, ([] if said is None else said).append, yes, fetch=False)


def state(there: Access, namespace: str) -> dict[str, str]:
    """Every object of a namespace and the version in which it is; without what controllers write by themselves."""
    kinds = "all,configmaps,secrets,serviceaccounts,roles,rolebindings,gateways,httproutes,inferencepools,leases"
    done = there.call("get", kinds, "-n", namespace, "-o", "json")
    found = json.loads(done.out)["items"]
    return {f"{one['kind']}/{one['metadata']['name']}": json.dumps(one.get("spec") or one.get("data")) for one in found}


def next_plan(there: Access, known: record.Record) -> plan.Plan:
    """What the next install of a recorded stack would do."""
    with again.choice(known) as choice:
        stack = compose.compose(choice)
        return plan.prepare(stack, render.render(stack, print), there)


def given(fix: str) -> None:
    """Run the commands that give an object to helm, as a person does."""
    path = f"{tools.ensure(['kubectl'])['kubectl'].parent}:{os.environ['PATH']}"
    for command in fix.partition("give it to ")[2].partition(": ")[2].split("; "):
        done = process.run(["bash", "-o", "pipefail", "-c", command], env=os.environ | {"PATH": path}, timeout=120)
        assert done.ok, done.err


def by_id(report: Report) -> dict[str, Check]:
    return {check.id: check for check in report.checks}


def test_a_guide_of_plain_helmfile_is_recorded_as_it_is_and_nothing_else_changes(here: Access, namespace: str) -> None:
    upstream.plain(here, namespace, "sglang", "decode.replicas=3", "postfix=chat")
    before, said = state(here, namespace), list[str]()
    report = adopted(here, namespace, said)
    assert {check.status for check in report.checks} == {"pass"} and report.exit_code == 0
    words = f"-g inference-scheduling -e sglang -n {namespace} --size small"
    assert any(words in line and "--set decode.replicas=3" in line for line in said)
    after = state(here, namespace)
    assert {name: after[name] for name in before} == before and set(after) - set(before) == {"Secret/wellit-stack-chat"}
    shown = json.loads(as_json.render(report))
    jsonschema.validate(shown, json.loads((paths.ROOT / "schemas" / "report.schema.json").read_text()))
    assert shown["summary"]["adopted"]["differences"] == [] and shown["summary"]["adopted"]["next"]["changed"] == []

    known = lifecycle.recorded(here, namespace)
    assert known.adopted and known.state == "installed" and set(known.revisions.values()) == {1}
    odd = [(check.id, check.status) for check in lifecycle.status(known, here).checks if check.status != "pass"]
    assert odd == [("WL783", "skip")]  # its charts have no digests: somebody else had them
    assert not next_plan(here, known).changes.any  # type: ignore[union-attr]
    with pytest.raises(Refused, match="is of a recorded stack already: inference-scheduling -e sglang"):
        adopted(here, namespace)
    assert "it was adopted" in lifecycle.goes_and_stays(known)
    assert lifecycle.uninstall(known, here, print, lambda _: None).status == "pass"
    assert not [name for name in state(here, namespace) if "chat" in name]


def test_upstreams_guide_is_matched_and_what_does_not_fit_is_said(here: Access, namespace: str, tmp_path: Path) -> None:
    upstream.upstream(here, namespace, tmp_path / "charts")
    before, said = state(here, namespace), list[str]()
    report = adopted(here, namespace, said)
    found = by_id(report)
    assert {key for key, check in found.items() if check.status == "pass"} == {"WL794", "WL795", "WL796"}
    # The route that the guide's reader applies by hand is nobody's, and the pool reads vLLM's metrics from SGLang.
    assert (
        "HTTPRoute llm-d-inference-scheduling is refused" in found["WL797"].detail and "WL104" in found["WL799"].detail
    )
    text = "\n".join(said)
    for setting in (
        "decode.replicas=2",
        "proxy.enabled=false",
        "engine.tag=v0.5.6.post2",
        "versions.picker.tag=v0.7.0",
    ):
        assert f"--set {setting}" in text
    assert "lacking    route-inference-scheduling" in text and "vllm:num_requests_waiting now" in text
    assert {name: value for name, value in state(here, namespace).items() if name in before} == before

    known = lifecycle.recorded(here, namespace)
    assert known.release_names == [f"{one}-inference-scheduling" for one in ("infra", "gaie", "ms")]
    assert known.entry["gateway"] == "infra-inference-scheduling-inference-gateway" and known.adopted
    # The commands that the check gives make helm take the route.
    given(found["WL797"].fix)
    changes = next_plan(here, known).changes
    assert changes and not changes.refused and changes.changed
    assert lifecycle.uninstall(known, here, print, lambda _: None).status == "pass"
    assert here.get(Kind("v1", "Secret").path(namespace, known.secret)) == Missing()


def test_what_is_not_adopted_is_told_why(here: Access, namespace: str) -> None:
    with pytest.raises(CannotAnswer, match=f"no helm release is in the namespace {namespace}"):
        adopted(here, namespace)
    with pytest.raises(CannotAnswer, match='unknown environment "sglagn"'):
        adopted(here, namespace, environment="sglagn")
    upstream.plain(here, namespace)
    before = state(here, namespace)
    report = adopted(here, namespace, environment="default", components={"engine": "vllm", "charts": "offline"})
    assert report.exit_code == 1 and "SGLang there, vLLM in the guide" in by_id(report)["WL796"].detail
    assert report.summary["result"] == "not adopted: nothing was written"

    def no(_: str) -> None:
        raise Refused("the answer was no")

    with pytest.raises(Refused, match="the answer was no"):
        adopt.adopt(here, Choice(guide="", environment="", namespace=namespace), print, no, fetch=False)
    assert state(here, namespace) == before
    upstream.plain(here, namespace, "sglang", "postfix=second")
    with pytest.raises(CannotAnswer, match="there are several stacks in") as told:
        adopted(here, namespace)
    assert "inference-scheduling, second" in told.value.message and "--set postfix=" in told.value.write
    both = [adopted(here, namespace, sets=(f"postfix={name}",)) for name in ("second", "inference-scheduling")]
    assert [report.exit_code for report in both] == [0, 0]
    assert "infra-inference-scheduling (llm-d-infra) is no release of" in by_id(both[0])["WL794"].detail
    assert {one.postfix for one in record.find(here, namespace)} == {"second", "inference-scheduling"}


def test_a_graph_of_dynamo_that_plain_helmfile_has_installed_lives_on_as_one_of_ours(
    here: Access, namespace: str
) -> None:
    upstream.plain(here, namespace, "disagg", "decode.replicas=2", guide="dynamo-sglang")
    said: list[str] = []
    report = adopted(here, namespace, said)
    assert {check.status for check in report.checks} == {"pass"} and report.exit_code == 0
    words = f"invoke install -g dynamo-sglang -e disagg -n {namespace} --size small --set decode.replicas=2"
    assert any(words in line for line in said)
    known = lifecycle.recorded(here, namespace)
    assert not next_plan(here, known).changes.any  # type: ignore[union-attr]
    assert not [check for check in lifecycle.status(known, here).checks if check.status not in ("pass", "skip")]
    assert lifecycle.uninstall(known, here, print, lambda _: None).status == "pass"


def test_what_kubectl_has_applied_is_not_adopted_and_can_be_given_to_helm(here: Access, namespace: str) -> None:
    choice = Choice("dynamo-sglang", "disagg", namespace, {"charts": "offline"}, "small")
    made = render.render(stack := compose.compose(choice), print)
    assert here.call("apply", "-n", namespace, "-f", "-", stdin=json.dumps(made.manifests[0])).ok
    with pytest.raises(Refused, match="and yet a stack is: DynamoGraphDeployment dynamo-sglang") as told:
        adopted(here, namespace)
    assert f"invoke plan -g dynamo-sglang -n {namespace}" in told.value.write
    found = by_id(operate.planned(stack, made, here, Report("plan"), diff=False))
    assert "no helm release has made it" in found["WL642"].detail
    given(found["WL642"].fix)
    # Helm owns all of it then: what the next install does not have is taken away.
    fewer = compose.compose(replace(choice, sets=("disaggregation.backend=mooncake", "frontend.router=kv")))
    for one in (stack, fewer, stack):
        ready = plan.prepare(one, render.render(one, print), here)
        assert ready.changes and not ready.changes.refused
        lifecycle.install(ready, here, print, lambda _: None, timeout=30)
    after = plan.prepare(stack, made, here).changes
    assert after and not after.any
