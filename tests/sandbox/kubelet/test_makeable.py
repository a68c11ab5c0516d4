"""runAsNonRoot is looked at as the kubelet does before a container starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.sandbox.kubelet.made import container, pod
from wellit.sandbox.box.kubelet.makeable import NotMade, check, refusal
from wellit.sandbox.box.programs import Played, Programs

NON_ROOT = {"runAsNonRoot": True}


@pytest.mark.parametrize(
    ("of_pod", "of_container", "user", "told"),
    [
        ({}, {}, "root", ""),
        ({}, NON_ROOT, "root", 'image will run as root (pod: "p_ns(u-1)", container: c)'),
        (NON_ROOT, {}, "root", "image will run as root"),
        (NON_ROOT, {"runAsNonRoot": False}, "root", ""),
        ({"runAsUser": 1000}, NON_ROOT, "root", ""),
        ({}, {"runAsNonRoot": True, "runAsUser": 0}, "", "container's runAsUser breaks non-root policy"),
        ({}, NON_ROOT, "", ""),  # nobody knows
    ],
)
def test_who_may_run(of_pod: dict[str, object], of_container: dict[str, object], user: str, told: str) -> None:
    made = container(securityContext=of_container)
    said = refusal(pod(made, securityContext=of_pod), made, user)
    assert told in said and bool(said) == bool(told)


def test_an_image_of_sglang_is_root_and_says_so(tmp_path: Path) -> None:
    programs = Programs(tmp_path, Path(sys.executable), Path)
    made = container(image="docker.io/lmsysorg/sglang:v0.5.9", securityContext=NON_ROOT)
    played = programs.play(made["image"])
    assert played
    with pytest.raises(NotMade, match="will run as root") as refused:
        check(pod(made), made, played)
    assert refused.value.reason == "CreateContainerConfigError"
    check(pod(made), container(), played)


def test_a_program_that_is_not_built() -> None:
    played = Played("x", "", ("/x",), {"/x": Path("/nowhere/picker")})
    with pytest.raises(NotMade, match="picker is not built yet: invoke tools") as refused:
        check(pod(), container(), played)
    assert refused.value.reason == "CreateContainerError"
