"""What is wrong with a DynamoGraphDeployment on a cluster: its operator, its pods and their logs, and a chat. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wellit import refusals
from wellit.checks import good
from wellit.doctor import containers, signatures, ways
from wellit.doctor.diagnose import RULES, WORST, Passed, of_finding
from wellit.doctor.graph import Graph, every
from wellit.doctor.sight import Sight
from wellit.doctor.signatures import Said
from wellit.doctor.ways import Way
from wellit.findings import Check, Finding, Status
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps
from wellit.seen.graphform import KIND


def of(sight: Sight) -> list[Passed]:
    """Every stage of every graph."""
    return [made for graph in every(sight) for hop in HOPS if (made := _passed(graph, *hop))]


def taken(graph: Graph) -> Iterator[Check]:
    """Whether an operator has seen it."""
    title = "Dynamo's operator has taken the graph"
    if graph.object.manifest.get("status") or graph.pods:
        yield Check("WL892", title, "pass")
        return
    if "--sandbox" in graph.sight.invoke_flags:
        why = "Dynamo's operator cannot be had in a sandbox: its objects are checked there, and nothing runs"
        yield Check("WL892", title, "unknown", why, "a cluster that has it: --context NAME")
        return
    detail = "it has no status, so that nobody has seen it: no operator is installed, or none watches this namespace"
    yield Check(
        "WL892", title, "fail", detail,
        "invoke prerequisites says how to have one; kubectl get deployments -A | grep dynamo-operator",
        "\n".join(graph.sight.events(graph.name)[-2:]),
    )  # fmt: skip


def made(graph: Graph) -> Iterator[Check]:
    """What the operator says of it: whether it is ready."""
    conditions = maps(mapping(graph.object.manifest.get("status")).get("conditions"))
    ready = next((one for one in conditions if one.get("type") == "Ready"), None)
    if ready is None:
        return
    told = ": ".join(filter(None, (str(ready.get("reason") or ""), str(ready.get("message") or ""))))
    if ready.get("status") == "True":
        yield Check("WL893", good("WL893"), "pass", told)
    else:
        look = graph.kubectl("describe", KIND.lower(), graph.name)
        yield Check("WL893", good("WL893"), "fail", told, look, "\n".join(graph.sight.events(graph.name)[-2:]))


def placed(graph: Graph) -> Iterator[Check]:
    """Whether every pod found a node."""
    for pod in graph.pods:
        for one in maps(mapping(pod.manifest.get("status")).get("conditions")):
            if one.get("type") == "PodScheduled" and one.get("status") == "False":
                detail = f"no node takes {pod.name}: {one.get('message', '')}"
                fix = (
                    "fewer GPUs (--set decode.tensorParallel=1), fewer replicas, or a node that has them: "
                    + graph.kubectl("describe", "pod", pod.name)
                )
                yield Check("WL886", good("WL886"), "fail", detail, fix)
                return


def stay(graph: Graph) -> Iterator[Check]:
    """Whether every container stays up: with what its log says that is known."""
    troubles = containers.troubles(Way(graph.sight, graph.name), graph.pods)
    for trouble in troubles:
        said = next((one for one in graph.said(trouble.pod, trouble.container) if not one.late), None)
        look = graph.kubectl(
            "logs", trouble.pod.name, "-c", trouble.container, *["--previous"] * bool(trouble.restarts)
        )
        if trouble.kind != "ends":
            detail = f"{trouble.pod.name}: {trouble.reason}: {trouble.message}".rstrip(": ")
            describe = graph.kubectl("describe", "pod", trouble.pod.name)
            yield Check("WL893", good("WL893"), "fail", detail, describe, trouble.evidence)
        elif said and not said.slow:
            yield _told(said, trouble.pod, "fail")
        else:
            yield Check("WL880", good("WL880"), "fail", f"{trouble.pod.name}: {trouble.why}", look, trouble.evidence)
    if graph.pods and not troubles:
        yield Check("WL880", good("WL880"), "pass", f"{len(graph.pods)} pods")


def say(graph: Graph) -> Iterator[Check]:
    """What pods that run say is wrong: a port that is taken, a health payload without an answer, etcd that is away."""
    told: set[str] = set()
    for pod in graph.pods:
        ready = ways.state(pod).ready
        for status in containers.statuses(pod):
            for said in graph.said(pod, str(status.get("name"))):
                if (
                    said.graph not in told
                    and (said.late or (said.slow and not ready))
                    and "running" in mapping(status.get("state"))
                ):
                    told.add(said.graph)
                    yield _told(said, pod, "warn" if ready and said.late else "fail")


def _told(said: Said, pod: Object, status: Status) -> Check:
    return Check(said.graph, good(said.graph), status, f"{pod.name}: {said.means}", said.write, said.line)


def agree(graph: Graph) -> Iterator[Check]:
    """What the rules say of it as it is in the cluster."""
    known = signatures.rule_checks()
    for finding in findings(graph.sight, graph.name):
        yield of_finding(Way(graph.sight, graph.name), known.get(finding.id, RULES), finding)


def findings(sight: Sight, name: str) -> list[Finding]:
    """What the rules say of one graph."""
    return [one for one in sight.findings if one.at.file.partition(":")[0] == f"live {KIND} {name}"]


def answered(graph: Graph) -> Iterator[Check]:
    """Whether its frontend answered a chat."""
    title, heard = "a chat is answered", graph.heard
    if heard is None or heard.denied:
        why = heard.failure if heard else graph.sight.unasked or "no pod of its frontend is ready"
        yield Check("WL891", title, "unknown", why)
    elif heard.ok:
        yield Check("WL891", title, "pass", f"in {heard.seconds:.2f} s")
    else:
        known = refusals.of(heard.status, heard.text, "frontend")
        look = graph.kubectl("logs", f"service/{graph.service}")
        yield Check("WL891", title, "fail", known.means if known else heard.words, look, heard.words)


HOPS: tuple[tuple[str, tuple[Callable[[Graph], Iterator[Check]], ...]], ...] = (
    ("operator", (taken,)),
    ("graph", (agree, made)),
    ("pods", (placed, stay, say)),
    ("answer", (answered,)),
)


def _passed(graph: Graph, name: str, diagnoses: tuple[Callable[[Graph], Iterator[Check]], ...]) -> Passed | None:
    checks = tuple(check for diagnosis in diagnoses for check in diagnosis(graph))
    if not checks:
        return None
    status = next(one for one in WORST if any(check.status == one for check in checks))
    first = next(check for check in checks if check.status == status)
    return Passed(graph.name, name, graph.name, status, first.detail, checks)
