from __future__ import annotations

import base64
import json
import os
import platform
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import access, forbidden, not_found
from tests.support.stacks import parts
from wellit import overrides, record
from wellit.errors import CannotAnswer, Refused
from wellit.record import Record

LIST = "get --raw /api/v1/namespaces/ns/secrets?limit=500&fieldSelector=type%3Dwellit.dev%2Fstack"
BARE = Record("inference-scheduling", "sglang", "ns", "inference-scheduling")


def made() -> Record:
    return record.make(*parts())


def items(*records: Record) -> str:
    return json.dumps({"items": [record.to_secret(one) for one in records]})


def test_what_is_recorded() -> None:
    found = made()
    assert (found.guide, found.environment, found.size, found.state) == (
        "inference-scheduling", "sglang", "small", "installing",
    )  # fmt: skip
    assert found.components["engines"] == "sglang" and found.overrides["size"] == "small"
    assert [name.partition("-")[0] for name in found.release_names] == ["infra", "gaie", "ms", "route"]
    assert all(release["digest"].startswith("sha256:") for release in found.releases)
    assert found.entry["service"] == f"{found.entry['gateway']}-istio" and found.entry["port"] == "80"
    assert (found.host, found.process) == (platform.node(), os.getpid())
    assert found.model == "Qwen/Qwen2.5-0.5B-Instruct"


def test_without_a_gateway_requests_go_to_a_model_pod() -> None:
    entry = record.make(*parts(gateway="none")).entry
    assert entry["deployment"].startswith("ms-inference-scheduling") and entry["port"] == "8000"


def test_a_record_survives_its_secret() -> None:
    written = made()
    secret = record.to_secret(written)
    assert secret["type"] == "wellit.dev/stack" and secret["metadata"]["name"] == "wellit-stack-inference-scheduling"
    assert record.from_secret(json.loads(json.dumps(secret))) == written


def test_a_record_knows_the_secrets_version_and_hands_it_back() -> None:
    secret = record.to_secret(BARE)
    assert "resourceVersion" not in secret["metadata"]
    secret["metadata"]["resourceVersion"] = "7"
    assert record.to_secret(record.from_secret(secret))["metadata"]["resourceVersion"] == "7"


@pytest.mark.parametrize("data", [{}, {"stack.json": "e30="}, {"stack.json": "bm8="}])
def test_a_secret_that_is_no_record(data: dict[str, str]) -> None:
    with pytest.raises(CannotAnswer, match="the record s in ns cannot be read"):
        record.from_secret({"metadata": {"name": "s", "namespace": "ns"}, "data": data})


def test_a_record_of_a_later_wellit() -> None:
    secret = record.to_secret(BARE)
    body = json.loads(base64.b64decode(secret["data"]["stack.json"])) | {"version": 99}
    secret["data"]["stack.json"] = base64.b64encode(json.dumps(body).encode()).decode()
    with pytest.raises(CannotAnswer, match="it is of version 99"):
        record.from_secret(secret)


def written(**other: Any) -> dict[str, Any]:
    """The Secret of BARE, with other fields in its body."""
    secret = record.to_secret(BARE)
    body = json.loads(base64.b64decode(secret["data"]["stack.json"])) | other
    return secret | {"data": {"stack.json": base64.b64encode(json.dumps(body).encode()).decode()}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("guide", 3), ("releases", [1]), ("releases", [{"chart": "c"}]), ("objects", [["v1"]]), ("components", "x"),
        ("objects", [[1, 2, 3, 4]]), ("overrides", [1]), ("history", [{"ways": [1]}]), ("revisions", {"a": "b"}),
        ("state", "weird"), ("process", True), ("ways", [1]), ("novel", 1),
    ],
)  # fmt: skip
def test_a_field_that_no_record_has_so(field: str, value: object) -> None:
    with pytest.raises(CannotAnswer, match=f"no record has such (history )?{field if field != 'history' else 'ways'}"):
        record.from_secret(written(**{field: value}))


@pytest.mark.parametrize("other", [{"namespace": "production"}, {"postfix": "else"}])
def test_a_record_that_was_copied_here_does_not_act_on_the_stack_of_its_first_place(other: dict[str, str]) -> None:
    with pytest.raises(CannotAnswer, match="copied here") as told:
        record.from_secret(written(**other), access({})[0])
    assert "kubectl --context c delete secret wellit-stack-inference-scheduling -n ns " in told.value.write
    assert "invoke adopt -n ns --context c then" in told.value.write


