from __future__ import annotations

import json
import shlex

import pytest

from tests.support.clusters import DEPLOYMENT, access
from tests.support.graphs import item as graph_item
from wellit.demand import Object
from wellit.endpoint import find_endpoint
from wellit.live import Live, Part
from wellit.record import Record

GATEWAY = {"gateway": "g", "service": "g-istio", "port": "80"}
RECORD = Record("guide", "sglang", "ns", "x", model="Qwen/Qwen3-32B", entry=GATEWAY)
HERE = access()[0]


def test_a_gateway_with_an_address() -> None:
    found = find_endpoint(HERE, RECORD, Live((), {"g": "10.1.2.3"}))
    assert (found.url, found.before, found.note) == ("http://10.1.2.3", "", "")


def test_another_port_stands_in_the_url() -> None:
    known = Record("guide", "sglang", "ns", "x", entry=GATEWAY | {"port": "8080"})
    assert find_endpoint(HERE, known, Live((), {"g": "10.1.2.3"})).url == "http://10.1.2.3:8080"


@pytest.mark.parametrize("addresses", [{}, {"g": "g-istio.ns.svc.cluster.local"}])
def test_a_gateway_that_only_the_cluster_reaches(addresses: dict[str, str]) -> None:
    found = find_endpoint(HERE, RECORD, Live((), addresses))
    assert found.before == "kubectl --context c port-forward -n ns service/g-istio 8000:80"
    assert found.url == "http://127.0.0.1:8000"


def test_no_gateway_goes_to_a_model_pod_and_says_so() -> None:
    known = Record("guide", "sglang", "ns", "x", entry={"deployment": "d", "port": "8000"})
    found = find_endpoint(HERE, known, Live(()))
    assert found.before == "kubectl --context c port-forward -n ns deployment/d 8000:8000"
    assert found.note == "straight to one model pod: the router is not in the way"


def test_a_frontend_has_a_service_of_its_own() -> None:
    known = Record("guide", "agg", "ns", "x", model="m", entry={"service": "g-frontend", "port": "8000"})
    found = find_endpoint(HERE, known, Live(()))
    assert found.before == "kubectl --context c port-forward -n ns service/g-frontend 8000:8000"
    assert (found.url, found.note) == ("http://127.0.0.1:8000", "")
    kept = Live((Part(graph_item(), idle="Dynamo's operator is not here"),))
    assert find_endpoint(HERE, known, kept).note == "nothing runs there: Dynamo's operator is not here"


def test_simulated_readiness_says_that_nothing_answers() -> None:
    live = Live((Part(Object(DEPLOYMENT, "d"), ready=True, simulated=True),))
    assert "nothing answers" in find_endpoint(HERE, RECORD, live).note


def test_a_stack_that_takes_no_requests() -> None:
    assert find_endpoint(HERE, Record("g", "e", "ns", "x"), Live(())).url == ""


def test_the_curl_line_is_one_that_a_shell_takes_apart_rightly() -> None:
    words = shlex.split(find_endpoint(HERE, RECORD, Live(())).curl)
    assert words[:2] == ["curl", "http://127.0.0.1:8000/v1/completions"]
    assert json.loads(words[-1])["model"] == "Qwen/Qwen3-32B"
