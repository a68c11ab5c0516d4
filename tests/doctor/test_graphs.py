"""A DynamoGraphDeployment on a cluster: one that is well, and each row of the troubleshooting table, broken by hand."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wellit import doctor
from wellit.doctor import graph
from wellit.doctor.sight import Heard, Log, Sight
from wellit.findings import Check
from wellit.report import render
from wellit.seen.graphform import KIND

LABEL = "nvidia.com/dynamo-graph-deployment-name"  # the operator's, of every pod of a graph
RUNNING = {"state": {"running": {"startedAt": "2027-01-15T07:00:00Z"}}, "ready": True, "restartCount": 0}
READY = {"type": "Ready", "status": "True", "reason": "all_resources_are_ready"}
DIED = {
    "name": "main", "ready": False, "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2027-01-15T07:59:30Z"}},
}  # fmt: skip


def component(name: str, kind: str, *words: str) -> dict[str, Any]:
    image = "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
    main = {"name": "main", "image": image, "command": ["python3", "-m", "dynamo.sglang"], "args": list(words)}
    if kind == "frontend":
        main = {"name": "main", "image": image}
    return {"name": name, "type": kind, "replicas": 1, "podTemplate": {"spec": {"containers": [main]}}}


def words(role: str) -> tuple[str, ...]:
    more = ("--disaggregation-bootstrap-port", "12345") if role == "prefill" else ()
    return ("--model-path", "m", "--served-model-name", "m", "--page-size", "16", "--disaggregation-mode", role,
            "--disaggregation-transfer-backend", "nixl", "--host", "0.0.0.0", *more)  # fmt: skip


def pod(name: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    said = conditions or ({"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "True"})
    return {
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "ns", "labels": {LABEL: "dyn"}},
        "spec": {"containers": [{"name": "main", "image": "i"}]},
        "status": {"phase": "Running", "conditions": list(said),
                   "containerStatuses": [{"name": "main", **copy.deepcopy(RUNNING)}]},
    }  # fmt: skip


def sight() -> Sight:
    """One graph that splits, three pods, and an answer."""
    made = {
        "apiVersion": "nvidia.com/v1beta1", "kind": KIND, "metadata": {"name": "dyn", "namespace": "ns"},
        "spec": {"backendFramework": "sglang", "components": [
            component("Frontend", "frontend"), component("decode", "decode", *words("decode")),
            component("prefill", "prefill", *words("prefill")),
        ]},
        "status": {"conditions": [READY]},
    }  # fmt: skip
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "dyn-frontend", "namespace": "ns"},
        "spec": {},
    }
    pods = [pod("dyn-frontend-0"), pod("dyn-decode-0"), pod("dyn-prefill-0")]
    answers = {graph.key("dyn"): Heard(200, "{}", 0.2)}
    return Sight(
        "ns", "context c", "--context c", "--context c", (made, service, *pods), answers=answers, now=1_800_000_000.0
    )


def changed(change: Callable[[list[dict[str, Any]]], None], **about: Any) -> Sight:
    """A look at it with one thing changed: objects are graph, service, and the pods of frontend, decode, prefill."""
    objects = copy.deepcopy([dict(one) for one in sight().objects])
    change(objects)
    return replace(sight(), objects=tuple(objects), **about)


def failed(found: Sight) -> dict[str, Check]:
    return {check.id: check for check in doctor.report(found).checks if check.status == "fail"}


def test_a_graph_that_is_well() -> None:
    found = doctor.report(sight())
    assert failed(sight()) == {} and found.exit_code == 0
    text = render(found)
    assert "√ operator" in text and "√ answer" in text and "×" not in text
    assert str(found.summary["result"]).startswith("a request is answered")


def test_one_that_the_api_lists_in_two_versions_counts_once() -> None:
    found = changed(lambda objects: objects.append(copy.deepcopy(objects[0]) | {"apiVersion": "nvidia.com/v1alpha1"}))
    assert len(graph.every(found)) == 1


def forgotten(objects: list[dict[str, Any]]) -> None:
    del objects[2:]
    del objects[0]["status"]


def test_nobody_has_taken_it() -> None:
    found = changed(forgotten, answers={})
    check = failed(found)["WL892"]
    assert "no operator is installed" in check.detail and "invoke prerequisites" in check.fix
    there = replace(found, invoke_flags="--sandbox=default")
    assert "WL892" not in failed(there)
    assert next(one for one in doctor.report(there).checks if one.id == "WL892").status == "unknown"


def unready(objects: list[dict[str, Any]]) -> None:
    objects[0]["status"]["conditions"] = [
        {**READY, "status": "False", "reason": "pods_not_ready", "message": "decode: 0/1"}
    ]


def test_it_says_itself_that_it_is_not_ready() -> None:
    check = failed(changed(unready))["WL893"]
    assert check.detail == "pods_not_ready: decode: 0/1"
    assert check.fix == "kubectl --context c -n ns describe dynamographdeployment dyn"


def unplaced(objects: list[dict[str, Any]]) -> None:
    message = "0/4 nodes are available: 4 Insufficient nvidia.com/gpu."
    objects[3] = pod("dyn-decode-0", {"type": "PodScheduled", "status": "False", "message": message})
    objects[3]["status"]["containerStatuses"] = []


def test_there_are_too_few_gpus() -> None:
    check = failed(changed(unplaced))["WL886"]
    assert "Insufficient nvidia.com/gpu" in check.detail and "--set decode.tensorParallel=1" in check.fix


def dies(objects: list[dict[str, Any]]) -> None:
    objects[3]["status"]["containerStatuses"] = [copy.deepcopy(DIED)]


@pytest.mark.parametrize(
    ("log", "key", "why"),
    [
        ("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB", "WL886", "has not enough memory"),
        ("huggingface_hub.errors.GatedRepoError: 401 Client Error", "WL887", "the token is missing"),
        ("Max retries exceeded with url: /api/models/m", "WL887", "cannot reach Hugging Face"),
        ("PermissionError: [Errno 13] Permission denied: '/root/.cache/huggingface'", "WL887", "may not write"),
        ("Exception: Failed to connect to NATS: IO error: Connection refused. Verify NATS server is running", "WL888",
         "cannot reach NATS"),
        ("Exception: Model snapshots for '/models/none' not found in cache", "WL887", "there is no /models/none"),
        ("Segmentation fault", "WL880", "it ended with an error"),
    ],
)  # fmt: skip
def test_a_worker_that_dies_has_its_cause(log: str, key: str, why: str) -> None:
    found = failed(changed(dies, logs={("dyn-decode-0", "main"): Log("", log)}))
    assert why in found[key].detail and "dyn-decode-0" in found[key].detail and found[key].fix
    assert log.splitlines()[-1] in found[key].evidence


@pytest.mark.parametrize(
    ("log", "key"),
    [
        ("WARN dynamo_runtime::health_check: Health check timeout for generate", "WL881"),
        ("ERROR Failed to bind to address 0.0.0.0:9090: Address already in use (os error 98)", "WL889"),
        ("RuntimeError: Page size mismatch: prefill 16, decode 32", "WL885"),
        ("RuntimeError: Decode handshake failed", "WL884"),
    ],
)
def test_what_a_worker_that_is_not_ready_says_and_goes_on(log: str, key: str) -> None:
    def slow(objects: list[dict[str, Any]]) -> None:
        objects[3]["status"]["conditions"][1]["status"] = "False"

    logs = {("dyn-decode-0", "main"): Log(log)}
    assert key in failed(changed(slow, logs=logs))
    assert failed(changed(lambda _: None, logs=logs)) == {}  # it is ready: a warning
    assert key in [check.id for check in doctor.report(changed(lambda _: None, logs=logs)).checks]


def pulls(objects: list[dict[str, Any]]) -> None:
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "x"'}}
    objects[4]["status"]["containerStatuses"] = [{"name": "main", "restartCount": 0, "state": waiting}]


def test_an_image_that_cannot_be_pulled() -> None:
    assert "ImagePullBackOff" in failed(changed(pulls))["WL893"].detail


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (
            Heard(503, '{"message":"Model `m` is not ready to serve requests yet."}'),
            "not all the workers that it needs",
        ),
        (Heard(404, ""), "no worker that can answer has registered"),
        (Heard(failure="nothing answers: Connection refused"), "nothing answers"),
    ],
)
def test_a_chat_that_is_not_answered(heard: Heard, why: str) -> None:
    found = failed(changed(lambda _: None, answers={graph.key("dyn"): heard}))
    assert why in found["WL891"].detail and found["WL891"].fix == "kubectl --context c -n ns logs service/dyn-frontend"
    behind = failed(changed(unready, answers={graph.key("dyn"): heard}))
    assert behind["WL891"].fix == "mend what stands above it first"


def test_what_smoke_finds_is_explained() -> None:
    cause = doctor.likely(changed(dies, logs={("dyn-decode-0", "main"): Log("", "CUDA out of memory")}), "WL861")
    assert cause and cause.id == "WL886"


def test_pods_of_another_graph_are_not_its_own() -> None:
    def other(objects: list[dict[str, Any]]) -> None:
        objects.append(pod("other-0"))
        objects[-1]["metadata"]["labels"][LABEL] = "other"
        objects[-1]["status"]["containerStatuses"] = [copy.deepcopy(DIED)]

    assert failed(changed(other)) == {} and len(graph.every(changed(other))[0].pods) == 3
