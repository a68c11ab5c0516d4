"""Installing what a gateway needs: what is fetched first, what is refused, what is said half way. See also _real."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.clusters import FakeRunner, access, failed
from tests.support.stacks import stack
from tests.test_prerequisites import BASE, GAIE, GAMMA, ISTIO, defined, seen
from wellit import charts, compose, prepare, prerequisites, provide, tools
from wellit.access import Access, Missing
from wellit.compose import Choice
from wellit.errors import CannotAnswer, Interrupted, Refused
from wellit.helm import Helm
from wellit.prerequisites import Charted, Judged, Seen
from wellit.process import Done

NOTHING: dict[str, Any] = {"definitions": {}, "releases": {}, "gateway_class": Missing()}
MADE = "customresourcedefinition.apiextensions.k8s.io/x serverside-applied\n"
DEFINITION = "{kind: CustomResourceDefinition, apiVersion: apiextensions.k8s.io/v1, metadata: {name: %s}}\n"


class Cluster(FakeRunner):
    """Answers what provide says to kubectl and helm; keeps what was applied, and puts a pulled chart where it goes."""

    applied = ""

    def __call__(self, argv: Sequence[str | Path], **_: Any) -> Done:
        words = [str(word) for word in argv]
        if words[1] == "pull" and "pull" not in self.known:
            (Path(words[-1]) / "chart.tgz").write_text("a chart")
        short = [word for word in words[1:] if not word.startswith(("--context", "--request"))]
        verb = next(word for word in short if word in ("apply", "wait", "pull", "upgrade"))
        self.asked.append(" ".join(short).removeprefix("c "))
        if verb == "apply" and Path(words[-1]).is_file():
            self.applied = Path(words[-1]).read_text()
        answer = self.known.get(verb, Done((), 0, MADE, ""))
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Done)
        return answer


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two definitions of each API, as a module has them."""

    def made(module: str, *_: Any, version: str) -> list[Path]:
        names = next(s.about["definitions"] for s in (GAMMA, GAIE) if s.about["module"] == module)
        found = tmp_path / f"{module.rpartition('/')[2]}-{version}.yaml"
        found.write_text("---\n".join(DEFINITION % name for name in names))
        return [found]

    monkeypatch.setattr(tools, "module_files", made)


def run(judged: Sequence[Judged], **answers: Any) -> tuple[list[str], Cluster]:
    runner = Cluster(answers)
    here = Access(Path("kubectl"), "c", "https://c", run=runner)
    return provide.provide(judged, here, Helm(here, {"helm": Path("helm")}), lambda _: None), runner


def everything() -> tuple[Judged, ...]:
    return prerequisites.judge(ISTIO, seen(**NOTHING), "istio")


def test_everything_is_fetched_before_anything_is_written() -> None:
    done, runner = run(everything())
    assert [asked.split()[0] for asked in runner.asked] == ["pull"] * 2 + ["apply", "wait"] * 2 + ["upgrade"] * 2
    assert done == [
        "Gateway API v1.4.0",
        "Gateway API inference extension v1.4.0",
        "istio-base 1.29.1",
        "istiod 1.29.1",
    ]
    assert runner.asked[-1].startswith("upgrade --install istiod ") and "/chart.tgz --namespace" in runner.asked[-1]


def test_a_step_that_is_so_already_is_passed_over() -> None:
    done, runner = run(prerequisites.judge(ISTIO, seen(), "istio"))
    assert done == [] and runner.asked == []


def test_only_definitions_that_are_missing_or_older_are_applied() -> None:
    there = defined()
    del there["httproutes.gateway.networking.k8s.io"]
    _, runner = run(prerequisites.judge([GAMMA], seen(definitions=there), "istio"))
    assert runner.applied.count("metadata") == 1 and "httproutes" in runner.applied


def test_another_release_comes_from_its_address() -> None:
    other = prerequisites.Definitions(GAIE.about, "v1.4.0-rc.3")
    _, runner = run(prerequisites.judge([other], seen(**NOTHING), "istio"))
    assert "/releases/download/v1.4.0-rc.3/manifests.yaml" in runner.asked[0]
    unsaid = dict.fromkeys(["inferencepools.inference.networking.k8s.io"], prerequisites.Defined())
    with pytest.raises(CannotAnswer, match="not one whose definitions wellit knows") as told:
        run(prerequisites.judge([other], seen(definitions=unsaid), "istio"))
    assert "nothing was changed" in told.value.why


