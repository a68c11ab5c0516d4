"""What a stack consists of, read of a cluster that has exactly what was rendered."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import access, forbidden, not_found
from wellit import compose, demand, record, render
from wellit.compose import Choice
from wellit.demand import Kind
from wellit.record import Record
from wellit.smoke import parts
from wellit.smoke.parts import Parts

Object = dict[str, Any]
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500"


def stack(guide: str, environment: str, *sets: str, **axes: str) -> tuple[Record, list[Object]]:
    """A record and what was rendered for it."""
    chosen = Choice(guide, environment, "ns", {"charts": "offline", **axes}, "small", sets=sets)
    made = compose.compose(chosen)
    rendered = render.render(made, print)
    objects = [dict(one) for one in rendered.manifests]
    return record.make(made, rendered, demand.read(rendered, "ns")), objects


def pods(objects: list[Object]) -> list[Object]:
    """A Ready pod for each Deployment."""
    found = []
    for one in objects:
        if one["kind"] == "Deployment":
            pod = copy.deepcopy(one["spec"]["template"])
            name = one["metadata"]["name"]
            owner = [{"kind": "ReplicaSet", "name": f"{name}-abc"}]
            pod["metadata"] |= {"name": f"{name}-abc-1", "ownerReferences": owner}
            found.append(pod | {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})
    return found


def cluster(objects: list[Object], there: list[Object] | None = None) -> dict[str, Any]:
    """What kubectl answers of it, and to nothing else."""
    known: dict[str, Any] = {PODS: json.dumps({"items": pods(objects) if there is None else there})}
    for one in objects:
        if one["kind"] in ("InferencePool", "Service", "ConfigMap"):
            path = Kind(one["apiVersion"], one["kind"]).path("ns", one["metadata"]["name"])
            known[f"get --raw {path}"] = json.dumps(one)
    return known


def read(guide: str, environment: str, *sets: str, **axes: str) -> Parts:
    known, objects = stack(guide, environment, *sets, **axes)
    return parts.read(access(cluster(objects))[0], known)


@pytest.mark.parametrize(("environment", "engine"), [("sglang", "sglang"), ("default", "vllm"), ("trtllm", "trtllm")])
@pytest.mark.parametrize("train", ["llm-d-0.6", "llm-d-0.4"])
def test_a_stack_of_one_engine(environment: str, engine: str, train: str) -> None:
    found = read("inference-scheduling", environment, versions=train)
    (pool,), (way,) = found.pools, found.ways
    assert way.pool is pool and way.target.startswith("service/infra-") and way.port == 80 and way.label == ""
    assert way.model == "Qwen/Qwen2.5-0.5B-Instruct"
    (server,) = pool.servers
    assert (server.engine.name, server.port, server.ready, server.answers) == (engine, 8000, True, True)
    assert server.deployment.startswith("ms-inference-scheduling")
    assert pool.picker and (pool.picker.service, pool.picker.port) == ("gaie-inference-scheduling-epp", 9090)
    assert pool.picker.deployment == "gaie-inference-scheduling-epp" and pool.picker.stands_in == ""
    assert pool.picker.plugins is not None and "prefix-cache-scorer" in pool.picker.plugins
    assert found.promises == {"spreads", "prefix"} and found.gateway and not found.by_model and not found.unread


def test_prefill_and_decode_are_told_apart() -> None:
    found = read("pd-disaggregation", "sglang")
    (pool,) = found.pools
    assert [server.role for server in pool.answering] == ["decode"]
    assert [server.role for server in pool.prefilling] == ["prefill"]
    assert "disaggregates" in found.promises


def test_the_parameters_of_a_precise_scorer_are_read() -> None:
    (pool,) = read("precise-prefix-cache-aware", "default").pools
    assert pool.picker and pool.picker.plugins and "precise-prefix-cache-scorer" in pool.picker.plugins


@pytest.mark.parametrize(("by", "paths"), [("path", ["/sglang", "/vllm"]), ("header", ["", ""]), ("body", ["", ""])])
def test_each_way_leads_to_its_own_pool(by: str, paths: list[str]) -> None:
    sets = ["route.by=" + by]
    if by == "body":
        sets += ["perEngine.sglang.model.servedName=other"]
    found = read("multi-engine", "vllm-sglang", *sets)
    assert [way.engine for way in found.ways] == ["sglang", "vllm"] and [way.path for way in found.ways] == paths
    assert [way.pool.name for way in found.ways if way.pool] == ["gaie-multi-engine-sglang", "gaie-multi-engine-vllm"]
    assert all({server.engine.name for server in way.pool.servers} == {way.engine} for way in found.ways if way.pool)
    assert found.by_model == (by == "body")
    assert found.ways[0].label == " (sglang)"


def test_without_a_gateway_a_deployment_is_asked() -> None:
    found = read("inference-scheduling", "sglang", gateway="none")
    assert found.gateway == "" and found.ways[0].target.startswith("deployment/ms-") and found.ways[0].port == 8000


def test_a_pool_of_the_older_form() -> None:
    known, objects = stack("inference-scheduling", "sglang")
    answers = cluster(objects)
    pool = next(key for key in answers if "inferencepools" in key)
    spec = json.loads(answers[pool])["spec"]
    old = {
        "selector": spec["selector"]["matchLabels"], "targetPortNumber": 8000,
        "extensionRef": {"name": spec["endpointPickerRef"]["name"]},
    }  # fmt: skip
    (found,) = parts.read(access(answers | {pool: json.dumps({"spec": old})})[0], known).pools
    assert len(found.servers) == 1 and found.port == 8000 and found.picker


def test_what_may_not_be_looked_at_is_said() -> None:
    known, objects = stack("inference-scheduling", "sglang")
    found = parts.read(access(cluster(objects) | {PODS: forbidden("list", "pods")})[0], known)
    assert found.unread == "list pods" and found.servers == ()


def test_parts_that_are_gone() -> None:
    known, objects = stack("inference-scheduling", "sglang")
    answers: Mapping[str, Any] = cluster(objects)
    pool = next(key for key in answers if "inferencepools" in key)
    assert parts.read(access({**answers, pool: not_found()})[0], known).pools == ()
    service = next(key for key in answers if "services/gaie" in key)
    (found,) = parts.read(access({**answers, service: not_found()})[0], known).pools
    assert found.picker is None and len(found.servers) == 1
    config = next(key for key in answers if "configmaps/gaie" in key)
    (found,) = parts.read(access({**answers, config: not_found()})[0], known).pools
    assert found.picker and found.picker.plugins is None


def test_a_pod_that_is_going_is_no_server() -> None:
    known, objects = stack("inference-scheduling", "sglang")
    there = pods(objects)
    there[-1]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert parts.read(access(cluster(objects, there))[0], known).servers == ()


def test_a_guide_that_is_not_in_this_checkout_promises_nothing() -> None:
    known, objects = stack("inference-scheduling", "sglang")
    assert parts.read(access(cluster(objects))[0], replace(known, guide="of-others")).promises == frozenset()
