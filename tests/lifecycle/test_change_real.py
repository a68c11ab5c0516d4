"""A stack that is changed in place, and goes back, on a real Kubernetes API: the sandbox's, with real helm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.stacks import parts
from wellit import access, back, cluster, lifecycle, plan
from wellit.access import Access
from wellit.errors import CannotAnswer, Refused
from wellit.lifecycle import Standing, restart
from wellit.record import Record
from wellit.sandbox import Sandbox

OLD = ("components.versions=llm-d-0.4",)
# The modelservice chart renamed a label of the selector between the two trains.
LABELS = ("llm-d.ai/inferenceServing", "llm-d.ai/inference-serving")
DECODE = "ms-inference-scheduling-llm-d-modelservice-decode"
DEPLOYED = ("apps/v1", "Deployment", "gaie-inference-scheduling-epp")


@pytest.fixture(scope="module")
def here(sandbox: Sandbox) -> Access:
    return access.open_access(kubeconfig=str(sandbox.kubeconfig))


@pytest.fixture
def namespace(here: Access, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"change-{abs(hash(request.node.name)) % 10**8}"
    yield name
    here.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def yes(question: str) -> None:
    assert question.endswith("?")


def never(question: str) -> None:
    pytest.fail(f"nothing had to be made anew, and was asked: {question}")


def no(question: str) -> None:
    raise Refused("the answer was no", why=question)


def install(
    here: Access, namespace: str, *sets: str, replacing: lifecycle.Ask = never, gateway: str = "istio"
) -> Record:
    made, manifests, _ = parts(namespace, sets, gateway=gateway)
    found = plan.prepare(made, manifests, here)
    return stood(lifecycle.install(found, here, print, yes, replacing, timeout=300))


def rollback(here: Access, namespace: str, to: int | None = None, replacing: lifecycle.Ask = never) -> Record:
    prepared = back.prepare(lifecycle.recorded(here, namespace), here, to)
    return stood(lifecycle.rollback(prepared, here, print, yes, replacing, timeout=300))


def stood(stands: Standing) -> Record:
    assert {check.status for check in stands.checks} == {"pass"}, stands.checks
    return stands.record


def decode(here: Access, namespace: str) -> dict[str, object]:
    answer = here.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{DECODE}")
    assert isinstance(answer, dict)
    spec = answer["spec"]
    (engine,) = (one for one in spec["template"]["spec"]["containers"] if one["name"] != "routing-proxy")
    return {
        "uid": answer["metadata"]["uid"],
        "label": next(label for label in LABELS if label in spec["selector"]["matchLabels"]),
        "image": engine["image"].rpartition("/")[2].partition(":")[0],
        "replicas": spec["replicas"],
    }


def nothing_left(here: Access, namespace: str) -> None:
    assert lifecycle.uninstall(lifecycle.recorded(here, namespace), here, print, yes).status == "pass"
    done = here.call("get", "all,secrets,configmaps", "-n", namespace, "-o", "name")
    assert done.ok and done.out.split() == ["configmap/kube-root-ca.crt"], done.out


def test_a_train_is_changed_and_goes_back(here: Access, namespace: str) -> None:
    first = install(here, namespace, *OLD)
    old = decode(here, namespace)
    # A no to the replacement leaves everything as it is, the record too.
    with pytest.raises(Refused, match="the answer was no") as told:
        install(here, namespace, replacing=no)
    assert told.value.why.endswith(f"Delete and make anew Deployment {DECODE}?")
    assert lifecycle.recorded(here, namespace) == first and decode(here, namespace) == old

    second = install(here, namespace, replacing=yes)
    new = decode(here, namespace)
    assert (old["label"], new["label"]) == LABELS and new["uid"] != old["uid"]
    assert [former["when"] for former in second.history] == [first.when]

    third = rollback(here, namespace, replacing=yes)
    assert decode(here, namespace) | {"uid": 0} == old | {"uid": 0}
    assert (third.rendered, third.components, third.images) == (first.rendered, first.components, first.images)
    assert [former["rendered"] for former in third.history] == [second.rendered]
    # And forth again: the way back is a state as any other.
    assert rollback(here, namespace, replacing=yes).rendered == second.rendered
    assert decode(here, namespace)["label"] == LABELS[1]
    nothing_left(here, namespace)


def test_engine_size_and_gateway_in_place_and_back_to_any(here: Access, namespace: str) -> None:
    first = install(here, namespace)
    was = decode(here, namespace)
    # Engine, model and how many, in one: the same Deployment rolls over.
    second = install(here, namespace, "components.engines=vllm", "decode.replicas=3", "model.name=Qwen/Qwen3-0.6B")
    now = decode(here, namespace)
    assert (now["uid"], now["replicas"]) == (was["uid"], 3) and now["image"] != was["image"]
    # Without a gateway two releases go; helm keeps what they were.
    bare = install(here, namespace, gateway="none")
    gone = {"infra-inference-scheduling", "route-inference-scheduling"}
    found = cluster.releases(here, namespace)
    assert isinstance(found, tuple) and not gone & {release.name for release in found}
    assert cluster.left(here, namespace) == gone and bare.going == ()
    assert decode(here, namespace)["image"] == was["image"]

    with pytest.raises(CannotAnswer, match="there is no state 3 to go back to") as told:
        back.prepare(bare, here, 3)
    assert "1 is -g inference-scheduling -e sglang" in told.value.write and "--engine vllm" in told.value.write
    assert rollback(here, namespace, 2).rendered == first.rendered
    assert cluster.left(here, namespace) == frozenset()
    assert here.call("get", "gateway,httproute", "-n", namespace, "-o", "name").out.count("/") == 2
    again = rollback(here, namespace, 2)
    assert again.rendered == second.rendered and decode(here, namespace) == now
    assert [former["rendered"] for former in again.history] == [first.rendered, bare.rendered]

    # What helm has forgotten is installed from what was chosen.
    lost = replace(again, history=({**again.history[0], "revisions": dict.fromkeys(first.release_names, 99)},))
    with pytest.raises(Refused, match="helm cannot go back to that state; nothing was changed") as refused:
        back.prepare(lost, here)
    assert "no longer keeps revision 99" in refused.value.why
    assert f"invoke install {here.invoke_flags} -g" in refused.value.write
    assert rollback(here, namespace, 2).rendered == bare.rendered
    nothing_left(here, namespace)


def test_nothing_to_go_back_to(here: Access) -> None:
    with pytest.raises(Refused, match="no state of g in ns before this one is recorded"):
        back.prepare(Record("g", "e", "ns", "g", state="installed"), here)


def test_pods_that_read_what_has_changed_are_restarted(here: Access, namespace: str) -> None:
    install(here, namespace)
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/gaie-inference-scheduling-epp"
    before = here.get(path)
    said: list[str] = []
    made, manifests, _ = parts(namespace, ('picker.profiles.default=[{"plugin": "queue-scorer", "weight": 3}]',))
    found = plan.prepare(made, manifests, here)
    assert found.changes and [str(item) for item in found.changes.stale] == ["Deployment gaie-inference-scheduling-epp"]
    assert "reads it when its pods start: they are restarted" in found.text()
    stands = lifecycle.install(found, here, said.append, yes, never, timeout=300)
    assert any(line.endswith("its pods read what has changed, and are restarted") for line in said)
    assert stood(stands).restarts == ()
    after = here.get(path)
    assert isinstance(before, dict) and isinstance(after, dict)
    assert before["spec"]["template"] != after["spec"]["template"]
    # What a killed install did not come to, the next one does.
    known = replace(stands.record, state="installing", restarts=((*DEPLOYED, "gaie-inference-scheduling"),))
    next_ = plan.prepare(made, manifests, here)
    pending = restart.noted(known, next_.changes, known)
    assert next_.changes and not next_.changes.stale and pending.restarts == known.restarts
