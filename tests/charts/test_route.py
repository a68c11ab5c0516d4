"""The route chart joins one Gateway and one or more InferencePools."""

from __future__ import annotations

from typing import Any

import pytest

from tests.charts.chart import Chart, Values

ONE: Values = {
    "name": "llm-d-x",
    "gateway": "infra-x-inference-gateway",
    "backends": [{"pool": "gaie-x", "port": 8000}],
}
EVERYTHING = [{"path": {"type": "PathPrefix", "value": "/"}}]


def backend(pool: str, weight: int = 1, **more: Any) -> dict[str, Any]:
    return {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": pool, "weight": weight, **more}


def test_one_pool(route: Chart) -> None:
    answer = route.render(ONE | {"timeouts": {"request": "0s", "backendRequest": "0s"}})["HTTPRoute/llm-d-x"]
    assert answer["apiVersion"] == "gateway.networking.k8s.io/v1"
    assert answer["spec"] == {
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "infra-x-inference-gateway"}],
        "rules": [
            {
                "matches": EVERYTHING,
                "backendRefs": [backend("gaie-x", port=8000)],
                "timeouts": {"request": "0s", "backendRequest": "0s"},
            }
        ],
    }


def test_port_and_timeouts_may_be_left_out(route: Chart) -> None:
    (rule,) = route.render(ONE | {"backends": [{"pool": "gaie-x"}]}).only("HTTPRoute")["spec"]["rules"]
    assert rule == {"matches": EVERYTHING, "backendRefs": [backend("gaie-x")]}


def test_name_is_the_releases_unless_given(route: Chart) -> None:
    assert route.render(ONE | {"name": ""}).names == {"HTTPRoute/route-x"}


def test_host_names(route: Chart) -> None:
    assert route.render(ONE | {"hostnames": ["*.example.com"]}).only("HTTPRoute")["spec"]["hostnames"] == [
        "*.example.com"
    ]


def test_backends_of_one_match_share_by_weight(route: Chart) -> None:
    backends = [{"pool": "a", "weight": 9}, {"pool": "b", "weight": 0}]
    (rule,) = route.render(ONE | {"backends": backends}).only("HTTPRoute")["spec"]["rules"]
    assert rule["backendRefs"] == [backend("a", 9), backend("b", 0)]


def test_each_engine_by_a_header(route: Chart) -> None:
    matches = [{"headers": {"x-engine": "sglang"}}, {"pathPrefix": "/sglang"}]
    backends = [{"pool": "vllm"}, {"pool": "sglang", "matches": matches}, {"pool": "canary"}]
    first, second = route.render(ONE | {"backends": backends}).only("HTTPRoute")["spec"]["rules"]
    assert (first["matches"], first["backendRefs"]) == (EVERYTHING, [backend("vllm"), backend("canary")])
    assert second["backendRefs"] == [backend("sglang")]
    assert second["matches"] == [
        EVERYTHING[0] | {"headers": [{"type": "Exact", "name": "x-engine", "value": "sglang"}]},
        {"path": {"type": "PathPrefix", "value": "/sglang"}},
    ]


PREFIX_OFF = [{"type": "URLRewrite", "urlRewrite": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}}}]


def prefix(value: str) -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": value}}


def test_each_engine_by_a_prefix_that_is_taken_off(route: Chart) -> None:
    backends = [
        {"pool": engine, "matches": [{"pathPrefix": f"/{engine}", "rewrite": True}]} for engine in ("vllm", "sglang")
    ]
    rules = route.render(ONE | {"backends": backends}).only("HTTPRoute")["spec"]["rules"]
    assert rules == [
        {"matches": [prefix(f"/{engine}")], "filters": PREFIX_OFF, "backendRefs": [backend(engine)]}
        for engine in ("vllm", "sglang")
    ]


def test_a_match_that_takes_its_prefix_off_is_a_rule_by_itself(route: Chart) -> None:
    header = {"headers": {"x-engine": "vllm"}}
    matches = [{"pathPrefix": "/a", "rewrite": True}, header, {"pathPrefix": "/b", "rewrite": True} | header]
    rules = route.render(ONE | {"backends": [{"pool": "vllm", "matches": matches}]}).only("HTTPRoute")["spec"]["rules"]
    exact = [{"type": "Exact", "name": "x-engine", "value": "vllm"}]
    assert [(rule["matches"], rule.get("filters")) for rule in rules] == [
        ([EVERYTHING[0] | {"headers": exact}], None),
        ([prefix("/a")], PREFIX_OFF),
        ([prefix("/b") | {"headers": exact}], PREFIX_OFF),
    ]
    assert {rule["backendRefs"][0]["name"] for rule in rules} == {"vllm"}


def test_backends_share_a_prefix_that_is_taken_off(route: Chart) -> None:
    matches = [{"pathPrefix": "/vllm", "rewrite": True}]
    backends = [{"pool": "a", "weight": 9, "matches": matches}, {"pool": "b", "matches": matches}]
    (rule,) = route.render(ONE | {"backends": backends}).only("HTTPRoute")["spec"]["rules"]
    assert rule["backendRefs"] == [backend("a", 9), backend("b")]


def test_a_prefix_that_stays_is_the_same_written_or_not(route: Chart) -> None:
    backends = [
        {"pool": "a", "matches": [{"pathPrefix": "/v1", "rewrite": False}]},
        {"pool": "b", "matches": [{"pathPrefix": "/v1"}]},
    ]
    (rule,) = route.render(ONE | {"backends": backends}).only("HTTPRoute")["spec"]["rules"]
    assert "filters" not in rule
    assert rule["backendRefs"] == [backend("a"), backend("b")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gateway": ""}, "at '/gateway': minLength: got 0, want 1"),
        ({"backends": []}, "at '/backends': minItems: got 0, want 1"),
        ({"backends": [{"port": 8000}]}, "at '/backends/0': missing property 'pool'"),
        ({"backends": [{"pool": "a", "port": 0}]}, "at '/backends/0/port': minimum: got 0, want 1"),
        ({"backends": [{"pool": "a", "matches": [{"path": "/"}]}]}, "additional properties 'path' not allowed"),
        (
            {"backends": [{"pool": "a", "matches": [{"rewrite": True}]}]},
            "properties 'pathPrefix' required, if 'rewrite'",
        ),
        (
            {"backends": [{"pool": "a", "matches": [{"headers": {"x engine": "a"}}]}]},
            "'x engine' does not match pattern",
        ),
        ({"timeouts": {"request": "5"}}, "at '/timeouts/request': '5' does not match pattern"),
        ({"pool": "a"}, "at '': additional properties 'pool' not allowed"),
    ],
)
def test_refused(route: Chart, change: dict[str, Any], message: str) -> None:
    assert message in route.render(ONE | change).error
