"""A graph of Dynamo as rules, launch and smoke see it: what each component is started with."""

from __future__ import annotations

import pytest
import yaml

from wellit import source
from wellit.nested import Nested
from wellit.seen.graph import Component, Graph, graphs
from wellit.subject import DYNAMO, Release, Subject


def graph(text: str, version: str = "1.3.1") -> Graph:
    read = source.parse(text, "graph.yaml")
    release = Release("dynamo-sglang", DYNAMO, version, read.data, Nested(read).at)
    return next(graphs(Subject((release,))))


def component(written: dict[str, object], **more: object) -> Component:
    return graph(yaml.safe_dump({"components": {"decode": {"type": "worker", **written}}, **more})).components[0]


@pytest.mark.parametrize(
    ("command", "args"),
    [
        (["python3", "-m", "dynamo.sglang"], ["--page-size", "16"]),
        (["python3"], ["-m", "dynamo.sglang", "--page-size", "16"]),
        (None, ["python3", "-m", "dynamo.sglang", "--page-size", "16"]),
        (["/opt/venv/bin/python", "-u", "-m"], ["dynamo.sglang", "--page-size", "16"]),
        (["sh", "-c"], ["ulimit -n 65536 && exec python3 -m dynamo.sglang --page-size 16 2>&1 | tee /tmp/log"]),
        (["/bin/bash", "-ec", "cd /workspace\npython3 -m dynamo.sglang \\\n  --page-size 16"], None),
    ],
)
def test_the_module_is_found_however_the_words_are_split(command: list[str] | None, args: list[str] | None) -> None:
    found = component({"command": command, "args": args})
    assert found.module == "dynamo.sglang"
    assert [word.text for word in found.arguments] == ["--page-size", "16"]


def test_a_frontend_without_a_word_is_started_by_the_operator() -> None:
    assert component({"type": "frontend"}).module == "dynamo.frontend"
    assert component({"type": "frontend", "args": ["python3", "-m", "mine"]}).module == "mine"
    assert component({}).module == ""


def test_the_first_of_dynamos_own_modules_counts() -> None:
    script = "python3 -m pip install nixl; python3 -m dynamo.sglang --tp 2"
    found = component({"command": ["sh", "-c", script]})
    assert (found.module, found.program) == ("dynamo.sglang", "dynamo-sglang")


def test_numbers_that_are_left_out_are_what_the_operator_takes() -> None:
    found = component({})
    assert (found.replicas, found.nodes, found.gpus, found.role) == (1, 1, 0, "")
    assert component({"replicas": 0}).graph.running == []


def test_variables_of_the_graph_are_in_every_component_and_its_own_win() -> None:
    found = component(
        {"env": [{"name": "HF_TOKEN", "value": "own"}]},
        env=[{"name": "HF_TOKEN", "value": "shared"}, {"name": "GLOO_SOCKET_IFNAME", "value": "eth0"}],
    )
    assert {name: node["value"].text() for name, node in found.environment.items()} == {
        "HF_TOKEN": "own",
        "GLOO_SOCKET_IFNAME": "eth0",
    }


def test_anything_may_stand_anywhere() -> None:
    assert graph("components: [1]").components == []
    odd = component({"command": "python3", "args": {"a": 1}, "image": 3, "env": "x", "replicas": "many"})
    assert (odd.module, odd.image.text, odd.environment, odd.replicas) == ("", "", {}, None)
    assert "list of words" in odd.words.unclear
