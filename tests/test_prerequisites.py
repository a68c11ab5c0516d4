"""What a gateway needs before a stack: the steps from the data, and what a look makes of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.clusters import access, forbidden
from tests.support.stacks import stack
from tests.support.trains import TRAINS
from wellit import catalogue, compose, paths, prerequisites, publishers, schema, source, tools
from wellit.access import Missing, Unread
from wellit.compose import Choice
from wellit.errors import CannotAnswer
from wellit.helm import Helm
from wellit.prerequisites import Charted, Defined, Definitions, Installed, Judged, Seen, Step, TurnedOn

ISTIO = prerequisites.steps(stack())
GAMMA, GAIE = (step for step in ISTIO if isinstance(step, Definitions))
BASE, ISTIOD = (step for step in ISTIO if isinstance(step, Charted))
FLAG = {"pilot": {"env": {"ENABLE_GATEWAY_API_INFERENCE_EXTENSION": "true"}}}
RUNNING: dict[str, Installed | Missing | Unread] = {
    "istio-base": Installed("deployed", "1.29.1"), "istiod": Installed("deployed", "1.29.1", FLAG)
}  # fmt: skip


def defined(gateway_api: str = "v1.4.0", extension: str = "v1.4.0") -> dict[str, Defined]:
    return {name: Defined(gateway_api) for name in GAMMA.about["definitions"]} | {
        name: Defined(extension) for name in GAIE.about["definitions"]
    }


def seen(**about: Any) -> Seen:
    """A cluster that has everything, with fields of the look replaced."""
    whole = Seen("context c (https://c)", "--context c", defined(), RUNNING, gateway_class=True)
    return replace(whole, **about)


def judged(step: Step, **about: Any) -> Judged:
    return prerequisites.judge([step], seen(**about), "istio")[0]


def test_istio_needs_definitions_and_then_its_two_charts() -> None:
    assert [step.title for step in ISTIO] == [
        "the definitions of Gateway API v1.4.0 are there",
        "the definitions of Gateway API inference extension v1.4.0 are there",
        "istio-base 1.29.1 is installed in istio-system",
        "istiod 1.29.1 is installed in istio-system",
    ]


def test_without_a_gateway_only_the_pools_definitions_are_needed() -> None:
    assert [step.title for step in prerequisites.steps(stack(gateway="none"))] == [GAIE.title]


@pytest.mark.parametrize("train", TRAINS)
@pytest.mark.parametrize("gateway", catalogue.component_names("gateway"))
def test_every_gateway_goes_with_a_train_or_says_that_it_does_not(gateway: str, train: str) -> None:
    made = compose.compose(Choice(components={"gateway": gateway, "versions": train}))
    try:
        steps = prerequisites.steps(made)
    except CannotAnswer as refused:
        assert f"the train {train} does not go with" in refused.message
        assert refused.where.startswith(f"environments/versions/{train}.yaml:") and "--versions llm-d-" in refused.write
        return
    for step in steps:
        if isinstance(step, Definitions):  # so that they can be applied one by one, and without a network
            assert tools.publishes(step.about["module"], step.version)
        elif isinstance(step, Charted):
            assert step.version in publishers.upgrade_command(step.about, step.version, "")


def test_a_gateway_of_another_train_is_refused_with_the_place() -> None:
    made = compose.compose(Choice(components={"versions": "llm-d-0.4"}, sets=("versions.istio=null",)))
    with pytest.raises(CannotAnswer) as told:
        prerequisites.steps(made)
    assert told.value.message == "the train llm-d-0.4 does not go with Istio" and told.value.where.startswith("--set")
    assert told.value.write == "--versions llm-d-0.4, or --versions llm-d-0.6, or --gateway NAME for another gateway"


def test_istiods_flag_is_a_string_in_the_data_and_in_the_command() -> None:
    """llm-d issue 311: a truth value where Istio wants a string."""
    data = source.load(paths.ENVIRONMENTS / "gateways" / "istio.yaml").data["gateway"]
    values = data["prerequisites"][-1]["chart"]["values"]
    assert values["pilot"]["env"]["ENABLE_GATEWAY_API_INFERENCE_EXTENSION"] == "true"
    assert publishers.upgrade_command(ISTIOD.about, "1.29.1", "--context c") == (
        "helm --kube-context c upgrade --install istiod istiod "
        "--repo https://istio-release.storage.googleapis.com/charts --version 1.29.1 "
        "--namespace istio-system --create-namespace --wait "
        "--set-string pilot.env.ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true"
    )


def test_a_chart_of_an_oci_registry_and_values_that_are_no_strings() -> None:
    chart = {"release": "a", "name": "agw", "from": "oci://r/charts", "namespace": "ns",
             "values": {"on": True, "a.b": "c,d"}}  # fmt: skip
    words = publishers.upgrade_words(chart, publishers.source_words(chart, "v1.0.0"), there=True)
    assert words[2:6] == ["a", "oci://r/charts/agw", "--version", "v1.0.0"]
    assert words[-5:] == ["--reset-then-reuse-values", "--set", "on=true", "--set-string", "a\\.b=c\\,d"]


def test_preflight_and_prerequisites_say_the_same_command() -> None:
    values = stack().values
    missing = judged(GAIE, definitions={})
    assert missing.check.fix == publishers.fix("inference.networking.k8s.io", values, "--context c")
    base = judged(BASE, definitions={}, releases={}, gateway_class=Missing())
    said = publishers.fix("networking.istio.io", values, "--context c")
    assert said == f"--gateway none, or: {base.check.fix}" and "--version 1.29.1" in said


def test_who_brings_a_definition_of_another_gateways_provider() -> None:
    values = stack(gateway="agentgateway").values
    said = publishers.fix("agentgateway.dev", values, "--context c")
    assert said.startswith("--gateway none, or: helm --kube-context c upgrade --install agentgateway-crds oci://")
    untold = values | {"versions": values["versions"] | {"agentgateway": None}}
    assert publishers.fix("agentgateway.dev", untold, "") == "", "no command without a version"
    gke = publishers.fix("networking.gke.io", stack(gateway="gke").values, "")
    assert gke == "invoke prerequisites, with the same flags, shows what GKE needs; or --gateway none"
    assert publishers.fix("networking.gke.io", values, "") == "", "another gateway's"


def test_what_is_there_already_is_left() -> None:
    assert [one.check.status for one in prerequisites.judge(ISTIO, seen(), "istio")] == ["pass"] * 4
    assert prerequisites.gateway_class([], seen(), "istio").status == "pass"


def test_missing_and_older_definitions_are_brought() -> None:
    one = judged(GAMMA, definitions=defined("v1.3.0"))
    assert (
        one.todo
        and one.check.status == "fail"
        and "older: gateways.gateway" in one.check.detail.replace("gatewayclasses.gateway", "gateways.gateway")
    )
    there = defined()
    del there["httproutes.gateway.networking.k8s.io"]
    one = judged(GAMMA, definitions=there)
    assert one.todo and one.check.detail == "not there: httproutes.gateway.networking.k8s.io"
    assert "gateways.gateway.networking.k8s.io" in one.keep and "httproutes.gateway.networking.k8s.io" not in one.keep
    assert one.check.fix == (
        "kubectl --context c apply --server-side -f "
        "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.0/standard-install.yaml"
    )
    assert judged(GAMMA, definitions={}).check.detail == "none of them is"


def test_a_newer_definition_is_never_replaced_by_an_older() -> None:
    one = judged(GAMMA, definitions=defined("v1.5.1"))
    assert not one.todo and one.check.status == "warn"
    assert "never replaced by an older" in one.check.detail and "istio/istio#59443" in one.check.detail
    assert judged(GAIE, definitions=defined(extension="v1.5.0")).check.status == "pass"
    some = defined("v1.5.1")
    del some["httproutes.gateway.networking.k8s.io"]
    one = judged(GAMMA, definitions=some)
    assert not one.todo and one.check.status == "fail" and "download/v1.5.1/" in one.check.fix


def test_a_candidate_is_older_than_its_release() -> None:
    assert judged(GAIE, definitions=defined(extension="v1.4.0-rc.3")).todo


def test_definitions_that_do_not_say_their_release_are_left() -> None:
    one = judged(GAIE, definitions=defined(extension=""))
    assert not one.todo and one.check.status == "warn" and "do not say of which release" in one.check.detail


def test_definitions_that_a_cloud_keeps_are_only_added_to() -> None:
    kept = replace(GAIE, managed=True)
    assert judged(kept, definitions=defined(extension="v1.3.0")).check.status == "warn"
    some = defined(extension="v1.3.0")
    del some["inferenceobjectives.inference.networking.x-k8s.io"]
    one = judged(kept, definitions=some)
    assert one.todo and one.guarded and "inferencepools.inference.networking.k8s.io" in one.keep


def test_what_cannot_be_read_is_unknown() -> None:
    unread = Unread("list customresourcedefinitions")
    assert judged(GAMMA, definitions=unread).check.status == "unknown"
    nothing: dict[str, Any] = {"releases": {}, "gateway_class": Missing()}
    assert judged(BASE, definitions=unread, **nothing).check.status == "unknown"
    one = judged(ISTIOD, releases={"istiod": Unread("list secrets in istio-system")})
    assert one.check.status == "unknown" and "list secrets in istio-system" in one.check.detail
    assert judged(ISTIOD, releases={}, gateway_class=Unread("get gatewayclasses")).check.status == "unknown"
    found = prerequisites.gateway_class([], seen(gateway_class=Unread("get gatewayclasses")), "istio")
    assert found.status == "unknown"


def test_a_provider_that_is_not_there_is_installed() -> None:
    about: dict[str, Any] = {"definitions": {}, "releases": {}, "gateway_class": Missing()}
    one = judged(ISTIOD, **about)
    assert one.todo and one.check.detail == "it is not there" and "--set-string" in one.check.fix
    assert prerequisites.gateway_class([one], seen(**about), "istio").detail == "it comes with istiod"
    assert prerequisites.gateway_class([], seen(**about), "istio").status == "fail"


@pytest.mark.parametrize(
    ("found", "detail", "command"),
    [
        (Installed("deployed", "1.28.0", FLAG), "it is 1.28.0, older", "--version 1.29.1"),
        (Installed("deployed", "1.29.1"), "without pilot.env.ENABLE_GATEWAY_API_INF", "--version 1.29.1"),
        (Installed("failed", "1.29.1", FLAG), "helm says that it is failed", "--version 1.29.1"),
        (Installed("deployed", "1.30.0"), "without pilot.env.", "--version 1.30.0"),  # never back
    ],
)  # fmt: skip
def test_a_provider_that_is_older_or_lacks_its_flag_is_changed(found: Installed, detail: str, command: str) -> None:
    one = judged(ISTIOD, releases={"istiod": found})
    assert one.todo and detail in one.check.detail and command in one.check.fix
    assert "--reset-then-reuse-values" in one.check.fix


def test_a_newer_provider_stays() -> None:
    one = judged(ISTIOD, releases={"istiod": Installed("deployed", "1.30.0", FLAG)})
    assert not one.todo and one.check.detail == "it is 1.30.0, newer than the train's: kept"


def test_a_pending_release_is_left_to_who_is_at_work_on_it() -> None:
    one = judged(ISTIOD, releases={"istiod": Installed("pending-upgrade", "1.29.1", FLAG)})
    assert not one.todo and one.check.status == "fail" and "helm --kube-context c history istiod" in one.check.fix


def test_a_provider_that_came_in_another_way_is_left_alone() -> None:
    one = judged(ISTIOD, releases={})
    assert not one.todo and one.check.status == "warn"
    assert "see that it was installed with pilot.env.ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true" in one.check.detail


def test_definitions_of_another_release_are_not_overwritten() -> None:
    """kgateway's chart has older definitions of the very kinds that agentgateway's has."""
    there = defined() | {"virtualservices.networking.istio.io": Defined(made_by="other-base")}
    one = judged(BASE, definitions=there, releases={})
    assert not one.todo and one.check.status == "warn"
    assert one.check.detail.endswith("are there already, from release other-base: left alone")


def test_in_a_sandbox_no_chart_is_fetched() -> None:
    one = judged(ISTIOD, releases={}, gateway_class=Missing(), sandbox=True)
    assert not one.todo and one.check.status == "skip" and "no chart is fetched" in one.check.detail
    assert prerequisites.gateway_class([], seen(gateway_class=Missing(), sandbox=True), "x").status == "skip"


def test_what_a_cloud_turns_on_is_said_with_its_command() -> None:
    about = {"what": "x", "command": "gcloud y", "seen": "class", "reference": "https://z"}
    assert judged(TurnedOn(about)).check.status == "pass"
    one = judged(TurnedOn(about), gateway_class=Missing())
    assert not one.todo and one.check.status == "fail" and one.check.fix == "gcloud y"
    assert judged(TurnedOn(about | {"seen": None})).check.status == "skip"


ROWS = """
gateways.gateway.networking.k8s.io gateway.networking.k8s.io/bundle-version=v1.4.0
virtualservices.networking.istio.io meta.helm.sh/release-name=istio-base
inferencepools.inference.networking.k8s.io inference.networking.k8s.io/bundle-version=v1.4.0
plain.example.org
""".strip()
LABELS = "x helm.sh/release.v1 1 6s modifiedAt=1,name=istiod,owner=helm,status=deployed,version=1\n"
CLASS = "get --raw /apis/gateway.networking.k8s.io/v1/gatewayclasses/istio"
HELM_LIST = "list -n istio-system -o json"
SECRETS = "get secrets -n istio-system -l owner=helm --show-labels --no-headers"


def looked(**answers: Any) -> Seen:
    here, runner = access()
    first = next(iter(_definitions_call()))
    runner.known = {
        first: ROWS, SECRETS: LABELS, CLASS: '{"status": {"conditions": [{"type": "Accepted", "status": "True"}]}}',
        HELM_LIST: '[{"name": "istiod", "chart": "istiod-1.29.1"}]',
        "get values istiod -n istio-system -o json": '{"pilot": {"env": {"A": "true"}}}',
    } | {first if key == "definitions" else key: answer for key, answer in answers.items()}  # fmt: skip
    return prerequisites.look(here, ISTIO, "istio", Helm(here, {"helm": paths.ROOT / "helm"}))


def _definitions_call() -> list[str]:
    here, runner = access()
    with pytest.raises(AssertionError, match="not told of"):
        prerequisites.look(here, [GAIE, GAMMA], "", Helm(here, {}))
    return runner.asked


def test_a_look_reads_definitions_releases_and_the_class() -> None:
    found = looked()
    assert isinstance(found.definitions, dict)
    assert found.definitions["gateways.gateway.networking.k8s.io"] == Defined("v1.4.0")
    assert found.definitions["virtualservices.networking.istio.io"] == Defined("", "istio-base")
    assert found.definitions["plain.example.org"] == Defined()
    assert found.releases["istiod"] == Installed("deployed", "1.29.1", {"pilot": {"env": {"A": "true"}}})
    assert found.releases["istio-base"] == Missing() and found.gateway_class is True


def test_a_look_that_is_denied_says_what() -> None:
    denied = forbidden("list", "customresourcedefinitions")
    found = looked(definitions=denied, **{SECRETS: forbidden("list", "secrets")})
    assert found.definitions == Unread("list customresourcedefinitions")
    assert found.releases["istiod"] == Unread("list secrets")


STEPS = """
gateway:
  prerequisites:
  - chart: {release: a, name: old, from: "oci://r/c", version: versions.kgateway, namespace: ns, brings: [], values: {},
            trains: [llm-d-0.4]}
  - chart: {release: a, name: new, from: "oci://r/c", version: versions.kgateway, namespace: ns, brings: [], values: {},
            trains: [llm-d-0.6], class: agentgateway}
"""
BY_TRAIN = [("llm-d-0.4", "old", "istio"), ("llm-d-0.6", "new", "agentgateway")]


@pytest.mark.parametrize(("train", "chart", "name"), BY_TRAIN)
def test_a_provider_may_differ_from_train_to_train(tmp_path: Path, train: str, chart: str, name: str) -> None:
    (tmp_path / "steps.yaml").write_text(STEPS)
    made = compose.compose(Choice(components={"versions": train}, files=(str(tmp_path / "steps.yaml"),)))
    assert schema.check_stack(made) == []
    steps = prerequisites.steps(made)
    assert [step.about["name"] for step in steps] == [chart] and prerequisites.class_of(made, steps) == name
