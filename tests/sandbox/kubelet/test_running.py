"""Real pods: what runs, what it has, and what is told of it."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.sandbox.kubelet.pods import IMAGE, Object, Pods, running, serving
from tests.sandbox.looks import get
from wellit import tools
from wellit.process import start, stop
from wellit.sandbox.kubectl import environment


def test_a_pod_is_ready_when_its_probe_answers_and_not_before(pods: Pods) -> None:
    probe = {"httpGet": {"path": "/there", "port": "http"}, "initialDelaySeconds": 20, "periodSeconds": 1}
    named: Object = {"ports": [{"name": "http", "containerPort": 8000}], "readinessProbe": probe}
    late = "cd /tmp; python3 -m http.server 8000 & sleep 3; touch /tmp/there; wait"
    pods.pod("late", running(script=late, **named))
    pods.until(lambda: pods.state("late")["state"].get("running") is not None, "late")
    assert not pods.ready("late")
    assert pods.state("late")["started"] is True
    pods.until_ready("late")
    pod = pods.get("late")
    began, ready = pod["status"]["startTime"], pods.state("late")["state"]["running"]["startedAt"]
    assert began <= ready
    assert all(one.get("reason") != "SimulatedByWellit" for one in pod["status"]["conditions"])


def test_a_probe_of_the_wrong_port_is_never_answered(pods: Pods) -> None:
    probe = {"httpGet": {"port": 8001}, "periodSeconds": 1, "failureThreshold": 1}
    pods.pod("wrong", serving(8000, readinessProbe=probe))
    pods.until(lambda: bool(pods.events("wrong", "Unhealthy")), "wrong")
    ip = pods.address("wrong")
    assert f"dial tcp {ip}:8001: connect: connection refused" in pods.events("wrong", "Unhealthy")[0]
    assert not pods.ready("wrong")
    (unready,) = [one for one in pods.get("wrong")["status"]["conditions"] if one["type"] == "Ready"]
    assert (unready["reason"], unready["message"]) == ("ContainersNotReady", "containers with unready status: [c]")


def test_a_program_that_listens_on_loopback_alone_is_not_reached(pods: Pods) -> None:
    only = running(script="cd /; exec python3 -m http.server 8000 --bind 127.0.0.1")
    pods.pod("alone", only | {"readinessProbe": {"tcpSocket": {"port": 8000}, "periodSeconds": 1}})
    pods.until(lambda: bool(pods.events("alone", "Unhealthy")), "alone")
    assert not pods.ready("alone")


def test_a_command_has_its_variables_files_and_folder(pods: Pods) -> None:
    pods.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "words"}, "data": {"a.txt": "from a map"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"token": "s3cret"}},
    )
    env = [
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}},
        {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "BOTH", "value": "$(TOKEN)@$(IP)"},
    ]
    script = (
        'exec > /data/said; echo "$0 $1"; echo $HOSTNAME $(pwd); cat /words/a.txt; echo;'
        "cat /var/run/secrets/kubernetes.io/serviceaccount/namespace"
    )
    writer = running("w", script, env=env, args=["$(BOTH)", "$$(BOTH)"], workingDir="/work", volumeMounts=[
        {"name": "data", "mountPath": "/data"}, {"name": "words", "mountPath": "/words", "readOnly": True},
    ])  # fmt: skip
    reader = serving(8000, workingDir="/srv", volumeMounts=[{"name": "data", "mountPath": "/srv", "readOnly": True}])
    reader["ports"] = [{"containerPort": 8000}]
    volumes = [{"name": "data", "emptyDir": {"medium": "Memory"}}, {"name": "words", "configMap": {"name": "words"}}]
    pods.pod("has", reader, initContainers=[writer], volumes=volumes)
    pods.until(lambda: pods.fetch("has", 8000, "/said") != "", "has")
    ip = pods.address("has")
    assert pods.fetch("has", 8000, "/said").splitlines() == [
        f"s3cret@{ip} $(BOTH)", "has /work", "from a map", "default",
    ]  # fmt: skip


def test_a_program_in_a_pod_asks_the_api_server_as_its_own_account(pods: Pods) -> None:
    script = """
import json, os, ssl, urllib.error, urllib.request
at = "/var/run/secrets/kubernetes.io/serviceaccount/"
url = f"https://{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}/api/v1/pods"
asked = urllib.request.Request(url, headers={"Authorization": "Bearer " + open(at + "token").read()})
try:
    urllib.request.urlopen(asked, context=ssl.create_default_context(cafile=at + "ca.crt"))
except urllib.error.HTTPError as refused:
    print(refused.code, json.load(refused)["message"])
