from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.support.clusters import healthy
from tests.support.stacks import parts
from wellit import record
from wellit.access import Unread
from wellit.cluster import HelmRelease
from wellit.plan import Plan
from wellit.preflight import preflight


def planned(**found: Any) -> Plan:
    made, manifests, wanted = parts()
    cluster = healthy(wanted, **found)
    return Plan(made, manifests, wanted, cluster, tuple(preflight(wanted, cluster, made.values)))


def test_the_summary_says_what_is_made() -> None:
    text = planned(namespace=False, may_create_namespace=True).text()
    assert text.startswith("inference-scheduling -e sglang on context c (https://c)")
    for line in (
        "choices    engines/sglang, gateways/istio, accelerators/nvidia, versions/llm-d-0.6, charts/offline, size",
        "namespace  ns (is made)",
        "release    ms-inference-scheduling  llm-d-modelservice v0.4.9  new",
        "pods       2 of ms-inference-scheduling-llm-d-modelservice-decode, 1 nvidia.com/gpu each",
        "image      ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1",
        "1 InferencePool",
    ):
        assert line in text


def test_what_is_there_already_is_said() -> None:
    text = planned(releases=(HelmRelease("ms-inference-scheduling", "deployed", 3),)).text()
    assert "there, revision 3, deployed: is changed" in text and "is made" not in text


def test_what_could_not_be_looked_at_stands_in_the_summary() -> None:
    found = planned(nodes=Unread("list nodes"))
    assert [check.id for check in found.unknown] == ["WL606"]
    assert (
        "unknown    there is room for 3 pods with 2 nvidia.com/gpu: not looked at: you may not list nodes"
        in found.text()
    )


def test_an_install_that_did_not_end_is_said() -> None:
    found = planned()
    before = replace(record.make(found.stack, found.rendered, found.demand), when="2026-11-21T04:00:00+00:00")
    assert "an install of 2026-11-21T04:00:00+00:00 did not end" in replace(found, before=before).text()
    assert "by wellit" in replace(found, before=replace(before, state="installed")).text()
    assert "uninstall" in replace(found, before=replace(before, state="uninstalling")).text()


def test_what_a_person_should_know_stands_in_the_summary() -> None:
    made, manifests, wanted = parts(sets=("model.trustRemoteCode=true",))
    cluster = healthy(wanted)
    text = Plan(made, manifests, wanted, cluster, tuple(preflight(wanted, cluster, made.values))).text()
    assert "note       code of the model's repository is run (trust-remote-code) (--set model.trustRemoteCode" in text
    assert "note" not in planned().text()
