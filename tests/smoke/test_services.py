"""What KServe's controller made of a recorded LLMInferenceService, read of a cluster that has exactly that."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.doctor.services.world import made_of, service
from tests.smoke.world import checks, figures, of_way, pool, way
from tests.support.clusters import access, forbidden
from wellit.access import Access
from wellit.demand import Kind
from wellit.record import Record
from wellit.smoke import graphs, parts, services
from wellit.smoke.ask import Answer

SERVICE, POOL = "serving.kserve.io/v1alpha2", "inference.networking.k8s.io/v1"
ENTRY = {"gateway": "gw", "service": "gw-istio", "port": "80"}
WAY = {"engine": "", "model": "Qwen/Qwen3-0.6B", "path": "/ns/llm", "headers": {}}
KNOWN = Record(
    "llm-inference-service", "kserve-sglang", "ns", "llm", model="Qwen/Qwen3-0.6B", entry=ENTRY, ways=(WAY,),
    objects=((SERVICE, "LLMInferenceService", "llm", "kserve-llm"),),
)  # fmt: skip
HEADER = {"X-Gateway-Model-Name": "publishers/ns/models/Qwen/Qwen3-0.6B"}
Change = Callable[[dict[str, Any]], None]


def cluster(change: Change = lambda _: None, *, header: bool = True, more: Mapping[str, Any] | None = None) -> Access:
    """What kubectl answers of it, and to nothing else."""
    one = service()
    change(one)
    made = made_of(one)
    pods = []
    for item in [item for item in made if item["kind"] == "Deployment"]:
        pod = copy.deepcopy(item["spec"]["template"])
        name = item["metadata"]["name"]
        pod["metadata"] |= {"name": f"{name}-abc-1", "ownerReferences": [{"kind": "ReplicaSet", "name": f"{name}-abc"}]}
        pods.append(pod | {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})
    route = next(item for item in made if item["kind"] == "HTTPRoute")
    if header:
        match = {"headers": [{"name": name, "value": value} for name, value in HEADER.items()]}
        route["spec"]["rules"].append({"matches": [match]})
    pool = next(item for item in made if item["kind"] == "InferencePool")
    other = copy.deepcopy(pool) | {"metadata": {"name": "other"}}
    epp = next(item for item in made if item["metadata"]["name"] == "llm-epp-service")
    lists = {
        Kind("v1", "Pod").path("ns"): pods,
        Kind(POOL, "InferencePool").path("ns"): [other, pool],
        Kind("gateway.networking.k8s.io/v1", "HTTPRoute").path("ns"): [route],
    }
    known: dict[str, Any] = {f"get --raw {path}?limit=500": json.dumps({"items": all_}) for path, all_ in lists.items()}
    for item in (one, pool, other, epp):
        path = Kind(item["apiVersion"], item["kind"]).path("ns", item["metadata"]["name"])
        known[f"get --raw {path}"] = json.dumps(item)
    return access(known | dict(more or {}))[0]


def test_its_pool_its_path_and_its_header() -> None:
    found = parts.read(cluster(), KNOWN)
    (of,), (asked,) = found.pools, found.ways
    assert of.name == "llm-inference-pool" and [one.name for one in of.servers] == ["llm-kserve-abc-1"]
    assert of.servers[0].engine.name == "sglang" and of.servers[0].deployment == "llm-kserve"
    assert of.picker and of.picker.deployment == "llm-kserve-router-scheduler"
    assert asked.path == "/ns/llm" and asked.header == HEADER and asked.pool is of and found.gateway == "gw"


def test_the_path_is_what_its_controller_says() -> None:
    def moved(one: dict[str, Any]) -> None:
        one["status"]["url"] = "https://models.example.org/tenant/llm/"

    assert parts.read(cluster(moved), KNOWN).ways[0].path == "/tenant/llm"


def test_without_an_address_the_recorded_path_counts() -> None:
    def silent(one: dict[str, Any]) -> None:
        del one["status"]

    assert parts.read(cluster(silent, header=False), KNOWN).ways[0] == parts.read(cluster(header=False), KNOWN).ways[0]


def test_a_pool_that_it_only_refers_to() -> None:
    def referred(one: dict[str, Any]) -> None:
        one["spec"]["router"]["scheduler"] = {"pool": {"ref": {"name": "other"}}}

    assert [one.name for one in parts.read(cluster(referred), KNOWN).pools] == ["other"]


def test_what_may_not_be_read_is_said() -> None:
    path = f"get --raw {Kind(POOL, 'InferencePool').path('ns')}?limit=500"
    found = parts.read(cluster(more={path: forbidden("list", "inferencepools")}), KNOWN)
    assert found.pools == () and "list inferencepools" in found.unread


@pytest.mark.parametrize("splits", [False, True])
def test_sharing_is_promised_where_there_are_prefill_servers(splits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_promises", lambda _: frozenset(["spreads", "disaggregates"]))

    def prefill(one: dict[str, Any]) -> None:
        one["spec"] |= {"prefill": {"replicas": 1}} if splits else {}

    assert ("disaggregates" in parts.read(cluster(prefill), KNOWN).promises) == splits


def test_it_is_no_graph_whose_frontend_is_asked() -> None:
    straight = Record("g", "e", "ns", "llm", entry={"service": "s", "port": "1"}, objects=KNOWN.objects)
    assert graphs.graph_of(straight) is None and services.service_of(straight) is not None


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (Answer(200, '{"choices": [{"text": "hello"}]}', seconds=0.1), "pass", "X-Gateway-Model-Name"),
        (Answer(404, "The model does not exist", seconds=0.1), "fail", "does not serve the name publishers/ns/models"),
        (Answer(503, "no healthy upstream", seconds=0.1), "fail", "no pod behind the pool"),
    ],
)
def test_the_header_leads_to_the_model(answer: Answer, status: str, words: str) -> None:
    of = pool()
    asked = way(of, header=HEADER)
    check = checks(figures(of, ways=(of_way(asked, named=answer),)))["WL940"]
    assert check.status == status and words in check.detail and (check.fix or status == "pass")


def test_a_route_without_a_header_is_not_asked_by_one() -> None:
    assert "WL940" not in checks(figures())