@pytest.mark.parametrize(
    "settings",
    [
        {"model": {"token": "abc"}},
        {"decode": {"env": [{"name": "HF_TOKEN", "value": "abc"}]}},
        {"decode": {"args": ["--api", "hf_abcdefghijklmnopqrstuvwx"]}},
    ],
)
def test_settings_that_look_secret_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="looks like a secret") as told:
        overrides.refuse_secrets(settings)
    assert "hf_abc" not in str(told.value)


@pytest.mark.parametrize("settings", [{"model": {"secret": "name"}}, {"decode": {"maxTokens": 8, "replicas": 2}}])
def test_settings_that_only_name_a_secret_are_kept(settings: dict[str, Any]) -> None:
    overrides.refuse_secrets(settings)


def test_the_records_of_a_namespace() -> None:
    other = replace(BARE, guide="other", postfix="other")
    here, _ = access({LIST: items(BARE, other)})
    assert record.find(here, "ns") == [BARE, other]
    assert record.one(here, "ns", "other") == other
    assert record.one(here, "ns", "third") is None


def test_several_stacks_and_no_guide() -> None:
    here, _ = access({LIST: items(BARE, replace(BARE, guide="other", postfix="two"))})
    with pytest.raises(CannotAnswer, match="there are 2 stacks in ns") as told:
        record.one(here, "ns")
    assert "-g GUIDE" in told.value.write and "other (two)" in told.value.write


def test_records_that_may_not_be_read() -> None:
    here, _ = access({LIST: forbidden("list", "secrets")})
    with pytest.raises(CannotAnswer, match="you may not list secrets"):
        record.find(here, "ns")


def test_one_record_by_its_name() -> None:
    path = f"get --raw {BARE.path}"
    assert record.read(access({path: json.dumps(record.to_secret(BARE))})[0], "ns", BARE.postfix) == BARE
    assert record.read(access({path: not_found()})[0], "ns", BARE.postfix) is None


@pytest.mark.parametrize(
    ("host", "process", "alive"),
    [
        (platform.node(), os.getppid(), True),
        (platform.node(), 2**22 + 1, False),
        ("elsewhere", 1, None),
        (platform.node(), os.getpid(), False),
    ],
)
def test_whether_the_wellit_that_wrote_it_still_runs(host: str, process: int, alive: bool | None) -> None:
    assert replace(BARE, host=host, process=process).maker_alive is alive


def test_a_state_that_stood_is_kept_in_the_history_of_the_next() -> None:
    first = replace(made(), state="installed", revisions={"ms-x": 1}, when="then")
    second = replace(made(), rendered="sha256:other").after(first)
    assert [former["when"] for former in second.history] == ["then"]
    assert second.history[0]["revisions"] == {"ms-x": 1} and "history" not in second.history[0]
    assert record.from_secret(json.loads(json.dumps(record.to_secret(second)))) == second
    # The same once more changes nothing, one that never stood is not kept, and the oldest goes.
    assert made().after(replace(second, state="installed", rendered=made().rendered)).history == second.history
    assert made().after(second).history == second.history
    many = second
    for number in range(9):
        many = replace(made(), rendered=str(number)).after(replace(many, state="installed"))
    assert len(many.history) == 5 and many.history[0]["rendered"] == "7"


def test_what_a_former_state_may_have_left_is_not_forgotten() -> None:
    first = replace(BARE, state="installed", releases=({"name": "a"}, {"name": "b"}), objects=(("v1", "X", "b", "b"),))
    second = replace(BARE, releases=({"name": "a"},), rendered="2").after(first)
    third = replace(BARE, releases=({"name": "c"},), rendered="3").after(second)
    assert (second.going, third.going) == (("b",), ("a", "b"))
    assert third.ever_releases == ["c", "a", "b"] and [str(item) for item in third.ever()] == ["X b"]


def test_an_older_record_is_read() -> None:
    secret = record.to_secret(BARE)
    body = json.loads(base64.b64decode(secret["data"]["stack.json"]))
    for name in ("images", "revisions", "history", "going", "going_objects", "restarts", "adopted"):
        del body[name]
    secret["data"]["stack.json"] = base64.b64encode(json.dumps(body).encode()).decode()
    assert record.from_secret(secret) == BARE
