"""How a picture looks: as a tree, as a drawing, as data."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.golden import expect
from tests.picture.made import NAMESPACE, STACKS, gateway, one, picker, pool, route, rule, servers
from wellit import picture
from wellit.picture import Edge, Picture, State, svg, tree
from wellit.picture.boxes import CHAR, Box, broken
from wellit.picture.layout import lay_out
from wellit.report.style import Style


def drawn(name: str) -> Picture:
    return picture.read(STACKS[name](), NAMESPACE, {"guide": name})


def live(made: Picture) -> Picture:
    """With a state of each sort."""
    states = {
        "gateway/gate": State("programmed, address 10.0.0.1", True, True),
        "route/route": State("Accepted: nothing has said so yet", False),
        "pool/pool": State("unknown: you may not list inferencepools"),
        "picker/pool-epp": State("not there", False),
        "pods/decode": State("1 of 2 pods ready; decode-x: Unschedulable: 0/4 nodes have room", False),
    }
    return replace(made, nodes=tuple(replace(node, state=states.get(node.id)) for node in made.nodes))


def told(made: Picture) -> Picture:
    """With KV events, and more to say than fits one line."""
    arrow = Edge("pods/decode", "picker/pool-epp", "tells", ("KV events", "port 5557"))
    about = {"guide": "precise-prefix-cache-aware", "namespace": "n" * 63, "on": "context c (https://c.example.org)"}
    return replace(made, edges=(*made.edges, arrow), about=about, notes=("one thing to know",))


PICTURES = {**{name: drawn(name) for name in STACKS}, "live": live(drawn("one")), "told": told(drawn("one"))}


@pytest.mark.parametrize("name", PICTURES)
def test_the_tree(name: str) -> None:
    expect(f"picture/{name}.txt", tree.render(PICTURES[name], Style()))


@pytest.mark.parametrize("name", PICTURES)
def test_the_drawing(name: str) -> None:
    expect(f"picture/{name}.svg", svg.render(PICTURES[name]))


def test_the_data() -> None:
    expect("picture/live.json", json.dumps(PICTURES["live"].data(), indent=2) + "\n")


def test_a_terminal_gets_colour_and_lines_of_its_width() -> None:
    shown = tree.render(drawn("one"), Style(colour=True, width=70))
    plain = re.sub(r"\x1b\[\d+m", "", shown)
    assert shown != plain
    assert max(map(len, plain.splitlines())) <= 70
    assert plain.replace("\n", " ").split()[:3] == ["guide", "one", "client"]


def test_a_screen_without_lines_gets_a_tree_too() -> None:
    assert tree.render(drawn("split"), Style(ascii=True)).isascii()


@pytest.mark.parametrize("name", PICTURES)
def test_a_drawing_is_xml_and_always_the_same(name: str) -> None:
    made = svg.render(PICTURES[name])
    assert ElementTree.fromstring(made).tag == "{http://www.w3.org/2000/svg}svg"
    assert svg.render(PICTURES[name]) == made


def test_what_names_hold_does_not_break_the_drawing() -> None:
    header = {"headers": [{"name": "x", "value": '<script>&"\x07\x1b[31m'}]}
    made = picture.read([gateway(), route(rule(matches=[header])), pool(), *picker(), servers()], NAMESPACE)
    text = svg.render(made)
    assert "<script>" not in text
    assert "".join(ElementTree.fromstring(text).itertext()).count('<script>&"') == 1
    assert "\x1b" not in tree.render(made, Style())


def apart(one: Box, other: Box) -> bool:
    beside = one.right <= other.x or other.right <= one.x
    return beside or one.bottom <= other.y or other.bottom <= one.y


def all_boxes(name: str) -> list[Box]:
    return list(lay_out(PICTURES[name]).boxes.values())


@pytest.mark.parametrize("name", PICTURES)
def test_no_box_lies_on_another(name: str) -> None:
    for one_box, other in itertools.combinations(all_boxes(name), 2):
        assert apart(one_box, other), (one_box.node, other.node)


def with_inner(boxes: list[Box]) -> Iterator[Box]:
    for box in boxes:
        yield box
        yield from box.inside


@pytest.mark.parametrize("name", PICTURES)
def test_every_line_fits_its_box(name: str) -> None:
    for box in with_inner(all_boxes(name)):
        assert all(line.width <= box.width - 2 * 11 for line in box.lines)
        assert all(inner.right < box.right and inner.bottom < box.bottom for inner in box.inside)


@pytest.mark.parametrize("name", PICTURES)
def test_labels_of_one_row_do_not_touch(name: str) -> None:
    layout = lay_out(PICTURES[name])
    spans = []
    for key, lines in layout.labels.items():
        box = layout.boxes[key]
        half = max((line.width for line in lines), default=0) / 2
        spans.append((box.y, box.middle - half, box.middle + half))
    for (row, _, right), (next_row, left, _) in itertools.pairwise(sorted(spans)):
        assert row != next_row or right < left + CHAR


@pytest.mark.parametrize(
    ("text", "lines"),
    [("a name", ["a name"]), ("several words in it", ["several", "words in it"]),
     ("one-long-name-with-signs", ["one-long-", "name-with-", "signs"]), ("x" * 14, ["x" * 12, "xx"]), ("", [])],
)  # fmt: skip
def test_lines_are_broken_at_spaces_then_within_names(text: str, lines: list[str]) -> None:
    assert broken(text, 12) == lines


def test_many_of_everything_stay_apart() -> None:
    """As many pools and pods as nobody has, one pod in all pools."""
    pools = [f"pool-{number}" for number in range(6)]
    made = picture.read(
        [gateway(), route(*map(rule, pools)), *map(pool, pools), *(m for p in pools for m in picker(p)), servers()],
        NAMESPACE,
    )
    boxes = list(lay_out(made).boxes.values())
    assert all(apart(a, b) for a, b in itertools.combinations(boxes, 2))
    assert len(made.troubles) == 6


def test_one_has_no_trouble() -> None:
    assert picture.read(one(), NAMESPACE).troubles == []


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


@pytest.mark.parametrize("odd", [None, "x", 5, ["x"], [None], {"x": "y"}, {}], ids=repr)
def test_nothing_that_stands_in_a_manifest_stops_the_picture(odd: Any) -> None:
    """What a person writes below `values` comes through the charts as it is."""
    for path in [path for path in places(one()) if path and path[-1] not in ("kind", "apiVersion")]:
        changed: Any = copy.deepcopy(one())
        inside = changed
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = odd
        made = picture.read(changed, NAMESPACE)
        tree.render(made, Style())
        svg.render(made)
