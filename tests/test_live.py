from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clusters import DEPLOYMENT, GATEWAY, POOL, access, failed, forbidden
from wellit import live
from wellit.demand import Kind, Object
from wellit.live import Part

ROUTE = Kind("gateway.networking.k8s.io/v1", "HTTPRoute")
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500"
NAMES = {DEPLOYMENT: "d", GATEWAY: "g", POOL: "p", ROUTE: "r"}
OK = [{"type": t, "status": "True"} for t in ("Accepted", "Programmed", "ResolvedRefs")]


def answer(kind: Kind) -> str:
    return f"get --raw {kind.path('ns')}?limit=500"


def items(*found: Any) -> str:
    return json.dumps({"items": found})


def one(kind: Kind, *found: Any, pods: Any = (), also: tuple[Kind, ...] = ()) -> Part:
    """The state of one object when its kind's list is `found`."""
    known = {answer(kind): items(*found), PODS: items(*pods)} | {answer(k): items() for k in also}
    objects = [Object(kind, NAMES[kind]), *(Object(k, NAMES[k]) for k in also)]
    return live.look(access(known)[0], "ns", objects).parts[0]


def deployment(of: int = 2, **status: Any) -> dict[str, Any]:
    done = {"observedGeneration": 3, "replicas": of, "updatedReplicas": of, "readyReplicas": of}
    return {"metadata": {"name": "d", "generation": 3}, "spec": {"replicas": of}, "status": done | status}


def pod(containers: Any = (), conditions: Any = (), **about: Any) -> dict[str, Any]:
    status = {"phase": "Pending", "containerStatuses": list(containers), "conditions": list(conditions)}
    owner = [{"kind": "ReplicaSet", "name": "d-5f7"}]
    return {"metadata": {"name": "d-5f7-x", "ownerReferences": owner}, "status": status | about}


def container(restarts: int = 0, last: Any = None, **state: Any) -> dict[str, Any]:
    return {
        "name": "engine",
        "restartCount": restarts,
        "state": state,
        "lastState": {"terminated": last} if last else {},
    }


def test_a_deployment_that_is_ready() -> None:
    part = one(DEPLOYMENT, deployment())
    assert (part.ready, part.words) == (True, "2 of 2 pods ready")


@pytest.mark.parametrize(
    "status",
    [{"observedGeneration": 2}, {"readyReplicas": 1}, {"updatedReplicas": 1}, {"replicas": 3}],
    ids=["an older generation", "a pod not ready", "a pod not replaced", "an old pod still there"],
)
def test_a_deployment_that_is_not_ready_yet(status: dict[str, int]) -> None:
    assert not one(DEPLOYMENT, deployment(**status)).ready


def test_a_deployment_scaled_to_nothing_is_ready() -> None:
    assert one(DEPLOYMENT, deployment(0)).ready


def test_a_deployment_that_is_not_there() -> None:
    part = one(DEPLOYMENT)
    assert (part.ready, part.there, part.words) == (False, False, "not there yet")


def test_what_may_not_be_read_is_not_ready_and_says_so() -> None:
    here, _ = access({answer(DEPLOYMENT): forbidden("list", "deployments"), PODS: items()})
    part = live.look(here, "ns", [Object(DEPLOYMENT, "d")]).parts[0]
    assert (part.ready, part.words) == (False, "not looked at: you may not list deployments")


def test_pods_that_no_quota_allows() -> None:
    refused = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    part = one(DEPLOYMENT, deployment(readyReplicas=0, conditions=[refused]))
    assert part.words == "0 of 2 pods ready; no pod can be made: exceeded quota"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (
            pod([container(waiting={"reason": "ImagePullBackOff", "message": "no such image"})]),
            "engine: ImagePullBackOff: no such image",
        ),
        (
            pod([container(3, {"exitCode": 137, "reason": "OOMKilled"}, waiting={"reason": "CrashLoopBackOff"})]),
            "engine: CrashLoopBackOff, 3 restarts: it ended with 137 (OOMKilled)",
        ),
        (pod([container(terminated={"exitCode": 2, "reason": "Error"})]), "engine: Error: it ended with 2"),
        (
            pod(conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "none"}]),
            "Unschedulable: none",
        ),
        (pod([container(waiting={"reason": "ContainerCreating"})]), "starting"),
        (pod(phase="Running"), "running, not ready yet"),
        (pod(phase="Failed", reason="Evicted", message="disk"), "Evicted: disk"),
    ],
)  # fmt: skip
def test_why_a_pod_is_not_ready(broken: dict[str, Any], words: str) -> None:
    part = one(DEPLOYMENT, deployment(readyReplicas=1), pods=[broken])
    assert part.words.startswith("1 of 2 pods ready; d-5f7-x") and part.words.endswith(words)


def test_a_pod_with_a_reason_is_told_before_one_that_is_starting() -> None:
    stuck = pod([container(waiting={"reason": "ErrImagePull"})])
    assert "ErrImagePull" in one(DEPLOYMENT, deployment(readyReplicas=0), pods=[pod(), stuck]).words


