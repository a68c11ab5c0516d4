"""The capability data, and what is asked of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from wellit import capabilities, paths
from wellit.capabilities import Unknown, contract, picker, routing_proxy
from wellit.errors import CannotAnswer
from wellit.semver import order

FILES = sorted(paths.CAPABILITIES.glob("*.yaml"))
SIDECAR = "ghcr.io/llm-d/llm-d-routing-sidecar"
MADE_UP = """
chart: thing
versions: [v1.0.0, v1.1.0-rc.1, v1.1.0-rc.2, v1.1.0-rc.10, v1.1.0]
evidence: {colour: {how: asked, note: by hand}, closed: {how: read, note: the schema}}
contract:
  - {since: v1.0.0, colour: red, tags: {a: 1, b: 2}, closed.root: [x]}
  - {since: v1.1.0-rc.2, tags: {c: 3}, closed.root: null}
"""


def read(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return data


def made_up(folder: Path, text: str = MADE_UP) -> Path:
    (folder / "thing.yaml").write_text(text, "utf-8")
    return folder


# The files


def test_there_is_data_for_every_chart_and_image() -> None:
    assert {file.stem for file in FILES} == {
        "dynamo", "inferencepool", "istiod", "kserve", "llm-d-infra", "llm-d-modelservice", "picker", "picker-gaie",
        "routing-proxy",
    }  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_satisfies_the_schema(file: Path) -> None:
    schema = json.loads((paths.SCHEMAS / "capabilities.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    found = jsonschema.Draft202012Validator(schema).iter_errors(read(file))
    assert [f"{error.json_path}: {error.message}" for error in found] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_versions_and_changes_are_in_order(file: Path) -> None:
    data = read(file)
    keys = [order(version) for version in data["versions"]]
    assert None not in keys
    assert keys == sorted(key for key in keys if key)
    since = [data["versions"].index(entry["since"]) for entry in data["contract"]]
    assert since == sorted(set(since))
    assert since[0] == 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_first_entry_has_every_field_and_every_field_has_evidence(file: Path) -> None:
    data = read(file)
    first = set(data["contract"][0])
    assert {field for entry in data["contract"] for field in entry} == first
    marks = set(data["evidence"])
    assert {field for field in first - {"since"} if not {field, field.split(".")[0]} & marks} == set()
    assert {mark for mark in marks if mark not in {field.split(".")[0] for field in first}} == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_entry_changes_something(file: Path) -> None:
    now: dict[str, Any] = {}
    for entry in read(file)["contract"]:
        same = [field for field, fact in entry.items() if field in now and now[field] == fact]
        assert same == [], entry["since"]
        now |= entry


def test_llm_d_picker_is_what_the_upstream_release_it_stands_on_is() -> None:
    upstream = read(paths.CAPABILITIES / "picker-gaie.yaml")
    repository = upstream["images"][0]["repository"]
    compared = 0
    for tag in read(paths.CAPABILITIES / "picker.yaml")["versions"]:
        ours = picker(f"ghcr.io/llm-d/llm-d-inference-scheduler:{tag}")
        assert ours
        if ours["gaie"] in upstream["versions"]:
            theirs = picker(f"{repository}:{ours['gaie']}")
            assert theirs
            assert {name: ours[name] for name in theirs} == dict(theirs), tag
            compared += 1
    assert compared >= 10


# Merging


def test_a_contract_is_every_change_up_to_the_version_and_a_change_replaces_a_whole_field(tmp_path: Path) -> None:
    folder = made_up(tmp_path)
    first = contract("thing", "v1.1.0-rc.1", folder=folder)
    assert dict(first) == {"colour": "red", "tags": {"a": 1, "b": 2}, "closed.root": ("x",)}
    later = contract("thing", "v1.1.0-rc.10", folder=folder)
    assert dict(later) == {"colour": "red", "tags": {"c": 3}, "closed.root": None}
    assert (later.of, later.version) == ("thing", "v1.1.0-rc.10")


def test_facts_are_asked_for_by_group_and_carry_their_mark(tmp_path: Path) -> None:
    thing = contract("thing", "1.0.0", folder=made_up(tmp_path))
    assert thing.group("closed") == {"root": ("x",)}
    assert thing.known_by("colour") == ("asked", "by hand")
    assert thing.known_by("closed.root") == ("read", "the schema")


def test_a_contract_cannot_be_changed() -> None:
    facts: Any = contract("llm-d-modelservice", "v0.4.9")
    with pytest.raises(TypeError):
        facts["modelCommands"]["sglangServe"] = {}
    with pytest.raises(TypeError):
        facts["appVersion"] = "v9"


def test_one_entry_turns_sglang_serve_on(tmp_path: Path) -> None:
    text = (paths.CAPABILITIES / "llm-d-modelservice.yaml").read_text("utf-8")
    text = re.sub(r"v0\.4\.12\]", "v0.4.12, v0.5.0]", text)
    command = "{command: [python3, -m, sglang.launch_server], model: --model-path, injects: [model, port, servedName]}"
    text += f"  - {{since: v0.5.0, modelCommands: {{sglangServe: {command}, custom: {{injects: []}}}}}}\n"
    (tmp_path / "llm-d-modelservice.yaml").write_text(text, "utf-8")
    assert "sglangServe" in contract("llm-d-modelservice", "v0.5.0", folder=tmp_path)["modelCommands"]
    assert "sglangServe" not in contract("llm-d-modelservice", "v0.4.12", folder=tmp_path)["modelCommands"]


# Versions


@pytest.mark.parametrize("written", ["v0.3.8", "0.3.8", " v0.3.8 "])
def test_a_version_is_found_with_and_without_its_v(written: str) -> None:
    assert contract("llm-d-modelservice", written).version == "v0.3.8"


def test_release_candidates_sort_by_number_and_before_their_release() -> None:
    words = ["v1.2.0-rc.2", "v1.2.0-rc.10", "v1.2.0", "v1.10.0"]
    keys = [key for word in words if (key := order(word))]
    assert keys == sorted(keys)
    assert len(set(keys)) == 4


def test_an_unpublished_version_names_its_neighbours() -> None:
    with pytest.raises(CannotAnswer) as caught:
        contract("llm-d-modelservice", "v0.2.2")
    assert caught.value.message == 'unknown version of llm-d-modelservice "v0.2.2"'
    assert "known: v0.2.0, v0.2.1, v0.2.3, v0.2.4" in caught.value.write


def test_a_newer_version_names_the_newest_and_where_to_add_it() -> None:
    with pytest.raises(CannotAnswer) as caught:
        contract("llm-d-modelservice", "v0.5.0")
    assert caught.value.message == "llm-d-modelservice v0.5.0 is newer than the newest version known, v0.4.12"
    assert "schemas/capabilities/llm-d-modelservice.yaml" in caught.value.write


def test_a_chart_that_ended_says_what_took_its_place() -> None:
    with pytest.raises(CannotAnswer, match=r"newest version known, v1\.5\.0") as caught:
        contract("inferencepool", "v1.6.0")
    assert "llm-d-router-gateway" in caught.value.why


@pytest.mark.parametrize(
    ("chart", "version", "message"),
    [
        ("llm-d-modelservce", "v0.4.9", 'unknown chart "llm-d-modelservce"'),
        ("picker", "v0.7.1", 'unknown chart "picker"'),
        ("../capabilities/llm-d-infra", "v1.4.0", 'unknown chart "../capabilities/llm-d-infra"'),
        ("llm-d-infra", "latest", 'unknown version of llm-d-infra "latest"'),
        ("llm-d-infra", "", 'unknown version of llm-d-infra ""'),
    ],
)
def test_a_word_nobody_knows_is_refused(chart: str, version: str, message: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        contract(chart, version)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (MADE_UP.replace("since: v1.1.0-rc.2", "since: v1.2.0"), 'since "v1.2.0" is not one of the versions'),
        (MADE_UP.replace("chart: thing", "chart: [thing"), "broken capability data"),
    ],
)
def test_broken_data_names_its_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CannotAnswer) as caught:
        contract("thing", "v1.0.0", folder=made_up(tmp_path, text))
    assert caught.value.message.startswith(message)
    assert caught.value.where.endswith("thing.yaml")


def test_a_release_between_two_that_changed_something_is_as_the_older() -> None:
    assert contract("istiod", "1.28.7")["severalPorts"] and contract("istiod", "1.28.7").version == "1.28.7"
    assert not contract("istiod", "1.26.3")["inferencePool"]
    assert contract("istiod", "1.32.9").version == "1.32.9"
    with pytest.raises(CannotAnswer, match="newer than the newest"):
        contract("istiod", "1.33.0")


# Images


@pytest.mark.parametrize(
    ("image", "version"),
    [
        (f"{SIDECAR}:v0.7.1", "v0.7.1"),
        (f"{SIDECAR}:0.0.5", "0.0.5"),
        (f"{SIDECAR}:v0.4.0-rc.1@sha256:{'0' * 64}", "v0.4.0-rc.1"),
        ("registry.example:5000/mirror/llm-d/llm-d-routing-sidecar:v0.4.0", "v0.4.0"),
        ("llm-d/llm-d-routing-sidecar:v0.8.0", "v0.8.0"),
        ("ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0", "v0.10.0"),
    ],
)
def test_a_routing_proxy_is_known_by_its_image(image: str, version: str) -> None:
    found = routing_proxy(image)
    assert found
    assert (found.of, found.version) == ("routing-proxy", version)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (f"{SIDECAR}:latest", f"{SIDECAR}:latest: what this tag points to can change"),
        (SIDECAR, f"{SIDECAR}: it has no tag, which means latest"),
        (f"{SIDECAR}@sha256:00", f"{SIDECAR}@sha256:00: its digest alone does not tell the release"),
        (f"{SIDECAR}:0.7.1", f"{SIDECAR}:0.7.1: no such tag was published; v0.7.1 was"),
        (f"{SIDECAR}:v0.99.0", f"{SIDECAR}:v0.99.0: wellit does not know this release; the newest it knows is v0.10.0"),
        (f"{SIDECAR}:v0.9.0", f"{SIDECAR}:v0.9.0: that release was published as "
         "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.9.0"),
        ("example.com/my/proxy:v0.7.1", "example.com/my/proxy:v0.7.1 is not a routing-proxy image that wellit knows"),
        ("ghcr.io/other/not-llm-d/llm-d-routing-sidecar-x:v0.7.1", "is not a routing-proxy image"),
        ("", "no image is not a routing-proxy image that wellit knows"),
    ],
)  # fmt: skip
def test_an_image_that_does_not_tell_says_why(image: str, reason: str) -> None:
    found = routing_proxy(image)
    assert isinstance(found, Unknown)
    assert not found
    assert reason in found.reason


def test_a_picker_is_llm_ds_or_upstreams() -> None:
    ours = picker("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1")
    theirs = picker("registry.k8s.io/gateway-api-inference-extension/epp:v1.2.1")
    assert ours
    assert theirs
    assert (ours["metricsBy"], theirs["metricsBy"]) == ("dataLayer", "flags")
    assert "sglang" in ours["knownEngines"]
    assert theirs["metricFlags"]["queued"] == "total-queued-requests-metric"
    assert not picker("ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1")


# Facts that rules stand on


def test_modelservice_of_the_older_train() -> None:
    facts = contract("llm-d-modelservice", "v0.3.8")
    assert set(facts["modelCommands"]) == {"vllmServe", "imageDefault", "custom"}
    assert facts["appVersion"] == "v0.3.0"
    assert facts["labels"] == {"serving": "llm-d.ai/inferenceServing", "guide": "llm-d.ai/model"}
    assert facts["failureAt"]["decode"] == "43:13"
    assert facts["proxy"]["logFlags"] == "zap"
    assert facts["proxyImage"] == {"default": f"{SIDECAR}:v0.4.0-rc.1", "mutable": False}
    assert not facts["userGpuLimitWins"]
    assert facts.group("closed")["modelArtifacts.labels"] == ("llm-d.ai/inferenceServing", "llm-d.ai/model")
    assert facts.group("closed")["role.nodeSelector"] == ()
    assert "requester" in facts.group("closed")["root"]


def test_modelservice_of_the_newer_train() -> None:
    facts = contract("llm-d-modelservice", "v0.4.9")
    assert facts["labels"] == {"serving": "llm-d.ai/inference-serving", "guide": "llm-d.ai/guide"}
    assert facts["defaultLabels"] == {"llm-d.ai/inference-serving": "true"}
    assert facts["userGpuLimitWins"]
    assert facts["proxyImage"]["mutable"]
    assert facts["accelerators"]["cpu"] == ""
    assert "rebellions-atom" not in facts["accelerators"]
    assert facts.group("closed")["root"] is None
    assert facts.group("closed")["modelArtifacts.labels"] is None
    assert facts.group("feature")["priorityClassName"]
    assert not facts.group("feature")["strategy"]


def test_the_accelerator_that_was_renamed_is_gone() -> None:
    assert "intel" in contract("llm-d-modelservice", "v0.2.11")["accelerators"]
    assert "intel" not in contract("llm-d-modelservice", "v0.2.12")["accelerators"]


def test_inferencepool_of_both_trains() -> None:
    older, newer = contract("inferencepool", "v1.2.0-rc.1"), contract("inferencepool", "v1.4.0")
    assert (older["flags"], older["istioBlock"]) == ("map", "provider.istio")
    assert (contract("inferencepool", "v1.1.0")["flags"], contract("inferencepool", "v1.1.0")["istioBlock"]) == (
        "list", "istio",
    )  # fmt: skip
    assert "sglang" not in older["modelServerTypes"]
    assert "sglang" in newer["modelServerTypes"]
    assert "sglang" in newer["crashingModelServerTypes"]
    assert newer["imageKeys"][:2] == ("hub", "name")
    assert contract("inferencepool", "v1.5.0")["imageKeys"][:2] == ("registry", "repository")


def test_infra_of_both_trains() -> None:
    older, newer = contract("llm-d-infra", "v1.3.4"), contract("llm-d-infra", "v1.4.0")
    assert older["providers"] == ()
    assert "provider" not in older["gatewayKeys"]
    assert "istio" in newer["providers"]
    assert {"provider", "exposure"} <= set(newer["gatewayKeys"])


@pytest.mark.parametrize(
    ("tag", "connectors", "flags", "log"),
    [
        ("v0.3.0", ("nixl", "nixlv2", "lmcache"), ("--connector",), "klog"),
        ("v0.4.0", ("nixlv2", "lmcache", "sglang"), ("--connector",), "zap"),
        ("v0.6.1", ("nixlv2", "shared-storage", "sglang"), ("--connector",), "zap"),
        ("v0.7.1", ("nixlv2", "shared-storage", "sglang"), ("--kv-connector", "--connector"), "zap"),
    ],
)
def test_connectors_differ_by_release(tag: str, connectors: tuple[str, ...], flags: tuple[str, ...], log: str) -> None:
    found = routing_proxy(f"{SIDECAR}:{tag}")
    assert found
    assert (found["connectors"], found["connectorFlags"], found["logFlags"]) == (connectors, flags, log)
    assert found["invalidConnector"]["exit"] == 0


def test_every_published_image_is_recognised_as_the_release_it_is() -> None:
    listed = capabilities.published("routing-proxy")
    assert all(routing_proxy(image) == found for image, found in listed)
    images = [image for image, _ in listed]
    assert f"{SIDECAR}:v0.8.0" in images
    assert f"{SIDECAR}:v0.9.0" not in images