"""
    pods.pod("asks", {"name": "c", "image": IMAGE, "args": ["-c", script]}, restartPolicy="Never")
    pods.until(lambda: pods.get("asks")["status"].get("phase") == "Succeeded", "asks")
    said = pods.kubectl("logs", "asks")
    assert said.startswith('403 pods is forbidden: User "system:serviceaccount:default:default" cannot list')


def test_init_containers_come_first_and_a_sidecar_is_up_before_what_follows(pods: Pods) -> None:
    look = "import socket; socket.create_connection(('127.0.0.1', 8001), 1); print('the sidecar is there')"
    sidecar = serving(8001, "side", restartPolicy="Always", startupProbe={"tcpSocket": {"port": 8001}})
    after = running("after", f'python3 -c "{look}"')
    pods.pod("order", running(), initContainers=[running("first", "sleep 1"), sidecar, after])
    pods.until_ready("order")
    assert "the sidecar is there" in pods.kubectl("logs", "order", "-c", "after")
    first, side, last = pods.get("order")["status"]["initContainerStatuses"]
    assert first["state"]["terminated"]["exitCode"] == last["state"]["terminated"]["exitCode"] == 0
    assert first["state"]["terminated"]["finishedAt"] <= side["state"]["running"]["startedAt"]
    assert (side["ready"], side["started"]) == (True, True)


def test_an_image_that_nobody_plays_is_there_and_says_so(pods: Pods) -> None:
    pods.pod("nobody", {"name": "c", "image": "example.org/unheard-of:1", "command": ["/bin/x"]})
    pods.until_ready("nobody")
    pod = pods.get("nobody")
    assert "no program of this sandbox plays example.org/unheard-of:1" in pod["status"]["message"]
    assert pod["metadata"]["annotations"]["wellit.dev/played-by"] == "c: SimulatedByWellit"
    (ready,) = [one for one in pod["status"]["conditions"] if one["type"] == "Ready"]
    assert ready["reason"] == "SimulatedByWellit"
    assert "wellit: nothing runs" in pods.kubectl("logs", "nobody")


def test_a_job_is_done_when_its_program_is_and_one_that_nobody_plays_at_once(pods: Pods) -> None:
    for name, container in {
        "done": running(script="echo worked"),
        "unknown": {"name": "c", "image": "x.org/y:1"},
    }.items():
        pods.apply({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
            "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [container]}}},
        })  # fmt: skip
    pods.kubectl("wait", "--for=condition=complete", "--timeout=180s", "job/done", "job/unknown")
    assert "worked" in pods.kubectl("logs", "job/done")


def test_a_port_is_reached_from_this_machine_in_two_ways(pods: Pods) -> None:
    container = serving(8000, ports=[{"containerPort": 8000}], readinessProbe={"tcpSocket": {"port": 8000}})
    pods.pod("port", container)
    pods.until_ready("port")
    assert "Directory listing" in pods.fetch("port", 8000)
    words: list[str | Path] = [
        tools.path("kubectl"),
        "port-forward",
        "pod/port",
        ":8000",
        "--address",
        "127.0.0.1",
    ]
    log = pods.sandbox.folder / "forward.log"
    forward = start(words, log=log, env=environment(pods.sandbox))
    try:
        pods.until(lambda: "->" in log.read_text())
        port = int(log.read_text().partition("->")[0].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
            one.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.0 200 OK")
    finally:
        stop(forward)


def test_a_deployment_grows_and_shrinks(pods: Pods) -> None:
    probe = {"tcpSocket": {"port": 8000}, "periodSeconds": 1}
    pods.deployment("many", 2, serving(8000, ports=[{"containerPort": 8000}], readinessProbe=probe))
    for replicas in (2, 5, 1):
        pods.kubectl("scale", "deployment/many", f"--replicas={replicas}")
        pods.kubectl("rollout", "status", "deployment/many", "--timeout=180s")
        pods.until(lambda count=replicas: len(pods.names("many")) == count)  # type: ignore[misc]
    addresses = {pods.address(name) for name in pods.names("many")}
    assert len(addresses) == 1


def test_of_a_pod_that_is_deleted_nothing_is_left(pods: Pods) -> None:
    pods.pod(
        "gone", running(script="sleep 98765.4321"), running("deaf", "trap '' TERM; while :; do sleep 87654.321; done")
    )
    pods.until_ready("gone")
    assert pods.processes("87654.321") and pods.processes("98765.4321")
    folder = pods.sandbox.box / "kubelet" / "pods" / pods.get("gone")["metadata"]["uid"]
    assert folder.is_dir()
    pods.kubectl("delete", "pod", "gone")
    assert not pods.processes("87654.321") and not pods.processes("98765.4321")
    for kind in ("logs.kwok.x-k8s.io", "portforwards.kwok.x-k8s.io"):
        assert "gone" not in [one["metadata"]["name"] for one in get(pods.sandbox, kind)["items"]]
    assert not folder.exists()
