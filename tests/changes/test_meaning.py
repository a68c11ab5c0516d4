"""What a change means, by kind and field."""

from __future__ import annotations

from typing import Any

import pytest

from wellit.changes import meaning
from wellit.changes.data import about
from wellit.changes.fields import differences
from wellit.demand import Kind, Object


def means(kind: str, before: Any, after: Any, api: str = "apps/v1", fixed: tuple[str, ...] = ()) -> list[str]:
    head = {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}}
    was, becomes = head | {"spec": before}, head | {"spec": after}
    return list(meaning.of(Object(Kind(api, kind), "x"), was, becomes, differences(was, becomes), fixed))


def pods(image: str = "i:1", count: int | None = 2, probe: Any = None, **spec: Any) -> dict[str, Any]:
    container = {"name": "c", "image": image, "resources": {"limits": {"nvidia.com/gpu": "2"}}}
    container |= {"startupProbe": probe} if probe else {}
    made = {"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}, **spec}
    return made if count is None else {"replicas": count, **made}


ROOM = "; meanwhile there must be room for 1 more pod, 2 nvidia.com/gpu each"


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        ("Deployment", pods(), pods(count=4), ["scaled 2 -> 4: 2 more pods, 2 nvidia.com/gpu each"]),
        ("Deployment", pods(), pods(count=0), ["scaled 2 -> 0: 2 fewer pods, 2 nvidia.com/gpu each"]),
        ("Deployment", pods(), pods("i:2"), [f"2 pods are made anew, one after another{ROOM}"]),
        ("Deployment", pods(count=1), pods("i:2", 1), [f"1 pod is made anew{ROOM}"]),
        ("Deployment", pods(), pods("i:2", strategy={"type": "Recreate"}),
         ["2 pods are made anew, all at once: no answer until one of the new ones is ready"]),
        ("Deployment", pods(), pods("i:2", strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}),
         ["2 pods are made anew, one after another"]),
        ("Deployment", pods(), pods("i:2", 3),
         ["scaled 2 -> 3: 1 more pod, 2 nvidia.com/gpu each", f"2 pods are made anew, one after another{ROOM}"]),
        ("Deployment", pods(), pods(minReadySeconds=3), []),
        ("StatefulSet", pods(), pods("i:2"), ["2 pods are made anew"]),
    ],
)  # fmt: skip
def test_pods(kind: str, before: Any, after: Any, words: list[str]) -> None:
    assert means(kind, before, after) == words


def test_how_long_nothing_may_answer_is_what_the_probes_allow() -> None:
    probe = {"periodSeconds": 10, "failureThreshold": 60}
    after = pods(probe=probe)
    assert means("Deployment", pods(), after, fixed=("spec.selector",)) == [
        "spec.selector cannot be changed: it must be made anew",
        "its 2 pods do not answer until new ones are ready; the new ones may take up to 10 minutes to start",
    ]


@pytest.mark.parametrize(
    ("api", "kind", "path", "words"),
    [
        ("v1", "Service", "ports", "who asks at a former one"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute", "rules", "go another way"),
        ("gateway.networking.k8s.io/v1", "Gateway", "gatewayClassName", "another controller"),
        ("inference.networking.k8s.io/v1", "InferencePool", "targetPorts", "another port"),
    ],
)
def test_other_kinds(api: str, kind: str, path: str, words: str) -> None:
    found = means(kind, {path: [1]}, {path: [2]}, api)
    assert len(found) == 1 and words in found[0]
    assert means(kind, {"other": 1}, {"other": 2}, api) == []


def test_parts_of_an_object_that_a_controller_carries_out() -> None:
    def graph(**replicas: int) -> dict[str, Any]:
        return {"services": {name: {"replicas": n, "envs": []} for name, n in replicas.items()}}

    before, after = graph(Frontend=1, decode=2), graph(Frontend=1, decode=3)
    assert means("DynamoGraphDeployment", before, after, "nvidia.com/v1alpha1") == [
        "scaled of decode 2 -> 3: 1 more pod"
    ]
    after["services"]["decode"] |= {"envs": [{"name": "A", "value": "b"}], "replicas": 2}
    assert means("DynamoGraphDeployment", before, after, "nvidia.com/v1alpha1") == ["2 pods of decode are made anew"]


def test_who_reads_a_configuration() -> None:
    config = Object(Kind("v1", "ConfigMap"), "c")
    reads = pods()
    reads["template"]["spec"]["volumes"] = [{"name": "v", "configMap": {"name": "c"}}]
    key = pods()
    key["template"]["spec"]["containers"][0]["env"] = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c"}}}]
    whole = pods()
    whole["template"]["spec"]["containers"][0]["envFrom"] = [{"configMapRef": {"name": "c"}}]
    named = {"reads": reads, "key": key, "whole": whole, "not": pods()}
    workloads = [
        (Object(Kind("apps/v1", "Deployment"), name), {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec})
        for name, spec in named.items()
    ]
    assert [item.name for item in meaning.readers(config, workloads)] == ["reads", "key", "whole"]


def test_what_is_known_of_kinds_is_of_kinds_that_there_are() -> None:
    assert about(Kind("apps/v1", "Deployment")).fixed == ("spec.selector",)
    assert about(Kind("example.org/v1", "Deployment")).fixed == ()
