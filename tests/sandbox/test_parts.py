"""What a sandbox has only when it is asked for: nothing of it is built or fetched before."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import own_name
from wellit import sandbox as sandboxes
from wellit import tools
from wellit.errors import CannotAnswer
from wellit.options import CLUSTER_FLAGS, STACK_FLAGS
from wellit.sandbox import parts, ports
from wellit.tasks import change
from wellit.tools.pins import pin


def asked_for(monkeypatch: pytest.MonkeyPatch, name: str, besides: list[str]) -> list[str]:
    """The programs that `up` wants to have before anything else."""
    wanted = list[str]()

    def ensure(names: Iterable[str], *_: object) -> dict[str, Path]:
        wanted.extend(names)
        raise CannotAnswer("no further")

    monkeypatch.setattr(tools, "ensure", ensure)
    with pytest.raises(CannotAnswer, match="no further"):
        sandboxes.up(name, say=print, ready="simulated", besides=besides)
    return wanted


def test_the_controller_is_built_only_for_a_sandbox_that_is_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    name = own_name("-none")
    without = asked_for(monkeypatch, name, [])
    assert asked_for(monkeypatch, name, ["kserve"]) == [*without, "llmisvc"]
    assert "llmisvc" not in without


def test_its_definitions_are_fetched_only_then() -> None:
    assert not {"github.com/kserve/kserve", "sigs.k8s.io/lws"} & set(tools.published())


def test_a_part_that_is_not_known_is_refused() -> None:
    with pytest.raises(CannotAnswer, match='unknown part of a sandbox "kserv"') as raised:
        sandboxes.up(own_name("-none"), say=print, ready="simulated", besides=["kserv"])
    assert raised.value.write == 'did you mean "kserve"? known: kserve'
    assert sandboxes.status(own_name("-none")) is None


def test_it_cannot_be_added_where_there_is_no_sandbox() -> None:
    name = own_name("-none")
    with pytest.raises(CannotAnswer, match=f"there is no sandbox {name}") as raised:
        sandboxes.add(name, ["kserve"], say=print)
    assert raised.value.write == f"invoke sandbox.up --with kserve --name {name}"


def test_one_more_port_is_none_of_those_that_a_new_sandbox_takes() -> None:
    own = set(ports.choose({}).values())
    more = ports.besides(())
    assert more not in own and ports.besides({more}) not in {more, *own}
    assert ports.besides((), more) == more


@pytest.mark.parametrize(("guide", "brought"), [("llm-inference-service", True), ("inference-scheduling", False)])
def test_install_brings_what_the_way_needs(monkeypatch: pytest.MonkeyPatch, guide: str, brought: bool) -> None:
    asked = list[tuple[str, list[str]]]()
    monkeypatch.setattr(sandboxes, "add", lambda name, names, **_: asked.append((name, names)))
    unsaid = {key: default for key, (default, _help) in (STACK_FLAGS | CLUSTER_FLAGS).items()}
    name = own_name("-none")
    with pytest.raises(CannotAnswer, match=f"there is no sandbox {name}"):
        change.put(timeout=1, **unsaid | {"guide": guide, "charts": "offline", "sandbox": name, "yes": True})
    assert asked == ([(name, ["kserve"])] if brought else [])


def test_the_screen_says_what_is_real_and_what_is_not() -> None:
    there = sandboxes.Sandbox("some", ports={"kube-apiserver": 1, "kserve-webhooks": 16446}, parts={"kserve": "x"})
    said = sandboxes.describe(there)
    assert f"  kserve     {pin('llmisvc').version}: its controller, its webhooks and its presets are upstream's" in said
    assert "no cert-manager, no LeaderWorkerSet controller, no model is downloaded" in said
    assert "16446 on every interface" in said
    assert parts.problem(there).startswith("KServe")
