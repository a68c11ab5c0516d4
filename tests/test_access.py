from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.clusters import FakeRunner, access, failed, forbidden, not_found
from wellit.access import Access, Missing, Unread, failure, open_access
from wellit.errors import CannotAnswer

CONFIG = {
    "clusters": [{"name": "k", "cluster": {"server": "https://k:6443"}}],
    "contexts": [
        {"name": "prod", "context": {"cluster": "k", "user": "me"}},
        {"name": "test", "context": {"cluster": "k", "user": "you"}},
    ],
    "current-context": "prod",
}


def opened(config: Any = CONFIG, **chosen: Any) -> tuple[Access, FakeRunner]:
    runner = FakeRunner({"config view -o json": json.dumps(config)})
    return open_access(kubectl=Path("kubectl"), run=runner, **chosen), runner


@pytest.fixture(autouse=True)
def no_kubeconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)


def test_the_current_context() -> None:
    found, _ = opened()
    assert (found.context, found.server, found.user) == ("prod", "https://k:6443", "me")
    assert found.label == "context prod (https://k:6443)"
    assert found.env["HELM_KUBECONTEXT"] == "prod" and "KUBECONFIG" not in found.env


def test_another_context() -> None:
    assert opened(context="test")[0].context == "test"


def test_an_unknown_context_is_told_with_the_nearest() -> None:
    with pytest.raises(CannotAnswer) as told:
        opened(context="prd")
    assert told.value.message == 'unknown context "prd"'
    assert told.value.write == 'did you mean "prod"? known: prod, test'


def test_no_current_context() -> None:
    with pytest.raises(CannotAnswer, match="no current context"):
        opened(CONFIG | {"current-context": ""})


def test_no_cluster_at_all() -> None:
    with pytest.raises(CannotAnswer, match="no cluster to talk to") as told:
        opened({"clusters": None, "contexts": None, "current-context": ""})
    assert "--sandbox" in told.value.write and "~/.kube/config" in told.value.why


def test_the_users_kubeconfig_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/a:/b")
    found, runner = opened()
    assert runner.env["KUBECONFIG"] == found.env["KUBECONFIG"] == "/a:/b"
    assert found.flags == "--context prod", "what a person pastes reaches the same files"


def test_a_kubeconfig_by_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config"
    file.write_text("")
    monkeypatch.setenv("KUBECONFIG", "/other")
    found, _ = opened(kubeconfig=str(file))
    assert found.env["KUBECONFIG"] == str(file)
    assert found.flags.endswith("config --context prod")


def test_a_kubeconfig_that_is_not_there() -> None:
    with pytest.raises(CannotAnswer, match="there is no kubeconfig /nowhere"):
        opened(kubeconfig="/nowhere")


def test_answers_of_the_api() -> None:
    here, _ = access({
        "get --raw /there": '{"a": 1}', "get --raw /no": not_found(), "get --raw /may-not": forbidden("list", "nodes"),
    })  # fmt: skip
    assert here.get("/there") == {"a": 1}
    assert here.get("/no") == Missing()
    assert here.get("/may-not") == Unread("list nodes")


def test_a_permission_in_a_namespace() -> None:
    here, _ = access({"get --raw /p": forbidden("get", "pods", 'in the namespace "ns"')})
    assert here.get("/p") == Unread("get pods in ns")


@pytest.mark.parametrize(
    ("said", "message", "write"),
    [
        ("The connection to the server k:6443 was refused", "does not answer", "--sandbox"),
        ("Unable to connect to the server: dial tcp: lookup k: no such host", "does not answer", "is it up"),
        ("Unable to connect to the server: context deadline exceeded", "does not answer", "is it up"),
        ("error: You must be logged in to the server (Unauthorized)", "does not accept your login", "auth whoami"),
        ("Unable to connect to the server: tls: failed to verify certificate", "certificate", "fetch"),
        ("getting credentials: exec: executable aws not found", "login program", "by hand"),
        ("Error from server (InternalError): boom", "did not answer /x", "get --raw '/x'"),
    ],
)  # fmt: skip
def test_a_cluster_that_does_not_answer(said: str, message: str, write: str) -> None:
    here, _ = access({"get --raw /x": failed(said)})
    with pytest.raises(CannotAnswer) as told:
        here.get("/x")
    assert message in told.value.message and "https://c" in told.value.message
    assert told.value.why == said and write in told.value.write


def test_names_with_spaces_are_quoted_and_the_home_folder_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/bob"))
    here = Access(Path("kubectl"), "my cluster", kubeconfig="/home/bob/my configs/c")
    assert here.flags == "--kubeconfig ~/'my configs/c' --context 'my cluster'"


def test_what_is_no_path_is_not_asked_for_as_one() -> None:
    told = failure(access({})[0], failed("Error from server: not today"), "the writing of /api/v1/x")
    assert told.write == "kubectl --context c get --raw '/readyz?verbose'"
