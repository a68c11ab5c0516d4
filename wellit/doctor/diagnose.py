"""What is wrong, hop by hop in the order in which a request goes: pure judgement over one look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from wellit.checks import good
from wellit.doctor import commands, signatures, ways
from wellit.doctor.hops import (
    answer,
    contained,
    fetch,
    gateway,
    picker,
    picks,
    pods,
    pool,
    route,
    serving,
    staying,
    tls,
    together,
)
from wellit.doctor.questions import hears
from wellit.doctor.sight import Sight
from wellit.doctor.ways import Way
from wellit.findings import Check, Finding, Status
from wellit.seen import graphform

Diagnosis = Callable[[Way], Iterator[Check]]
RULES = "WL759"  # findings of rules that belong to no hop


@dataclass(frozen=True)
class Hop:
    """One hop: `name` on the screen, `of` what it is there, and what may be wrong with it."""

    name: str
    of: Callable[[Way], str]
    diagnoses: tuple[Diagnosis, ...]


HOPS = (
    Hop("gateway class", lambda way: str(way.gateway.spec.get("gatewayClassName")) if way.gateway else "",
        (gateway.gateway_class,)),
    Hop("gateway", lambda way: way.gateway_name, (gateway.gateway, gateway.gateway_pods)),
    Hop("route", lambda way: way.route.name if way.route else "",
        (route.route, route.backend, route.switch)),
    Hop("pool", lambda way: way.pool_name, (pool.accepted, pool.selects, pool.shared, pool.port)),
    Hop("picker", lambda way: str(way.picker_reference.get("name", "")),
        (picker.service, tls.speaks, picker.stays, picker.may_watch, picks.sees, picks.reads_metrics,
         contained.labelled)),
    Hop("pods", lambda way: ", ".join(one.name for one in way.workloads),
        (pods.made, pods.placed, pods.pulled, pods.has_what_it_reads, contained.runs_as)),
    Hop("model", fetch.model_of, (fetch.fetched,)),
    Hop("routing proxy", lambda way: ", ".join(c.image for n in way.servers if (c := ways.proxy(n))), (staying.proxy,)),
    Hop("engine", lambda way: ", ".join(dict.fromkeys(c.title for n in way.servers if (c := ways.engine(n)))),
        (contained.named, contained.as_asked, contained.waits, contained.speaks, staying.engine, staying.starts,
         serving.listens, serving.answers, serving.serves)),
    Hop("prefill", lambda way: ", ".join(n.name for n in way.servers if n.role == "prefill"),
        (together.prefill, together.handover)),
    Hop("KV events", lambda way: way.picker_node.name if way.picker_node and hears(way) else "",
        (together.events,)),
    Hop("answer", lambda way: way.pool_name, (answer.answered,)),
)  # fmt: skip
# From the worst on: what a hop is, of its checks.
WORST: tuple[Status, ...] = ("fail", "unknown", "warn", "pass", "skip")


@dataclass(frozen=True)
class Passed:
    """One hop as it was found."""

    pool: str
    hop: str
    of: str
    status: Status
    words: str
    checks: tuple[Check, ...] = ()


def of(sight: Sight) -> list[Passed]:
    """Every hop of every way; what a rule says of an object is told at the way that the object is on."""
    every = ways.of(sight)
    found = list(_of_rules(sight))
    made: list[Passed] = []
    for number, way in enumerate(every):
        names = _names(way)
        others = {name for other in every if other is not way for name in _names(other)} - names
        mine = [
            (key, one)
            for key, one in found
            if (name := _object(one)[1]) in names or (name not in others | names and not number)
        ]
        found = [pair for pair in found if pair not in mine]
        made += way_of(way, mine)
    return made


def way_of(way: Way, of_rules: list[tuple[str, Finding]]) -> list[Passed]:
    """Every hop of one way, with what rules say of its objects."""
    found = []
    for hop in HOPS:
        checks = [check for diagnosis in hop.diagnoses for check in diagnosis(way)]
        ids = {check.id for check in checks}
        mine = [(key, one) for key, one in of_rules if key in ids or key in _ids(hop)]
        of_rules = [pair for pair in of_rules if pair not in mine]
        checks = _with_rules(way, checks, mine)
        name = hop.of(way)
        if checks or name:
            found.append(_passed(way, hop, name, tuple(checks)))
    rest = [of_finding(way, key, one) for key, one in of_rules]
    if way.sight.unjudged:
        rest = [
            Check(RULES, "the live objects agree with each other", "unknown", f"you may not {way.sight.unjudged[0]}")
        ]
    if rest:
        found.insert(len(found) - 1, Passed(way.pool_name, "objects", "", rest[0].status, rest[0].detail, tuple(rest)))
    return found


def _names(way: Way) -> set[str]:
    """The names of the objects on a way."""
    parts = (way.pool, way.route, way.gateway, way.picker_service, way.picker_workload, *way.workloads)
    return {one.name for one in parts if one} | {way.pool_name}


def _object(finding: Finding) -> tuple[str, str]:
    """(kind, name) of the live object that a finding is about."""
    kind, _, name = finding.at.file.removeprefix("live ").partition(":")[0].partition(" ")
    return kind, name


def _ids(hop: Hop) -> frozenset[str]:
    return frozenset(_HOP_IDS.get(hop.name, ()))


# The checks of a hop that a rule alone may tell, where the hop's own diagnoses say nothing.
_HOP_IDS = {
    "gateway class": ("WL730",), "gateway": ("WL731", "WL732"), "route": ("WL733", "WL734", "WL735"),
    "pool": ("WL736", "WL737", "WL738", "WL739"),
    "picker": ("WL740", "WL741", "WL742", "WL743", "WL744", "WL745"),
    "pods": ("WL746", "WL747", "WL748", "WL760", "WL950"), "model": ("WL944",), "routing proxy": ("WL749",),
    "engine": ("WL750", "WL751", "WL752", "WL753", "WL754", "WL945", "WL949", "WL951"),
    "prefill": ("WL755", "WL756"), "KV events": ("WL757",),
    "answer": ("WL758",),
}  # fmt: skip


def _of_rules(sight: Sight) -> Iterator[tuple[str, Finding]]:
    """What rules say of the live objects, with the check that each belongs to."""
    known = signatures.rule_checks()
    mine = (finding for finding in sight.findings if _object(finding)[0] != graphform.KIND)  # has hops of its own
    return ((known.get(finding.id, RULES), finding) for finding in mine)


def _with_rules(way: Way, checks: list[Check], findings: Iterable[tuple[str, Finding]]) -> list[Check]:
    """The checks with what rules say: as evidence of a diagnosis that failed, else as one of its own."""
    made = list(checks)
    for key, finding in findings:
        told = f"{finding.id} {finding.at}: {finding.message}"
        at = next((n for n, one in enumerate(made) if one.id == key and one.status == "fail"), None)
        if at is None:
            made = [one for one in made if one.id != key or one.status != "pass"]
            made.append(of_finding(way, key, finding))
        elif told not in made[at].evidence:
            made[at] = replace(made[at], evidence=f"{made[at].evidence}\n{told}".strip())
    return made


def of_finding(way: Way, key: str, finding: Finding) -> Check:
    """What a rule says of a live object, as a check."""
    kind, name = _object(finding)
    one = way.sight.world.get(kind, name, way.sight.namespace)
    edit = commands.edit(way.sight, one) if one else f"invoke explain {finding.id}"
    evidence = "\n".join(filter(None, [f"{finding.id} {finding.at}", finding.why]))
    fix = "\n".join(filter(None, [finding.write, edit]))
    return Check(key, good(key), "fail", finding.message, fix, evidence)


def _passed(way: Way, hop: Hop, name: str, checks: tuple[Check, ...]) -> Passed:
    status: Status = next((one for one in WORST if any(check.status == one for check in checks)), "skip")
    first = next((check for check in checks if check.status == status), None)
    if first is None:
        return Passed(way.pool_name, hop.name, name, "skip", "not looked at: nothing of it could be asked")
    if status == "pass":
        told = dict.fromkeys(check.detail for check in checks if check.status == "pass" and check.detail)
        return Passed(way.pool_name, hop.name, name, status, "; ".join(told), checks)
    return Passed(way.pool_name, hop.name, name, status, first.detail, checks)
