"""Changes in words, and as data."""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

from wellit.changes import Change, Changes, Field, words
from wellit.changes.judge import NOBODYS
from wellit.demand import Kind, Object
from wellit.findings import Report
from wellit.overrides import STARS
from wellit.planchecks import checks
from wellit.report import changes as coloured
from wellit.report import json as programs
from wellit.report.style import Style
from wellit.schema.walk import document


def item(name: str, kind: str = "ConfigMap") -> Object:
    return Object(Kind("v1", kind), name, "r")


FOUND = Changes((
    Change(item("same"), "unchanged"),
    Change(item("a"), "new", why="nobody was asked"),
    Change(item("b"), "new", why="nobody was asked"),
    Change(
        item("c"), "changed",
        (Field("data.x", "1\n2\n", "1\n3\n"), Field("data.y", None, "n"), Field("z", STARS, STARS)),
        ("it matters",), before={"kind": "ConfigMap", "data": {"x": "1\n2\n"}},
        after={"kind": "ConfigMap", "data": {"x": "1\n3\n"}},
    ),
    Change(item("d", "Service"), "removed", before={"kind": "Service"}),
    Change(item("e"), "unknown", why="you may not patch configmaps"),
), gone=("old",), notes=("what r has now: not looked at",))  # fmt: skip


def test_every_object_has_its_line_and_what_stays_is_counted() -> None:
    assert list(words.lines(words.as_data(FOUND))) == [
        "  removed    Service d (release r)",
        "  changed    ConfigMap c (release r)",
        "             data.x:",
        "               -2",
        "               +3",
        "             data.y: + n",
        "             z: changes; it looks secret and is not shown",
        "             means: it matters",
        "  new        ConfigMap a, ConfigMap b (release r)",
        "  not asked  nobody was asked",
        "  unknown    ConfigMap e (release r)",
        "             you may not patch configmaps",
        "  gone       release old: it is recorded, and not rendered any more",
        "  unchanged  1: 1 ConfigMap",
        "  unknown    what r has now: not looked at",
    ]
    assert words.sentence(FOUND) == "1 removed, 1 changed, 2 new, 1 unknown, 1 unchanged"


def test_a_diff_is_whole() -> None:
    told = "\n".join(words.lines(words.as_data(FOUND, diff=True)))
    assert "-    2\n" in told and "+    3\n" in told and "--- live ConfigMap c" in told
    assert "-kind: Service" in told and "# z changes; it looks secret and is not shown" in told


def test_many_fields_and_long_values_are_cut_and_that_is_said() -> None:
    many = Change(item("c"), "changed", tuple(Field(f"data.{n}", "x" * 100, "y") for n in range(10)))
    told = list(words.lines(words.as_data(Changes((many,)))))
    assert told[-1] == "             and 2 more fields: --diff shows all" and all(len(line) < 120 for line in told)


def verdict(changes: Changes) -> tuple[str, int]:
    report = Report("plan", checks=list(checks(changes, "ns", "")))
    return report.verdict, report.exit_code


def test_the_exit_code_is_the_answer() -> None:
    same, unknown = FOUND.all[0], FOUND.all[5]
    assert verdict(Changes((same,))) == ("ok", 0)
    assert verdict(FOUND) == ("no", 1)
    assert verdict(Changes((same, unknown))) == ("unknown", 2)
    assert verdict(Changes((same,), notes=("what r has now: not looked at",))) == ("unknown", 2)
    assert verdict(Changes((same,), gone=("old",))) == ("no", 1)
    refused = Change(item("x"), "changed", refused="it is there already, and no helm release has made it: no")
    assert verdict(Changes((refused,))) == ("no", 1)


def test_what_stands_in_the_way_is_told() -> None:
    anew = Change(item("x", "Deployment"), "changed", fixed=("spec.selector",), meaning=("it must be made anew",))
    refused = Change(item("y"), "new", refused="it is there already, and of the release z in ns: no")
    found = {check.id: check for check in checks(Changes((anew, refused)), "ns", "")}
    assert found["WL643"].detail == "it must be made anew" and found["WL642"].fix.endswith("--set postfix=NAME")


def test_what_no_helm_release_has_made_can_be_given_to_one() -> None:
    graph = Object(Kind("nvidia.com/v1beta1", "DynamoGraphDeployment"), "g", "dynamo-g")
    stranger = Change(graph, "changed", refused=f"{NOBODYS}: no")
    (found,) = [one for one in checks(Changes((stranger,)), "ns", "--context c") if one.id == "WL642"]
    head = "kubectl {} dynamographdeployments.nvidia.com g -n ns --context c"
    label, annotate, own = found.fix.partition("give it to dynamo-g: ")[2].split("; ")
    assert label == f"{head.format('label')} app.kubernetes.io/managed-by=Helm --overwrite"
    owner = "meta.helm.sh/release-name=dynamo-g meta.helm.sh/release-namespace=ns"
    assert annotate == f"{head.format('annotate')} {owner} --overwrite"
    apply = "kubectl apply -n ns --context c --server-side --field-manager=helm --force-conflicts -f -"
    assert own == f"{head.format('get')} -o yaml | {apply}"


def test_programs_get_all_of_it() -> None:
    report = Report("plan", summary={"changes": words.as_data(FOUND, diff=True)})
    read: Any = json.loads(programs.render(report))
    Draft202012Validator(document("report.schema.json")).validate(read)
    assert read["summary"]["changes"]["changed"][0]["fields"][1] == {"path": "data.y", "before": None, "after": "n"}


def test_what_goes_is_red_and_what_comes_is_green() -> None:
    summary = {"changes": words.as_data(FOUND)}
    told = coloured.lines(summary, Style(colour=True))
    assert told[0].startswith("  \x1b[31mremoved") and "               \x1b[32m+3" in "\n".join(told)
    assert coloured.lines(summary, Style())[0] == "  removed    Service d (release r)"
    assert coloured.lines({}, Style()) == []