def test_a_chart_that_cannot_be_fetched_changes_nothing() -> None:
    with pytest.raises(CannotAnswer, match=r"cannot fetch the chart base 1.29.1: .*no such host") as told:
        run(everything(), pull=failed("Error: dial tcp: lookup istio-release: no such host"))
    assert "nothing was changed" in told.value.why and "istio-release.storage.googleapis.com" in told.value.why


def test_a_chart_of_another_digest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chart.tgz").write_text("a chart")
    good = Charted(BASE.about, "1.29.1", charts.digest(tmp_path / "chart.tgz"), BASE.brings)
    run(prerequisites.judge([good], seen(**NOTHING), "istio"))
    other = Charted(BASE.about, "1.29.1", f"sha256:{'0' * 64}", BASE.brings)
    with pytest.raises(CannotAnswer, match="not the one that is pinned") as told:
        run(prerequisites.judge([other], seen(**NOTHING), "istio"))
    assert "versions.providerDigests.istio-base" in told.value.write


def test_a_refusal_half_way_says_what_was_done_and_how_to_go_on() -> None:
    denied = "Error: UPGRADE FAILED: clusterroles is forbidden: denied"
    with pytest.raises(Refused, match="refuses: clusterroles is forbidden") as told:
        run(everything(), upgrade=failed(denied))
    assert "done before it: Gateway API v1.4.0, Gateway API inference extension v1.4.0" in told.value.why
    assert "the same command again goes on from here" in told.value.write and told.value.code == 1


def test_an_address_that_is_not_there_is_no_success() -> None:
    """llm-d issue 2343: a 404 behind `|| true`."""
    other = prerequisites.Definitions(GAIE.about, "v9.9.9")
    with pytest.raises(Refused, match=r"unable to read URL .* 404") as told:
        run(
            prerequisites.judge([other], seen(**NOTHING), "istio"),
            apply=failed('error: unable to read URL "https://x", server reported 404 Not Found, status code=404'),
        )
    assert "done before it: nothing" in told.value.why


def test_definitions_that_somebody_else_keeps_are_not_taken_over() -> None:
    conflict = failed(
        'error: Apply failed with 1 conflict: conflict with "helm": .spec.versions\nSee https://k8s.io/#conflicts'
    )
    with pytest.raises(Refused) as told:
        run(prerequisites.judge([GAMMA], seen(definitions=defined("v1.3.0")), "istio"), apply=conflict)
    assert "--force-conflicts" in told.value.write


def test_a_mistake_in_the_settings_comes_first() -> None:
    here, runner = access()
    wrong = compose.compose(Choice(sets=("versions.istio=newest",)))
    report = prepare.prepare(wrong, here, print, print, apply=True)
    assert report.exit_code == 1 and "versions.istio" in report.findings[0].message and runner.asked == []


def test_ctrl_c_says_what_was_done() -> None:
    with pytest.raises(Interrupted) as told:
        run(everything(), upgrade=KeyboardInterrupt())
    assert told.value.message.endswith("done: Gateway API v1.4.0, Gateway API inference extension v1.4.0")


def test_nothing_is_asked_without_apply_and_nothing_is_done_after_a_no() -> None:
    here, runner = access()
    shown = Seen("context c (https://c)", "--context c")
    said: list[str] = []

    def no(_: str) -> None:
        raise Refused("the answer was no; nothing was changed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prerequisites, "look", lambda *_: shown)
        patch.setattr(tools, "ensure", lambda *_: {})
        report = prepare.prepare(stack(), here, said.append, no, apply=False)
        assert report.exit_code == 1 and said == [] and "--apply" in str(report.summary["result"])
        with pytest.raises(Refused, match="the answer was no"):
            prepare.prepare(stack(), here, said.append, no, apply=True)
    assert (
        "  make     istiod 1.29.1 in istio-system: it is not there\n           helm --kube-context c upgrade" in said[0]
    )
    assert runner.asked == []
