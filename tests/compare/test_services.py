"""Services of KServe's as sides: by what comes of their spec, whoever made it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.compare.support import asked, one, told
from tests.compare.test_live import answers
from tests.support.clusters import access, forbidden
from wellit import compare as comparing
from wellit import compose, made, render
from wellit.carried import STANDS_FOR
from wellit.carriers import selector
from wellit.compare import Comparison
from wellit.compose import Choice
from wellit.demand import Kind

GUIDE = "llm-inference-service"
KIND = Kind("serving.kserve.io/v1alpha2", made.KIND)
DEFINITION = "get customresourcedefinition llminferenceservices.serving.kserve.io -o "


def stack(environment: str) -> list[dict[str, Any]]:
    chosen = compose.compose(Choice(GUIDE, environment, components={"charts": "offline"}, size="small"))
    return copy.deepcopy(render.render(chosen, lambda _: None).manifests)


def controller(version: str) -> dict[str, Any]:
    assert KIND.carried
    path = f"get --raw /apis/apps/v1/deployments?labelSelector={selector(KIND.carried).replace('=', '%3D')}"
    labels = {"app.kubernetes.io/version": version} if version else {}
    about = {"name": "llmisvc-controller-manager", "namespace": "kserve", "labels": labels}
    return {path: json.dumps({"items": [{"metadata": about}]})}


def live(manifests: list[dict[str, Any]], environment: str, changed: dict[str, Any] | None = None) -> Comparison:
    asks = f'go-template={{{{index .metadata.annotations "{STANDS_FOR}"}}}}'
    known = answers(manifests) | {DEFINITION + asks: "<no value>"} | controller("v0.20.0") | (changed or {})
    side = replace(asked(guide=GUIDE), access=lambda: access(known)[0])
    return comparing.stacks(environment, "live:ns", side)


def service_of(manifests: list[dict[str, Any]]) -> dict[str, Any]:
    return one(manifests, made.KIND)


@pytest.mark.parametrize("environment", ["kserve", "kserve-sglang", "kserve-pd", "kserve-sglang-pd"])
def test_a_service_that_was_installed_is_what_is_there(environment: str) -> None:
    assert told(live(stack(environment), environment)) == {}


def test_what_its_controller_made_is_not_compared_a_second_time() -> None:
    """Nor what the controller adds to it by itself."""
    manifests = stack("kserve-sglang-pd")
    theirs = copy.deepcopy(made.objects(manifests, "ns"))
    for each in theirs:
        if each["kind"] == "Deployment":
            each["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "ADDED", "value": "by it"}]
    assert told(live([*manifests, *theirs], "kserve-sglang-pd")) == {}


def test_what_somebody_changed_in_it_is_found() -> None:
    manifests = stack("kserve-sglang")
    spec = service_of(manifests)["spec"]
    spec["replicas"], spec["model"]["uri"] = 5, "hf://Qwen/Qwen3-8B"
    spec["template"]["containers"][0]["args"] += ["--page-size", "32"]
    found = live(manifests, "kserve-sglang")
    assert told(found) == {
        "decode replicas": "2 | 5", "decode model": "Qwen/Qwen3-0.6B | Qwen/Qwen3-8B",
        "decode pageSize": "the engine's default | 32",
    }  # fmt: skip
    words = ("decode.replicas=5", "model.name=Qwen/Qwen3-8B", "decode.pageSize=32")
    assert found.aligns == ("A", tuple(f"--set {word}" for word in words))


@pytest.mark.parametrize(("version", "tag"), [("v0.17.0", "v0.8.0 | v0.4.0"), ("0.20.0", ""), ("v9.9.9", ""), ("", "")])
def test_its_presets_are_those_of_the_controller_that_is_there(version: str, tag: str) -> None:
    """Of one that nobody knows, or that does not say its release, the newest that is known is taken."""
    found = told(live(stack("kserve"), "kserve", controller(version)))
    assert found.get("decode tag", "") == tag


def test_a_controller_that_may_not_be_looked_at_is_taken_for_the_newest() -> None:
    (path,) = controller("")
    assert told(live(stack("kserve"), "kserve", {path: forbidden("list", "deployments")})) == {}


def test_another_way_to_the_same_engine_is_compared_by_what_it_does() -> None:
    found = comparing.stacks("inference-scheduling/sglang", f"{GUIDE}/kserve-sglang", asked())
    lines = told(found)
    assert "decode engine" not in lines and "decode started by" not in lines
    assert lines["decode enginePort"] == "8200 | 8000"
    assert lines["decode tag"] == "v0.5.6.post2-runtime | v0.5.14"
    assert not any("proxy.enabled" in align or "versions.picker" in align for align in found.aligns)
    assert not [line for line in found.different if "have no such label" in " ".join(line.matters)]
