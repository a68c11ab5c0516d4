"""What Dynamo's operator needs of a cluster: its charts by release, and one operator for a cluster."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from wellit import compose, prerequisites, publishers
from wellit.access import Missing, Unread
from wellit.carriers import Carrier, Carriers
from wellit.compose import Choice, Stack
from wellit.demand import Kind
from wellit.prerequisites import Charted, Defined, Installed, Judged, Seen

KIND = Kind("nvidia.com/", "DynamoGraphDeployment")
GRAPHS = "dynamographdeployments.nvidia.com"
CHARTS = "https://helm.ngc.nvidia.com/nvidia/ai-dynamo/charts"


@cache
def stack(train: str = "dynamo-1.3", *sets: str) -> Stack:
    return compose.compose(Choice("dynamo-sglang", "agg", "ns", {"versions": train}, "small", sets=sets))


def steps(*args: str) -> list[Charted]:
    return [step for step in prerequisites.steps(stack(*args)) if isinstance(step, Charted)]


def judged(train: str = "dynamo-1.3", **about: Any) -> list[Judged]:
    bare = {"definitions": {}, "releases": {}, "carriers": {KIND: Carriers(())}}
    return list(prerequisites.judge(steps(train), Seen("c", "--context c", **(bare | about)), ""))


@pytest.mark.parametrize(
    ("train", "titles"),
    [
        ("dynamo-0.8", ["dynamo-crds 0.8.1 is installed in default", "dynamo-platform 0.8.1"]),
        ("dynamo-1.1", ["dynamo-platform 1.1.1"]),
        ("dynamo-1.3", ["dynamo-platform 1.3.1"]),
    ],
)  # fmt: skip
def test_the_definitions_have_a_chart_of_their_own_up_to_its_last_release(train: str, titles: list[str]) -> None:
    assert [step.title.removesuffix(" is installed in dynamo-system") for step in steps(train)] == titles
    assert prerequisites.whose(stack(train)) == "NVIDIA Dynamo"
    assert prerequisites.class_of(stack(train), steps(train)) == ""


def test_the_last_release_with_it_and_a_chart_that_is_another_than_its_name_says() -> None:
    assert [step.version for step in steps("dynamo-0.8", "versions.charts.dynamo.version=0.9.1")] == ["0.9.1", "0.9.1"]
    crds, platform = steps("dynamo-0.8", "versions.charts.dynamo.version=0.9.0")
    assert (crds.version, platform.version) == ("0.9.0", "0.9.0-post1")


def test_a_chart_by_its_own_address() -> None:
    (platform,) = steps()
    assert publishers.source_words(platform.about, "1.3.1") == [f"{CHARTS}/dynamo-platform-1.3.1.tgz"]
    assert publishers.upgrade_command(platform.about, "1.3.1", "--context c") == (
        f"helm --kube-context c upgrade --install dynamo-platform {CHARTS}/dynamo-platform-1.3.1.tgz "
        "--namespace dynamo-system --create-namespace --wait"
    )


@pytest.mark.parametrize(
    ("train", "words"),
    [
        ("dynamo-0.8", "it is not there; it brings NATS and etcd as well"),
        ("dynamo-1.1", "it is not there; it brings NATS as well"),
        ("dynamo-1.3", "it is not there; it brings NATS as well"),
    ],
)
def test_what_comes_with_it_is_said(train: str, words: str) -> None:
    platform = judged(train)[-1]
    assert platform.todo and platform.check.detail == words


def test_definitions_of_nvidias_other_operators_are_not_dynamos() -> None:
    """Every cluster with NVIDIA's GPU operator has definitions of the group nvidia.com."""
    crds = judged("dynamo-0.8", definitions={"clusterpolicies.nvidia.com": Defined()})[0]
    assert crds.todo and crds.check.detail == "it is not there"
    crds = judged("dynamo-0.8", definitions={GRAPHS: Defined("", "mine")})[0]
    assert not crds.todo and crds.check.detail == "its 1 definitions are there already, from release mine: left alone"


def test_a_second_operator_is_not_installed() -> None:
    running = Carriers((Carrier("manager", "elsewhere", True, "1.1.1"),))
    platform = judged(carriers={KIND: running})[-1]
    assert not platform.todo and platform.check.status == "warn"
    assert platform.check.detail == "it runs already, and was installed in another way: 1.1.1 in elsewhere: left alone"
    unread = judged(carriers={KIND: Carriers(Unread("list deployments.apps"))})[-1]
    assert (unread.todo, unread.check.status) == (False, "unknown")


def test_definitions_that_an_uninstall_left_keep_no_operator_away() -> None:
    platform = judged(definitions={GRAPHS: Defined()})[-1]
    assert platform.todo and platform.check.status == "fail"


def test_a_release_that_is_there_is_judged_by_its_version() -> None:
    def said(version: str) -> tuple[bool, str, str]:
        releases: dict[str, Installed | Missing | Unread] = {"dynamo-platform": Installed("deployed", version)}
        one = judged(releases=releases)[-1]
        return one.todo, one.check.status, one.check.detail

    assert said("1.3.1") == (False, "pass", "")
    assert said("1.6.1") == (False, "pass", "it is 1.6.1, newer than the train's: kept")
    assert said("1.1.1") == (True, "fail", "it is 1.1.1, older")


def test_in_a_sandbox_no_chart_is_fetched_and_nothing_runs() -> None:
    crds, platform = judged("dynamo-0.8", sandbox=True, carriers={KIND: Carriers(idle="it is not here")})
    assert (crds.check.status, platform.check.status) == ("skip", "skip")
    assert platform.check.detail == (
        "in a sandbox no chart is fetched; it is not here: objects are checked in shape, and nothing runs"
    )
