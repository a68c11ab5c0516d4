from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.clusters import access, failed
from wellit.cluster import HelmRelease
from wellit.errors import Refused
from wellit.helm import Helm, in_the_way, mended, progress_of, reason
from wellit.process import Done


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("Upgrading release=ms-x, chart=../c, namespace=ns", ("ms-x", False, "applying")),
        ('Release "ms-x" does not exist. Installing it now.', ("ms-x", False, "applying")),
        (
            "ms-x\tns     \t3      \t2026-11-21 04:09:00.7 +0000 UTC\tdeployed\tc-0.1.0",
            ("ms-x", True, "applied, revision 3"),
        ),
        ("STATUS: deployed", None),
        ("Listing releases matching ^ms-x$", None),
    ],
)
def test_what_helmfile_says_of_its_progress(line: str, row: tuple[str, bool, str] | None) -> None:
    assert progress_of(line) == row


FAILED = """Upgrading release=ms-x, chart=../c, namespace=ns
FAILED RELEASES:
NAME   NAMESPACE   CHART   VERSION   DURATION
in ./helmfile.yaml.gotmpl: failed processing release ms-x: command "/bin/helm" exited with non-zero status:
ERROR:
  exit status 1
STDERR:
  Error: UPGRADE FAILED: admission webhook "no.example.org" denied the request: not today
COMBINED OUTPUT:
  Error: UPGRADE FAILED: admission webhook "no.example.org" denied the request: not today
"""


def test_the_reason_without_the_wrapping() -> None:
    assert reason(failed(FAILED)) == "the webhook no.example.org refuses it: not today"


def test_a_failure_without_a_word() -> None:
    silent = 'Error: Internal error occurred: failed calling webhook "w.example.org": Post "https://w": refused'
    assert reason(failed(silent)) == (
        'the webhook w.example.org, which must be asked, does not answer: Post "https://w": refused'
    )
    assert reason(failed("")) == "no reason given"


def test_a_release_that_helm_neither_finds_nor_makes() -> None:
    said = mended("release: already exists", "ns", "--context c")
    assert "labels" in said and "kubectl --context c get secrets -n ns --field-selector type=helm.sh/release.v1" in said
    assert mended("denied: not today", "ns", "--context c") == ""


def of(known: dict[str, str | Done]) -> Helm:
    here, _ = access(known)
    return Helm(here, {"helm": Path("helm")})


@pytest.mark.parametrize(
    ("status", "revision", "command"),
    [
        ("pending-install", 1, "uninstall r -n ns --ignore-not-found"),
        ("uninstalling", 4, "uninstall r -n ns --wait --ignore-not-found --keep-history --timeout 300s"),
        ("pending-upgrade", 4, "rollback r -n ns --server-side=true --force-conflicts --history-max=100"),
        ("pending-rollback", 4, "rollback r -n ns --server-side=true --force-conflicts --history-max=100"),
    ],
)
def test_how_a_pending_release_is_mended(status: str, revision: int, command: str) -> None:
    assert of({command: "done"}).mend(HelmRelease("r", status, revision), "ns").ok


def test_releases_go_in_the_order_given_and_are_waited_for() -> None:
    command = "uninstall b a -n ns --wait --ignore-not-found --timeout 300s"
    assert of({command: ""}).uninstall(["b", "a"], "ns").ok


def test_somebody_elses_fresh_operation_is_not_disturbed() -> None:
    fresh = HelmRelease("ms-x", "pending-upgrade", 2, time.time() - 20)
    with pytest.raises(Refused, match=r"ms-x is pending-upgrade since 2\d s: somebody is at work on it"):
        in_the_way([fresh], False, "ns", "--context c")


def test_ours_and_old_ones_may_be_mended() -> None:
    in_the_way([HelmRelease("ms-x", "pending-upgrade", 2, time.time() - 20)], True, "ns", "")
    in_the_way([HelmRelease("ms-x", "pending-upgrade", 2, time.time() - 3600)], False, "ns", "")
