"""route.by: body - the body-based router's release, the header that the route asks for, and what is refused."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import yaml

from tests.support.trains import TRAINS
from wellit import choices, paths, render
from wellit.catalogue import component_names
from wellit.compose import Choice, Stack, compose
from wellit.render import Rendered

HEADER = "X-Gateway-Model-Name"
OWN_NAME = "perEngine.sglang.model.servedName=org/on-sglang"


def stack(*sets: str, **components: str) -> Stack:
    parts = {"charts": "offline"} | components
    return compose(Choice("multi-engine", "vllm-sglang", components=parts, size="small", sets=("route.by=body", *sets)))


@functools.cache
def rendered(train: str) -> Rendered:
    return render.render(stack(OWN_NAME, versions=train), print)


def only(of: Rendered, part: str, kind: str) -> dict[str, Any]:
    (found,) = (m for m in of.part(part).manifests if m["kind"] == kind)
    return dict(found)


@pytest.mark.parametrize("train", TRAINS)
def test_each_engine_is_found_by_the_name_that_it_serves(train: str) -> None:
    made = rendered(train)
    asked = {
        rule["backendRefs"][0]["name"]: [header for match in rule["matches"] for header in match["headers"]]
        for rule in only(made, "route", "HTTPRoute")["spec"]["rules"]
    }
    model = stack(OWN_NAME, versions=train).values["model"]["name"]
    assert asked == {
        "gaie-multi-engine-vllm": [{"type": "Exact", "name": HEADER, "value": model}],
        "gaie-multi-engine-sglang": [{"type": "Exact", "name": HEADER, "value": "org/on-sglang"}],
    }


@pytest.mark.parametrize("train", TRAINS)
def test_the_router_is_the_trains_and_stands_before_the_stacks_gateway(train: str) -> None:
    made = rendered(train)
    data = yaml.safe_load((paths.ENVIRONMENTS / "versions" / f"{train}.yaml").read_text())["versions"]["bodyRouter"]
    (container,) = only(made, "bodyrouting", "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{data['image']}:{data['tag']}"
    (gateway,) = only(made, "bodyrouting", "EnvoyFilter")["spec"]["targetRefs"]
    assert gateway["name"] == only(made, "gateway", "Gateway")["metadata"]["name"]


def test_another_way_has_no_router() -> None:
    made = render.render(stack("route.by=path"), print)
    with pytest.raises(KeyError):
        made.part("bodyrouting")


def test_one_name_for_both_engines_is_refused() -> None:
    (found,) = choices.refused(stack())
    assert found.message == "vllm and sglang serve the same model name, which is what tells their requests apart"
    assert found.write and found.write.startswith("perEngine: {sglang: {model: {servedName: ")


@pytest.mark.parametrize("gateway", sorted(set(component_names("gateway")) - {"istio", "none"}))
def test_a_gateway_that_takes_no_envoy_filter_is_refused(gateway: str) -> None:
    (found,) = choices.refused(stack(OWN_NAME, gateway=gateway))
    assert (found.path, found.write) == ("components.gateways", "--gateway istio")
    assert found.why and "EnvoyFilter" in found.why
