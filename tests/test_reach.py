"""Ways to a pod's port: refusals by a fake kubectl, kubectl port-forward itself by a sandbox."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.clusters import access, forbidden, not_found
from tests.support.picker import until
from wellit import process, tools
from wellit.access import Access, open_access
from wellit.errors import CannotAnswer
from wellit.reach import FORWARDS, Port, Reach, find, published, reach
from wellit.sandbox import Sandbox
from wellit.sandbox.kubectl import asked

NS = "reached"
SERVICE = "get --raw /api/v1/namespaces/ns/services/s"
DEPLOYMENT = "get --raw /apis/apps/v1/namespaces/ns/deployments/d"
POD = "get --raw /api/v1/namespaces/ns/pods/p"
PODS = "get --raw /api/v1/namespaces/ns/pods?limit=500&labelSelector=a%3Db"
FORWARD = f"get --raw {FORWARDS.path('ns', 'p')}"


def service(port: int = 80, target: Any = 8080) -> str:
    return json.dumps({"spec": {"selector": {"a": "b"}, "ports": [{"port": port, "targetPort": target}]}})


def pod(name: str, ready: bool, **about: Any) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": str(ready)}]
    spec = {"containers": [{"name": "c", "ports": [{"name": "web", "containerPort": 9}]}]}
    return {"metadata": {"name": name}, "spec": spec, "status": {"conditions": conditions, **about}}


def pods(*made: dict[str, Any]) -> str:
    return json.dumps({"items": list(made)})


def test_a_service_leads_to_its_ready_pod_and_that_pods_port() -> None:
    here, _ = access({SERVICE: service(), PODS: pods(pod("p-0", False), pod("p-1", True))})
    assert find(here, "ns", "service/s", 80) == Port("p-1", 8080)


@pytest.mark.parametrize(("target", "number"), [("web", 9), (None, 80)])
def test_the_port_of_a_service_may_be_a_name_or_left_out(target: Any, number: int) -> None:
    here, _ = access({SERVICE: service(80, target), PODS: pods(pod("p", True))})
    assert find(here, "ns", "service/s", 80) == Port("p", number)


def test_a_deployment_leads_to_the_containers_own_port() -> None:
    made = json.dumps({"spec": {"selector": {"matchLabels": {"a": "b"}}}})
    here, _ = access({DEPLOYMENT: made, PODS: pods(pod("p", True))})
    assert find(here, "ns", "deployment/d", 8000) == Port("p", 8000)


def test_a_pod_that_is_named_need_not_be_ready() -> None:
    here, _ = access({POD: json.dumps(pod("p", False))})
    assert find(here, "ns", "pod/p", 8000) == Port("p", 8000)


@pytest.mark.parametrize(
    ("known", "port", "said", "write"),
    [
        ({SERVICE: not_found()}, 80, "there is no service s in ns on context c (https://c)", "get services"),
        ({SERVICE: forbidden("get", "services")}, 80, "you may not get services", "ask for it"),
        ({SERVICE: service(), PODS: pods()}, 80, "service/s in ns has no pod: none has the labels a=b", "-l a=b"),
        ({SERVICE: service(), PODS: forbidden("list", "pods")}, 80, "you may not list pods", "ask for it"),
        ({SERVICE: service(), PODS: pods(pod("p", True))}, 81, "service/s has no port 81", "its ports: 80"),
        (
            {SERVICE: service(80, "metrics"), PODS: pods(pod("p", True))},
            80, "leads to the port metrics, which pod p does not name", "",
        ),
        (
            {
                SERVICE: service(),
                PODS: pods(
                    pod("p-0", False),
                    pod("p-1", False, containerStatuses=[
                        {"name": "c", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
                    ]),
                ),
            },
            80, "no pod of service/s in ns is Ready: p-1 c: CrashLoopBackOff, 3 restarts", "-l a=b",
        ),
        ({SERVICE: json.dumps({"spec": {"ports": [{"port": 80}]}})}, 80, "selects no pods", "get pods"),
    ],
)  # fmt: skip
def test_why_there_is_no_way(known: dict[str, Any], port: int, said: str, write: str) -> None:
    here, _ = access(known)
    with pytest.raises(CannotAnswer) as raised:
        find(here, "ns", "service/s", port)
    assert said in raised.value.message and write in raised.value.write


def forward(port: int, to: int) -> str:
    forwards = [{"ports": [port], "target": {"address": "127.0.0.1", "port": to}}]
    return json.dumps({"spec": {"forwards": forwards}})


def test_a_sandbox_has_published_the_port() -> None:
    here, _ = access({POD: json.dumps(pod("p", True)), FORWARD: forward(8000, 40123)})
    with reach(replace(here, sandbox="default"), "ns", "pod/p", 8000) as url:
        assert url == "http://127.0.0.1:40123"


def test_a_port_that_the_sandbox_has_not_published() -> None:
    here, _ = access({FORWARD: forward(8000, 40123)})
    with pytest.raises(CannotAnswer, match="pod p in ns has no port 9090") as raised:
        published(here, "ns", Port("p", 9090))
    assert raised.value.write == "its ports: 8000"


def test_a_pod_whose_readiness_is_only_said() -> None:
    here, _ = access({FORWARD: not_found()})
    with pytest.raises(CannotAnswer, match="nothing runs behind pod p in ns"):
        published(here, "ns", Port("p", 8000))


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, the base's own name
        """Nobody reads it."""


@pytest.fixture(scope="module")
def served(sandbox: Sandbox) -> Iterator[Access]:
    """A Ready pod in a sandbox whose port 8000 is a server of ours; reached as that of any cluster."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    labels = {"app": "hello"}
    container = {"name": "c", "image": "example.org/hello", "ports": [{"containerPort": 8000}]}
    forwards = [{"ports": [8000], "target": {"address": "127.0.0.1", "port": server.server_port}}]
    objects: list[dict[str, Any]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS}},
        {
            "apiVersion": FORWARDS.api_version, "kind": "PortForward",
            "metadata": {"name": "hello", "namespace": NS}, "spec": {"forwards": forwards},
        },
        {
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "hello", "namespace": NS, "labels": labels},
            "spec": {"containers": [container]},
        },
        {
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello", "namespace": NS},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8000}]},
        },
    ]  # fmt: skip
    asked(sandbox, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    asked(sandbox, "wait", "--for=condition=Ready", "pod/hello", "-n", NS, "--timeout=180s")
    yield replace(open_access(kubeconfig=str(sandbox.kubeconfig), kubectl=tools.path("kubectl")), sandbox="")
    asked(sandbox, "delete", "namespace", NS, "--wait=false")
    server.shutdown()
    server.server_close()


def ask(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, ConnectionError) as problem:
        return str(problem)


def test_kubectl_forwards_and_is_started_again_when_it_ends(served: Access) -> None:
    with Reach(served, NS) as ways:
        url = ways.url("service/hello", 80)
        assert ask(url) == "hello"
        assert ways.url("service/hello", 80) == url  # started once
        (way,) = ways._ways.values()
        first = way._running
        assert first
        process.stop(first)
        until(lambda: ask(url), lambda said: said == "hello", "kubectl again, at the same port")
        second = way._running
        assert second and second.pid != first.pid
    until(lambda: ask(url), lambda said: "refused" in said, "the end of kubectl")


def test_a_pod_that_kubectl_finds_nothing_in(served: Access) -> None:
    began = time.monotonic()
    with pytest.raises(CannotAnswer, match="there is no pod gone in reached"), reach(served, NS, "pod/gone", 8000):
        pass
    assert time.monotonic() - began < 5


def test_who_may_look_and_not_forward_is_told_which_permission(
    sandbox: Sandbox, served: Access, tmp_path: Path
) -> None:
    onlooker = {"metadata": {"name": "onlooker", "namespace": NS}}
    role = {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", "list"]}
    about = {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "onlooker"},
             "subjects": [{"kind": "ServiceAccount", "name": "onlooker", "namespace": NS}]}  # fmt: skip
    objects = [
        {"apiVersion": "v1", "kind": "ServiceAccount", **onlooker},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", **onlooker, "rules": [role]},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", **onlooker, **about},
    ]
    asked(sandbox, "apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    token = asked(sandbox, "create", "token", "onlooker", "-n", NS).strip()
    config = yaml.safe_load(Path(served.kubeconfig).read_text())
    config["users"][0]["user"] = {"token": token}
    (tmp_path / "config").write_text(yaml.safe_dump(config))
    here = open_access(kubeconfig=str(tmp_path / "config"), kubectl=served.kubectl)
    with pytest.raises(CannotAnswer) as raised, reach(here, NS, "service/hello", 80):
        pass
    assert "you may not create pods/portforward in reached" in raised.value.message
    assert "auth can-i create pods/portforward" in raised.value.write
