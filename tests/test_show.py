"""show: what it draws of a real render, and the state of a cluster on it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.picture.made import NAMESPACE, one
from tests.support.clusters import DEPLOYMENT, GATEWAY, POOL
from tests.support.stacks import parts
from wellit import access, catalogue, lifecycle, paths, picture, plan, report, show
from wellit.access import Access
from wellit.compose import Choice
from wellit.demand import Kind, Object
from wellit.errors import CannotAnswer
from wellit.findings import Report
from wellit.live import Live, Part, PodState
from wellit.picture import Node, svg
from wellit.picture.layout import lay_out
from wellit.sandbox import Sandbox

ROUTE = Kind("gateway.networking.k8s.io/v1", "HTTPRoute")
CELLS = [
    (guide, env) for guide in catalogue.guide_names() for env in catalogue.guide_source(guide).data["environments"]
]


def offline(guide: str = "inference-scheduling", env: str = "default", *sets: str) -> Choice:
    return Choice(guide=guide, environment=env, components={"charts": "offline"}, sets=sets)


def nobody() -> Access:
    raise AssertionError("a cluster was asked")


def state(item: Object, **about: Any) -> Node:
    """The node of `item` in a small picture when the cluster has this of it."""
    addresses = about.pop("addresses", {})
    seen = Live((Part(item, **about),), addresses)
    drawn = show.with_state(picture.read(one(), NAMESPACE), seen, "context c")
    kinds = {"Gateway": "gateway", "HTTPRoute": "route", "InferencePool": "pool"}
    kind = "picker" if item.name.endswith("-epp") else kinds.get(item.of.kind, "pods")
    return drawn.node(f"{kind}/{item.name}")


@pytest.mark.parametrize(
    ("item", "about", "good", "words"),
    [
        (Object(GATEWAY, "gate"), {"ready": True, "addresses": {"gate": "10.0.0.1"}}, True,
         "programmed, address 10.0.0.1"),
        (Object(GATEWAY, "gate"), {"ready": True}, True, "programmed, no address yet"),
        (Object(GATEWAY, "gate"), {"there": False}, False, "not there"),
        (Object(GATEWAY, "gate"), {"unread": "list gateways in ns"}, None, "unknown: you may not list gateways in ns"),
        (Object(ROUTE, "route"), {"ready": True}, True, "accepted"),
        (Object(ROUTE, "route"), {"missing": ("Accepted: nothing has said so yet",)}, False,
         "Accepted: nothing has said so yet"),
        (Object(POOL, "pool"), {"ready": True, "simulated": True}, True, "accepted (simulated)"),
        (Object(DEPLOYMENT, "pool-epp"), {"ready": True, "done": 1, "of": 1}, True, "1 of 1 pods ready"),
        (Object(DEPLOYMENT, "decode"), {"ready": True, "done": 2, "of": 2, "simulated": True}, True,
         "2 of 2 pods ready (simulated)"),
        (Object(DEPLOYMENT, "decode"), {"ready": True, "done": 3, "of": 3}, True,
         "3 of 3 pods ready; the files ask for 2"),
        (Object(DEPLOYMENT, "decode"),
         {"done": 1, "of": 2, "pods": (PodState("decode-x", "", False, "pending", "Unschedulable"),)}, False,
         "1 of 2 pods ready; decode-x: Unschedulable"),
    ],
)  # fmt: skip
def test_what_a_cluster_has_stands_on_the_picture(
    item: Object, about: dict[str, Any], good: bool | None, words: str
) -> None:
    found = state(item, **about).state
    assert found and (found.good, found.text) == (good, words)


def test_what_nobody_looked_at_is_unknown() -> None:
    drawn = show.with_state(picture.read(one(), NAMESPACE), Live(()), "context c")
    said = {node.kind: node.state and node.state.words for node in drawn.nodes}
    assert said["client"] is None
    assert said["pool"] == "unknown: nothing accepts a pool that no route leads to"
    assert said["pods"] == "unknown: a Deployment is not looked at"
    assert drawn.about == {"on": "context c"}


@pytest.mark.parametrize(("guide", "env"), CELLS)
def test_every_guide_is_drawn_whole(guide: str, env: str) -> None:
    made, drawn = show.stack(offline(guide, env), print)
    assert drawn and drawn.troubles == []
    assert made.exit_code == 0
    listening = [one for node in drawn.of("pods") for one in node.containers if one.does != "other"]
    if drawn.of("frontend"):  # its workers are asked by it alone
        assert {node.kind for node in drawn.nodes} == {"client", "frontend", "pods"}
        assert listening and all(one.facts["runs as"] for one in listening)
    else:
        assert {node.kind for node in drawn.nodes} == {"client", "gateway", "route", "pool", "picker", "pods"}
        assert listening and all(one.port for one in listening)
    assert all(any(key.startswith("profile ") for key in node.facts) for node in drawn.of("picker"))
    ElementTree.fromstring(svg.render(drawn))
    boxes = list(lay_out(drawn).boxes.values())
    for a, b in itertools.combinations(boxes, 2):
        assert a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y


def test_a_mistake_is_drawn_and_the_answer_is_no(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    wrong = offline("inference-scheduling", "sglang", "values.inferencepool.inferencePool.targetPorts=[{number: 8001}]")
    made, drawn = show.stack(wrong, print)
    assert drawn and drawn.troubles[0].startswith("the pool gaie-inference-scheduling sends to port 8001;")
    assert show.tell(made, drawn, said.append, tree=True) == 1
    assert "broken: the pool gaie-inference-scheduling sends to port 8001;" in capsys.readouterr().out
    assert said[-1] == "invoke validate, with the same flags, says where and what to write"


def test_settings_that_are_wrong_are_not_drawn() -> None:
    made, drawn = show.stack(offline("inference-scheduling", "sglang", "decode.replicas=many"), print, access=nobody)
    assert drawn is None
    assert made.exit_code == 1


@pytest.mark.usefixtures("own_cache")
def test_without_charts_there_is_nothing_to_draw() -> None:
    with pytest.raises(CannotAnswer, match="the stack was not rendered") as caught:
        show.stack(Choice(), print, access=nobody)
    assert "--charts offline" in caught.value.write and "--fetch" in caught.value.write


def test_the_data_is_a_report() -> None:
    made, drawn = show.stack(offline(), print)
    assert drawn
    seen = Live((Part(Object(GATEWAY, drawn.of("gateway")[0].name), ready=True),))
    drawn = show.with_state(drawn, seen, "context c")
    made.summary["picture"] = drawn.data()
    document = json.loads(report.render(made, "json"))
    jsonschema.validate(document, json.loads((paths.ROOT / "schemas" / "report.schema.json").read_text()))
    assert document["summary"]["picture"] == json.loads(json.dumps(drawn.data()))


def test_a_drawing_is_an_svg_where_one_can_be_written(tmp_path: Path) -> None:
    drawn = picture.read(one(), NAMESPACE)
    assert show.write(drawn, str(tmp_path / "a.svg")).read_text() == svg.render(drawn)
    for wrong, said in (("a.png", "is not named like"), ("none/a.svg", "cannot be written")):
        with pytest.raises(CannotAnswer, match=said):
            show.write(drawn, str(tmp_path / wrong))


@pytest.mark.parametrize("flags", [{}, {"live": True}, {"context": "c"}, {"sandbox": "s"}, {"kubeconfig": "k"}])
def test_a_cluster_is_asked_only_when_it_is_named(
    flags: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from wellit import options
    from wellit.tasks import files

    asked: list[str] = []

    def opened(*_: Any, access: Callable[[], Access] | None = None, **__: Any) -> Any:
        asked.extend(["it"] if access else [])
        return Report("show"), picture.read(one(), NAMESPACE)

    monkeypatch.setattr(show, "stack", opened)
    given = {key: value for key, (value, _) in (options.STACK_FLAGS | options.CLUSTER_FLAGS | options.FORMAT).items()}
    adapter: Any = files.show_.body
    adapter.__wrapped__(None, **given | {"output": "", "fetch": False} | flags)
    assert bool(asked) is bool(flags)
    assert capsys.readouterr().out.startswith("client\n")


@pytest.fixture
def installed(sandbox: Sandbox) -> Iterator[tuple[Access, str]]:
    """A small stack in a namespace of the sandbox."""
    there, namespace = access.open_access(kubeconfig=str(sandbox.kubeconfig)), "show"
    made, manifests, _ = parts(namespace)
    lifecycle.install(plan.prepare(made, manifests, there), there, print, lambda _: None, timeout=180)
    yield there, namespace
    lifecycle.uninstall(lifecycle.recorded(there, namespace), there, print, lambda _: None)


def test_the_state_of_a_real_cluster(installed: tuple[Access, str]) -> None:
    there, namespace = installed
    choice = Choice(environment="sglang", namespace=namespace, components={"charts": "offline"}, size="small")

    def states(choice: Choice) -> dict[str, str]:
        _, drawn = show.stack(choice, print, access=lambda: there)
        assert drawn
        return {node.kind: node.state.text for node in drawn.nodes if node.state}

    said = states(choice)
    assert said["gateway"].startswith("programmed, address ") and said["gateway"].endswith("(simulated)")
    assert said["route"] == said["pool"] == "accepted (simulated)"
    assert said["picker"] == "1 of 1 pods ready (simulated)"
    assert said["pods"] == "2 of 2 pods ready (simulated)"
    # Another stack than the one that is there.
    other = Choice(environment="sglang", namespace="nothing-here", components={"charts": "offline"}, size="small")
    assert set(states(other).values()) == {"not there"}
