"""A recorded graph of Dynamo, asked through its frontend's service as a cluster would have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.smoke.frontend.test_gather import Stack, served
from tests.smoke.frontend.world import MODEL
from tests.support.clusters import access, forbidden
from tests.support.graphs import GRAPH, graph, item
from wellit.errors import CannotAnswer
from wellit.reach import NotPermitted
from wellit.record import Record
from wellit.smoke import frontend, graphs
from wellit.smoke.frontend.parts import Target

KNOWN = Record(
    "dynamo-sglang", "agg", "ns", "sglang", model=MODEL, objects=((GRAPH.api_version, GRAPH.kind, "g", "dynamo-x"),),
    entry={"service": "g-frontend", "port": "8000"},
)  # fmt: skip
OBJECT = f"get --raw {GRAPH.path('ns', 'g')}"
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500&labelSelector=nvidia.com%2Fdynamo-graph-deployment-name%3Dg"
READY = [{"type": "Ready", "status": "True"}]


class Ways:
    """Leads to what is told to it, and nowhere else."""

    def __init__(self, known: dict[tuple[str, int], str | CannotAnswer]) -> None:
        self.known = known

    def url(self, target: str, port: int) -> str:
        found = self.known[target, port]
        if isinstance(found, CannotAnswer):
            raise found
        return found


def pod(name: str, does: str, labels: dict[str, str] | None = None, *, ready: bool = True) -> dict[str, Any]:
    own = {"nvidia.com/dynamo-graph-deployment-name": "g", "nvidia.com/dynamo-component-type": does} | (labels or {})
    status = {"phase": "Running", "conditions": READY if ready else []}
    return {"metadata": {"name": name, "labels": own}, "status": status}


def target(*pods: Any, ways: Any = None, object_: Any = None) -> Target:
    answers = {OBJECT: json.dumps(object_ or graph()), PODS: json.dumps({"items": pods})}
    lead = {("service/g-frontend", 8000): "http://f"} | {
        (f"pod/{one['metadata']['name']}", 9090): "http://w" for one in pods
    }
    return graphs.target(access(answers)[0], KNOWN, item(), Ways(lead | (ways or {})))


def test_the_frontend_is_asked_by_its_service_and_each_worker_at_its_system_port() -> None:
    found = target(pod("f", "frontend"), pod("d", "decode"), pod("p", "prefill"))
    assert (found.road.url, found.road.said) == ("http://f", "through the service g-frontend, by a port-forward")
    assert [(one.name, one.role, one.road.url) for one in found.workers] == [
        ("d", "decode", "http://w"), ("p", "prefill", "http://w"),
    ]  # fmt: skip
    assert found.model == MODEL and found.split
    assert found.commands.frontend_log.endswith(
        "-n ns logs -l nvidia.com/dynamo-graph-deployment-name=g,nvidia.com/dynamo-component-type=frontend --tail=50"
    )


def test_a_worker_by_the_labels_of_an_early_operator() -> None:
    early = pod("p", "worker", {"nvidia.com/dynamo-sub-component-type": "prefill"})
    assert [one.role for one in target(early, pod("w", "worker")).workers] == ["prefill", ""]


def test_of_a_worker_over_several_pods_the_first_is_asked() -> None:
    index = "leaderworkerset.sigs.k8s.io/worker-index"
    spread = [pod(f"d-{number}", "decode", {index: str(number)}) for number in range(2)]
    assert [one.name for one in target(*spread).workers] == ["d-0"]


def test_a_worker_that_is_not_ready_is_not_asked_and_says_why() -> None:
    (worker,) = target(pod("d", "decode", ready=False)).workers
    assert (worker.road.url, worker.road.why) == ("", "d: running, not ready yet") and "logs d" in worker.log


def test_what_may_not_be_reached_is_not_known() -> None:
    no = NotPermitted("you may not create pods/portforward", write="ask for it")
    found = target(pod("d", "decode"), ways={("service/g-frontend", 8000): no, ("pod/d", 9090): CannotAnswer("gone")})
    assert not found.road.permitted and found.workers[0].road.why == "gone"
    assert frontend.ask(found, 5).checks[0].status == "unknown"


def test_pods_that_may_not_be_listed_leave_the_frontend() -> None:
    answers = {OBJECT: json.dumps(graph()), PODS: forbidden("list", "pods")}
    found = graphs.target(access(answers)[0], KNOWN, item(), Ways({("service/g-frontend", 8000): "http://f"}))
    assert found.workers == () and found.road.url


@pytest.mark.parametrize("version", ["v1beta1", "v1alpha1"])
def test_how_its_frontend_chooses_a_worker(version: str) -> None:
    one = graph(version)
    told = {"name": "DYN_ROUTER_MODE", "value": "kv"}
    if version == "v1beta1":
        one["spec"]["components"][0]["podTemplate"]["spec"]["containers"][0]["env"] = [told]
    else:
        one["spec"]["services"]["Frontend"]["envs"] = [told]
    assert target(object_=one).router == "kv" and target().router == ""


def test_a_frontend_s_word_counts_before_its_variable() -> None:
    one = graph("v1beta1")
    container = one["spec"]["components"][0]["podTemplate"]["spec"]["containers"][0]
    container["env"] = [{"name": "DYN_ROUTER_MODE", "value": "kv"}]
    container["args"] = ["-m", "dynamo.frontend", "--router-mode=random"]
    assert target(object_=one).router == "random"


def test_a_graph_that_answers_passes() -> None:
    one = graph()
    del one["spec"]["components"][1]
    with served(Stack()) as url:
        found = target(pod("d", "worker"), ways={("service/g-frontend", 8000): url, ("pod/d", 9090): url}, object_=one)
        asked = frontend.ask(found, 20)
    assert {check.status for check in asked.checks} == {"pass"}, asked.checks
    assert asked.through == "through the service g-frontend, by a port-forward"


def test_which_records_are_asked_so() -> None:
    assert graphs.graph_of(KNOWN) == item_of_record()
    gateway = Record("g", "e", "ns", "x", objects=KNOWN.objects, entry={"gateway": "a", "service": "a", "port": "80"})
    assert graphs.graph_of(gateway) is None
    assert graphs.graph_of(Record("g", "e", "ns", "x", entry=KNOWN.entry)) is None


def item_of_record() -> Any:
    return KNOWN.all_objects()[0]
