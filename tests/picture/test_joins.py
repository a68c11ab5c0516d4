"""What belongs together is joined, and what does not is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.picture.made import (
    HTTP,
    NAMESPACE,
    SERVING,
    an,
    body_router,
    gateway,
    one,
    picker,
    pool,
    route,
    rule,
    servers,
    split,
)
from wellit import picture
from wellit.engines import Engine
from wellit.picture import Container, Edge, Node, Picture, events
from wellit.seen import words


def read(*manifests: Any) -> Picture:
    return picture.read(manifests, NAMESPACE)


def edge(made: Picture, source: str, target: str) -> Edge:
    return next(e for e in made.edges if (e.source, e.target) == (source, target))


def test_a_stack_is_joined_from_the_client_to_the_pods() -> None:
    made = read(*one())
    assert made.troubles == []
    assert [node.id for node in made.nodes] == [
        "client/client", "gateway/gate", "route/route", "pool/pool", "picker/pool-epp", "pods/decode",
    ]  # fmt: skip
    assert [(e.source, e.does, e.target) for e in made.edges] == [
        ("client/client", "sends", "gateway/gate"),
        ("picker/pool-epp", "picks", "pool/pool"),
        ("pool/pool", "sends", "pods/decode"),
        ("gateway/gate", "sends", "route/route"),
        ("route/route", "sends", "pool/pool"),
    ]


def test_the_picker_tells_its_profiles_and_weights() -> None:
    facts = read(*one()).node("picker/pool-epp").facts
    assert facts["profile default"] == ["queue-scorer x2", "prefix-cache-scorer x3", "max-score-picker"]
    assert facts["besides"] == ["profile-handler"]


def test_pods_tell_their_engine_its_proxy_and_their_devices() -> None:
    node = read(*one()).node("pods/decode")
    proxy, engine = node.containers
    assert (proxy.does, proxy.port, proxy.passes, proxy.facts) == ("proxy", 8000, 8200, {"connector": "nixlv2"})
    assert (engine.title, engine.port, engine.facts) == ("vLLM", 8200, {"model": "Qwen/Qwen3-32B"})
    assert (node.facts["devices"], node.facts["devices in all"]) == ({"nvidia.com/gpu": 2}, {"nvidia.com/gpu": 4})


def test_devices_of_a_resource_claim_are_counted() -> None:
    claims = [{"name": "gpu", "resourceClaimTemplateName": "gaudi"}]
    devices = {"devices": {"requests": [{"exactly": {"deviceClassName": "gaudi.intel.com", "count": 2}}]}}
    template = an("resource.k8s.io/v1", "ResourceClaimTemplate", "gaudi", spec={"spec": devices})
    pods = servers(gpus=0)
    pods["spec"]["template"]["spec"]["resourceClaims"] = claims
    assert read(pods, template).node("pods/decode").facts["devices"] == {"gaudi.intel.com": 2}


def test_prompts_go_from_decode_to_prefill_pods() -> None:
    made = read(*split())
    assert made.troubles == []
    assert edge(made, "pods/decode", "pods/prefill").labels == ("prompt first", "to port 8000", "KV by nixlv2")


def test_what_a_rule_asks_for_stands_on_its_arrow() -> None:
    matches = [{"path": {"value": "/vllm"}}, {"headers": [{"name": "x-engine", "value": "vllm"}]}]
    filters = [{"type": "URLRewrite", "urlRewrite": {"path": {"replacePrefixMatch": "/"}}}]
    two = [{"name": "pool", "weight": 9}, {"name": "other", "weight": 1}]
    backends = [one | {"kind": "InferencePool", "group": "inference.networking.k8s.io"} for one in two]
    made = read(gateway(), route({"backendRefs": backends, "matches": matches, "filters": filters}), pool(), *picker())
    wanted = ("path /vllm/* or header x-engine: vllm", "rewritten to /", "weight 9 of 10")
    assert edge(made, "route/route", "pool/pool").labels == wanted


def test_a_service_may_stand_behind_a_route() -> None:
    service = an("v1", "Service", "s", spec={"selector": SERVING, "ports": [{"port": 80}]})
    made = read(gateway(), route({"backendRefs": [{"name": "s", "port": 80}]}), service, servers())
    assert made.troubles == []
    assert edge(made, "service/s", "pods/decode")


def test_a_gateway_of_another_namespace_is_not_missed() -> None:
    made = read(route(parent={"name": "shared", "namespace": "infra"}), pool(), *picker(), servers())
    assert made.troubles == []
    assert made.node("gateway/shared").facts["namespace"] == "infra"


def test_without_a_gateway_the_picture_says_how_requests_come_in() -> None:
    made = read(pool(), *picker(), servers())
    assert made.troubles == []
    assert made.notes == ("there is no gateway: requests go straight to a model pod, and the picker is not asked",)


def test_what_a_gateway_asks_before_it_chooses_a_route() -> None:
    made = read(*one(), *body_router())
    assert made.troubles == []
    arrow = edge(made, "filter/bbr", "gateway/gate")
    assert (arrow.does, arrow.labels) == ("filters", ("asked at port 9004",))
    assert made.node("filter/bbr").facts["reads"] == "each request, before its route is chosen"


def test_early_pools_are_read_too() -> None:
    early: dict[str, Any] = {
        "selector": SERVING, "targetPortNumber": 8000, "extensionRef": {"name": "pool-epp", "portNumber": 9002},
    }  # fmt: skip
    old = an("inference.networking.x-k8s.io/v1alpha2", "InferencePool", "pool", spec=early)
    made = read(old, *picker(), servers())
    assert made.troubles == []
    assert edge(made, "pool/pool", "pods/decode").labels == ("to port 8000",)


def broken() -> Iterator[Any]:
    """(what is wrong, manifests, what the picture says)."""
    behind = [*picker(), servers()]
    yield (
        "the pool selects no pod", [gateway(), route(), pool(labels={"no": "such"}), *behind],
        ["pool pool: it selects no pod of this stack", "pods decode: no pool selects it"],
    )  # fmt: skip
    yield (
        "the route leads nowhere", [gateway(), route(rule("poool")), pool(), *behind],
        ["pool pool: no route leads to it",
         "the route route leads to the InferencePool poool, which is not in this stack"],
    )  # fmt: skip
    early = rule()
    early["backendRefs"][0]["group"] = "inference.networking.x-k8s.io"
    said = "which is of the group inference.networking.k8s.io, not inference.networking.x-k8s.io"
    yield (
        "the route means another API", [gateway(), route(early), pool(), *behind],
        [f"the route route leads to the InferencePool pool, {said}"],
    )  # fmt: skip
    yield (
        "a pod in two pools", [gateway(), route(rule(), rule("two")), pool(), pool("two"), *picker("two"), *behind],
        ["pods decode: it is in 2 pools at once: pool and two", "decode is in another pool too"],
    )  # fmt: skip
    yield (
        "no gateway of the name", [gateway("other"), route(), pool(), *behind],
        ["gateway other: no route hangs on it",
         "the route route hangs on the gateway gate, which is not in this stack"],
    )  # fmt: skip
    yield (
        "no listener of the name", [gateway(), route(parent={"name": "gate", "sectionName": "web"}), pool(), *behind],
        ["the gateway gate has no listener web"],
    )  # fmt: skip
    hosts = [HTTP | {"hostname": "*.example.org"}]
    yield (
        "another host", [gateway(listeners=hosts), route(hostnames=["example.com"]), pool(), *behind],
        ["no listener of the gateway gate takes the route route: protocol, host or namespace"],
    )  # fmt: skip
    yield (
        "no picker", [gateway(), route(), pool(picker="nobody"), servers()],
        ["the pool pool asks the service nobody, which is not in this stack"],
    )  # fmt: skip
    yield (
        "the picker's port", [gateway(), route(), pool(), *picker(port=9003), servers()],
        ["the pool pool asks pool-epp at port 9002; the service has 9003"],
    )  # fmt: skip
    yield (
        "the picker of another pool", [gateway(), route(), pool(), *picker(watches="two"), servers()],
        ["the picker pool-epp watches the pool two, not pool"],
    )  # fmt: skip
    yield (
        "the pods' port", [gateway(), route(), pool(port=9000), *behind],
        ["the pool pool sends to port 9000; decode listens at 8000"],
    )  # fmt: skip
    yield (
        "the engine's port", [gateway(), route(), pool(), *picker(), servers(proxy=(8000, 8201, "nixlv2"))],
        ["pods decode: the routing proxy looks for vLLM at port 8201, which listens at 8200"],
    )  # fmt: skip
    yield (
        "no pods", [gateway(), route(), pool(), *picker(), servers(replicas=0)],
        ["pool pool: all that it selects is scaled to 0 pods"],
    )  # fmt: skip
    alone = servers("prefill", labels=SERVING | {"llm-d.ai/role": "prefill"}, port=8000, proxy=None)
    yield (
        "prefill that nobody asks", [gateway(), route(), pool(), *picker(), alone],
        ["pods prefill: nothing sends prompts here: no pod of its pool has a routing proxy"],
    )  # fmt: skip
    yield (
        "a rule without backends",
        [gateway(), route({}, rule()), pool(), *behind],
        ["route route: nothing is behind every path"],
    )
    yield (
        "the body router's port", [*one(), *body_router(9005)],
        ["the gateway gate asks bbr at port 9005; the service has 9004"],
    )  # fmt: skip
    yield (
        "no body router", [*one(), *body_router(service="nobody")[:1]],
        ["the gateway gate asks the service nobody, which is not in this stack"],
    )  # fmt: skip
    yield (
        "a body router for no gateway", [*one(), *body_router(gateway="other")],
        ["gateway other: no route hangs on it",
         "the filter bbr is for the gateway other, which is not in this stack"],
    )  # fmt: skip
    service = an("v1", "Service", "s", spec={"selector": SERVING, "ports": [{"port": 80}]})
    yield (
        "a service's port", [gateway(), route({"backendRefs": [{"name": "s", "port": 81}]}), service, servers()],
        ["the route route leads to port 81 of the service s, which it does not have"],
    )  # fmt: skip


@pytest.mark.parametrize(("manifests", "said"), [case[1:] for case in broken()], ids=[case[0] for case in broken()])
def test_what_does_not_join_is_broken(manifests: list[Any], said: list[str]) -> None:
    assert read(*manifests).troubles == said


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [("a.org", "a.org", True), ("*.a.org", "b.a.org", True), ("b.a.org", "*.a.org", True), ("*.a.org", "a.org", False),
     ("*.a.org", "*.b.a.org", True), ("a.org", "b.org", False)],
)  # fmt: skip
def test_hosts_meet_as_gateways_let_them(one: str, other: str, meets: bool) -> None:
    listeners = [HTTP | {"hostname": one}]
    made = read(gateway(listeners=listeners), route(hostnames=[other]), pool(), *picker(), servers())
    assert (made.troubles == []) is meets


EVENTS = Engine("e", {"kvEvents": {"flag": "--kv"}})


@pytest.mark.parametrize(
    ("args", "port"),
    [(["--kv", '{"endpoint": "tcp://*:5557"}'], 5557), (["--kv={}"], None), (["--kv", "{"], None), ([], None)],
)
def test_where_an_engine_publishes_kv_events(args: list[str], port: int | None) -> None:
    spoken = words.Words(tuple(words.Word(text, None) for text in args))  # type: ignore[arg-type]
    assert events.published(spoken, EVENTS) == port
    assert events.published(spoken, Engine("e", {"kvEvents": None})) is None


@pytest.mark.parametrize(
    ("told", "port"),
    [({"podDiscoveryConfig": {"socketPort": 5557}}, 5557), ({"zmqEndpoint": "tcp://*:5556"}, 5556), ({}, None)],
)
def test_where_a_picker_hears_kv_events(told: Any, port: int | None) -> None:
    assert events.heard({"plugins": [{"type": "p"}, {"type": "q", "parameters": {"kvEventsConfig": told}}]}) == port


def pods_that_say(port: int | None) -> Node:
    return Node("pods", "decode", {}, (Container("e", "engine", "", facts={events.SAYS: port} if port else {}),))


def test_kv_events_go_from_the_pods_to_the_picker() -> None:
    hears = Node("picker", "epp", {events.HEARS: 5557})
    (arrow,) = events.arrows(hears, [pods_that_say(5557), pods_that_say(None)])
    assert (arrow.source, arrow.target, arrow.labels, arrow.broken) == (
        "pods/decode", "picker/epp", ("KV events", "port 5557"), "",
    )  # fmt: skip
    (arrow,) = events.arrows(hears, [pods_that_say(5556)])
    assert arrow.broken == "epp listens for KV events at port 5557; decode has them at 5556"
    assert events.arrows(Node("picker", "epp"), [pods_that_say(5557)]) == []


def test_a_picker_that_nobody_tells_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "heard", lambda _: 5557)
    assert read(*one()).troubles == ["picker pool-epp: it listens for KV events, and no pod of its pool publishes any"]