def test_a_gateway_must_be_programmed() -> None:
    gateway = {"metadata": {"name": "g", "generation": 1}, "status": {"conditions": OK[:1]}}
    assert one(GATEWAY, gateway).words == "Programmed: nothing has said so yet"
    gateway["status"] = {"conditions": OK, "addresses": [{"value": "10.0.0.1"}]}
    assert one(GATEWAY, gateway).ready
    here, _ = access({answer(GATEWAY): items(gateway), PODS: items()})
    assert live.look(here, "ns", [Object(GATEWAY, "g")]).addresses == {"g": "10.0.0.1"}


def test_a_condition_of_an_older_generation_does_not_count() -> None:
    old = [condition | {"observedGeneration": 1} for condition in OK]
    assert not one(GATEWAY, {"metadata": {"name": "g", "generation": 2}, "status": {"conditions": old}}).ready


def test_a_route_that_is_refused_says_why() -> None:
    bad = [OK[0], {"type": "ResolvedRefs", "status": "False", "reason": "BackendNotFound", "message": "no pool"}]
    part = one(ROUTE, {"metadata": {"name": "r"}, "status": {"parents": [{"conditions": bad}]}})
    assert (part.ready, part.words) == (False, "ResolvedRefs: BackendNotFound: no pool")


def test_a_pool_that_nobody_has_looked_at() -> None:
    unseen = {"parentRef": {"kind": "Status", "name": "default"}, "conditions": OK}
    assert not one(POOL, {"metadata": {"name": "p"}, "status": {"parents": [unseen]}}, also=(ROUTE,)).ready
    seen = {"parentRef": {"kind": "Gateway", "name": "g"}, "conditions": OK[:1]}
    assert one(POOL, {"metadata": {"name": "p"}, "status": {"parents": [unseen, seen]}}, also=(ROUTE,)).ready


def test_a_pool_without_a_route_is_not_waited_for() -> None:
    assert live.look(access({PODS: items()})[0], "ns", [Object(POOL, "p")]).parts == ()


def test_readiness_by_simulation_is_told() -> None:
    ready = pod(conditions=[{"type": "Ready", "status": "True", "reason": "SimulatedByWellit"}], phase="Running")
    assert one(DEPLOYMENT, deployment(), pods=[ready]).simulated


def test_the_last_lines_of_a_container_that_restarts_are_of_its_previous_run() -> None:
    state = live.PodState("p", "", False, "waiting", "CrashLoopBackOff", "", "engine", 2)
    here, _ = access({"logs p -n ns --tail=5 -c engine --previous": "boom\n"})
    assert live.last_lines(here, "ns", state) == "boom"


def test_no_log_is_no_error() -> None:
    here, _ = access({"logs p -n ns --tail=5": failed("container is waiting to start")})
    assert live.last_lines(here, "ns", live.PodState("p", "", False, "starting")) == ""


def test_what_helm_made_and_is_still_there() -> None:
    def made(name: str, release: str) -> dict[str, Any]:
        return {"metadata": {"name": name, "annotations": {"meta.helm.sh/release-name": release}}}

    here, _ = access(
        {answer(DEPLOYMENT): items(made("d", "ms-x"), made("other", "ms-y"), {"metadata": {"name": "bare"}})}
    )
    assert live.existing(here, "ns", [DEPLOYMENT, DEPLOYMENT], ["ms-x"]) == ["Deployment d"]


def test_of_thousands_of_pods_a_sample_is_read_and_those_that_are_stuck() -> None:
    """Two pages and one pod of a workload that is in neither, whatever the number is."""
    many = json.dumps({"items": [pod(phase="Running")], "metadata": {"continue": "more"}})
    stuck = pod(conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "none"}])
    fields = "fieldSelector=status.phase%21%3DRunning%2Cstatus.phase%21%3DSucceeded"
    simulated = pod(conditions=[{"type": "Ready", "status": "True", "reason": "SimulatedByWellit"}])
    other = deployment(1) | {"metadata": {"name": "e", "generation": 3}}
    other["spec"] |= {"selector": {"matchLabels": {"app": "e"}}}
    here, runner = access({
        answer(DEPLOYMENT): items(deployment(10_000, readyReplicas=9_999), other),
        PODS: many,
        f"{PODS}&{fields}": items(stuck),
        "get --raw /api/v1/namespaces/ns/pods?limit=1&labelSelector=app%3De": items(simulated),
    })  # fmt: skip
    found = live.look(here, "ns", [Object(DEPLOYMENT, "d"), Object(DEPLOYMENT, "e")])
    assert found.parts[0].words == "9999 of 10000 pods ready; d-5f7-x: Unschedulable: none"
    assert found.parts[1].ready and found.parts[1].simulated
    assert len(runner.asked) == 4


def test_pods_that_are_known_are_not_read_again() -> None:
    here, runner = access({answer(DEPLOYMENT): items(deployment(readyReplicas=1)), PODS: items(pod())})
    first = live.look(here, "ns", [Object(DEPLOYMENT, "d")])
    again = live.look(here, "ns", [Object(DEPLOYMENT, "d")], first.pods)
    assert again == first and again.parts[0].pods and len(runner.asked) == 3
