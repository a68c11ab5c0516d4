"""A live namespace as one side: read from its objects, whoever put them there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.compare.support import asked, one, rendered, told
from tests.support.clusters import access, forbidden, not_found
from wellit import compare as comparing
from wellit.compare import Comparison
from wellit.compare.live import KINDS
from wellit.errors import CannotAnswer

GATEWAY = "infra-inference-scheduling-inference-gateway"
PICKER = "gaie-inference-scheduling-epp"


def answers(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    """What the API answers: lists without the kind of their items, as it does."""
    known: dict[str, Any] = {}
    for kind in KINDS:
        mine = [m for m in manifests if (m["apiVersion"], m["kind"]) == (kind.api_version, kind.kind)]
        items = [{key: value for key, value in m.items() if key not in ("kind", "apiVersion")} for m in mine]
        path = f"get --raw {kind.path('ns')}?limit=500"
        known[path] = json.dumps({"items": items, "metadata": {}}) if mine else not_found()
    for config in (m for m in manifests if m["kind"] == "ConfigMap"):
        known[f"get --raw /api/v1/namespaces/ns/configmaps/{config['metadata']['name']}"] = json.dumps(config)
    known["get --raw /api/v1/namespaces?limit=500"] = json.dumps({"items": [{"metadata": {"name": "ns"}}]})
    return known


def live(manifests: list[dict[str, Any]] | None = None, changed: Mapping[str, Any] | None = None) -> Comparison:
    known = answers(rendered()[0] if manifests is None else manifests) | dict(changed or {})
    return comparing.stacks("sglang", "live:ns", replace(asked(), access=lambda: access(known)[0]))


def path(kind: str) -> str:
    return next(f"get --raw {k.path('ns')}?limit=500" for k in KINDS if k.kind == kind)


def test_what_was_installed_is_what_is_there() -> None:
    found = live()
    assert told(found) == {}
    assert {one.role for one in found.uncompared} == set()
    assert found.exit_code == 0


def test_only_what_is_compared_is_asked_for() -> None:
    here, runner = access(answers(rendered()[0]))
    comparing.stacks("sglang", "live:ns", replace(asked(), access=lambda: here))
    assert all(words.startswith("get --raw /") for words in runner.asked)
    assert not [words for words in runner.asked if "secrets" in words]
    assert len(runner.asked) == len(KINDS) + 2


def test_what_somebody_changed_is_found() -> None:
    manifests, _ = rendered()
    one(manifests, "Deployment", "decode")["spec"]["replicas"] = 5
    one(manifests, "Gateway")["spec"]["gatewayClassName"] = "kgateway"
    found = live(manifests)
    assert told(found) == {"gateway class": "istio | kgateway", "decode replicas": "2 | 5"}
    assert "--set decode.replicas=5" in found.aligns[1] and found.aligns[0] == "A"


def test_what_may_not_be_read_is_said() -> None:
    denied = {
        path("HTTPRoute"): forbidden("list", "httproutes"),
        f"get --raw /api/v1/namespaces/ns/configmaps/{PICKER}": forbidden("get", "configmaps"),
    }
    found = live(changed=denied)
    unsaid = {(one.role, one.what): one.because for one in found.uncompared}
    assert unsaid["route", ""] == "you may not list httproutes"
    assert unsaid["picker", "profile default: queue-scorer"] == "you may not get configmaps"
    assert told(found) == {}


def test_an_empty_namespace_and_one_that_is_not_there() -> None:
    nothing: dict[str, Any] = {f"get --raw {kind.path('ns')}?limit=500": not_found() for kind in KINDS}
    with pytest.raises(CannotAnswer, match="nothing of a stack is in the namespace ns"):
        live(changed=nothing)
    there = json.dumps({"items": [{"metadata": {"name": "nss"}}]})
    with pytest.raises(CannotAnswer, match='unknown namespace "ns"') as caught:
        live(changed=nothing | {"get --raw /api/v1/namespaces?limit=500": there})
    assert 'did you mean "nss"?' in caught.value.write


def test_nothing_may_be_read() -> None:
    denied: dict[str, Any] = {f"get --raw {k.path('ns')}?limit=500": forbidden("list", k.resource) for k in KINDS}
    with pytest.raises(CannotAnswer, match=r"nothing of ns on .* can be read") as caught:
        live(changed=denied)
    assert "you may not list deployments" in caught.value.why


def test_two_engines_in_one_namespace() -> None:
    manifests, _ = rendered()
    other, _ = rendered("default")
    for kind, name in (("InferencePool", ""), ("Deployment", "decode"), ("Deployment", "epp"), ("Service", "epp")):
        item = one(other, kind, name)
        item["metadata"]["name"] = f"vllm-{item['metadata']['name']}"
        manifests.append(item)
    for item in manifests:
        engine = "vllm" if item["metadata"]["name"].startswith("vllm-") else "sglang"
        if item["kind"] == "InferencePool":
            item["spec"]["selector"]["matchLabels"]["engine"] = engine
            item["spec"]["endpointPickerRef"]["name"] = f"{'vllm-' if engine == 'vllm' else ''}{PICKER}"
        elif item["kind"] == "Service" or (item["kind"] == "Deployment" and "epp" in item["metadata"]["name"]):
            labels = item["spec"]["selector"] if item["kind"] == "Service" else None
            (labels if labels is not None else item["spec"]["template"]["metadata"]["labels"])["engine"] = engine
        elif item["kind"] == "Deployment":
            item["spec"]["template"]["metadata"]["labels"]["engine"] = engine
    found = live(manifests)
    names = {(line.role, line.part) for line in found.lines}
    assert names >= {("decode", "sglang"), ("decode", "vllm"), ("pool", "sglang"), ("pool", "vllm")}
    alone = {(line.role, line.part) for line in found.different if not line.what}
    assert alone == {("decode", "vllm"), ("pool", "vllm"), ("picker", "vllm")}
