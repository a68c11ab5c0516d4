"""The engine's container in what KServe made: its name, its user, its probes, TLS, and which engine it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wellit import engines
from wellit.checks import good
from wellit.doctor import behind, commands, containers, ways
from wellit.doctor.hops.pods import ROOT
from wellit.doctor.hops.serving import PROBES
from wellit.doctor.sight import SETTINGS
from wellit.doctor.ways import Way
from wellit.engines import Engine
from wellit.findings import Check
from wellit.picture import Container
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps, texts

MAIN = "main"  # the container that a preset lays its own over
LATE = re.compile(r"deadline exceeded|Client\.Timeout|no answer (?:in|within)|timed out", re.IGNORECASE)
PLAIN = re.compile(r"gave HTTP response to HTTPS client|tls: first record does not look like a TLS")
SECONDS = 5  # for an engine of which nothing else is known


def named(way: Way) -> Iterator[Check]:
    """Whether what the service calls its engine's container is what the presets call it."""
    for maker in way.workloads if way.service else ():
        assert way.service
        own = [str(one.get("name")) for one in maps(behind.written(way.service, maker).get("containers"))]
        if own and MAIN not in own:
            where = "/".join(("spec", *behind.template(maker), "containers", "0", "name"))
            change = {"op": "replace", "path": f"/{where}", "value": MAIN}
            detail = (
                f"the containers that the service names ({', '.join(own)}) run beside the preset's {MAIN}, "
                "which starts its own engine"
            )
            said = ", ".join(str(one.get("name")) for one in maps(maker.pod.get("containers")))
            fix = commands.patch(way.sight, way.service, change)
            yield Check("WL951", good("WL951"), "fail", detail, fix, f"{maker.kind} {maker.name}: containers: {said}")


def as_asked(way: Way) -> Iterator[Check]:
    """Whether the engine that runs is the one of the runtime that the service names."""
    runtime = str(way.service.spec.get("runtime") or "") if way.service else ""
    if not runtime:
        return
    known = next((one for one in engines.engines() if _kserve(one).get("runtime") == runtime), None)
    for node in way.servers:
        runs = ways.known_engine(ways.engine(node))
        if runs is None or runs is known:
            continue
        what = f"a runtime of {known.title}" if known else "a runtime that nobody knows here"
        detail = f"runtime: {runtime} is {what}, and {node.name} runs {runs.title}: KServe went on without it"
        also = "a release of KServe that knows it, or the engine as a container of one's own (-e kserve-sglang)"
        fix = f"{also}: {commands.edit(way.sight, way.service)}" if way.service else also
        yield Check("WL949", good("WL949"), "fail", detail, fix, f"{node.name}: {_image(way, node.name)}")
        return


def runs_as(way: Way) -> Iterator[Check]:
    """Whether an image that runs as root is refused for it."""
    for trouble in containers.troubles(way, [*way.pods, *way.pickers]):
        if trouble.kind == "config" and ROOT.search(trouble.message):
            maker = containers.workload_of(way, trouble.pod)
            place = _place(maker, trouble.container) if maker else ""
            known = any(
                one.get("securityContext") for one in _containers(maker) if one.get("name") == trouble.container
            )
            where, value = (
                ("securityContext/runAsNonRoot", False) if known else ("securityContext", {ROOT.pattern: False})
            )
            change = {"op": "add", "path": f"{place}/{where}", "value": value}
            fix = commands.patch(way.sight, maker, change) if maker and place else ""
            detail = f"{trouble.container} of {trouble.pod.name} may not run as root (runAsNonRoot), and its image does"
            yield Check("WL950", good("WL950"), "fail", detail, fix, trouble.evidence)


def waits(way: Way) -> Iterator[Check]:
    """Whether its probes wait as long as the engine takes to answer them."""
    for pod in way.pods:
        late = [one for one in way.sight.events(pod.name) if one.startswith("Unhealthy") and LATE.search(one)]
        state = ways.state(pod)
        maker, container = containers.workload_of(way, pod), ways.engine(way.server_of(pod))
        if not late or not maker or not container or (state.ready and not state.restarts):
            continue
        known = ways.known_engine(container)
        short = {kind: seconds for kind, seconds in _timeouts(maker, container) if seconds < _wanted(known, kind)}
        if not short:
            continue
        place = _place(maker, container.name)
        changes = [
            {"op": "add", "path": f"{place}/{kind}/timeoutSeconds", "value": _wanted(known, kind)} for kind in short
        ]
        told = ", ".join(f"{kind} {seconds} s" for kind, seconds in short.items())
        who = known.title if known else "its engine"
        detail = f"{pod.name}: {who} answers its probes later than they wait ({told})"
        fix = commands.patch(way.sight, maker, *changes)
        yield Check("WL945", good("WL945"), "fail", detail, fix, late[-1])
        return


def speaks(way: Way) -> Iterator[Check]:
    """Whether an engine speaks TLS where KServe's switch has everybody ask it so."""
    if not way.service:
        return
    for node in way.servers:
        maker = next((one for one in way.workloads if one.name == node.name), None)
        container = ways.engine(node)
        if not maker or not container:
            continue
        place = next((one for one in maps(maker.pod.get("containers")) if one.get("name") == container.name), {})
        secure = [kind for kind in PROBES if mapping(mapping(place.get(kind)).get("httpGet")).get("scheme") == "HTTPS"]
        pods = [pod for pod in way.pods if way.server_of(pod) is node]
        events = [one for pod in pods for one in way.sight.events(pod.name) if PLAIN.search(one)]
        switched = any(way.sight.all(SETTINGS)) and _switched(way)
        words = " ".join([*texts(place.get("command")), *texts(place.get("args"))])
        if "ssl" in words or not (events or secure or switched) or (not events and _well(pods)):
            continue
        yield _plain(way, maker, node.name, secure, events)
        return


def _plain(way: Way, maker: Object, name: str, secure: list[str], events: list[str]) -> Check:
    settings = next(way.sight.all(SETTINGS), None)
    asked = f"its {', '.join(secure)} ask" if secure else "the gateway, the picker and its probes ask"
    space = settings.namespace if settings else ""
    off = commands.kubectl(way.sight, "edit", "configmap", settings.name if settings else "", namespace=space)
    detail = f"{name} speaks HTTP, and {asked} it by HTTPS"
    fix = f"enableLLMInferenceServiceTLS: false in the settings of KServe: {off}" if settings else ""
    also = f"or a command that speaks TLS (--ssl-certfile, --ssl-keyfile): {commands.edit(way.sight, maker)}"
    switch = [f"{settings.name}: enableLLMInferenceServiceTLS: true"] if settings and _switched(way) else []
    evidence = "\n".join([*switch, *events[-1:]])
    return Check("WL947", good("WL947"), "fail", detail, "\n".join(filter(None, [fix, also])), evidence)


def _well(pods: list[Object]) -> bool:
    return bool(pods) and all(ways.state(pod).ready for pod in pods)


def _switched(way: Way) -> bool:
    """Whether the settings of KServe say that engines are asked by TLS."""
    data = [str(value) for one in way.sight.all(SETTINGS) for value in mapping(one.manifest.get("data")).values()]
    return any(re.search(r'"enableLLMInferenceServiceTLS"\s*:\s*"?true', text) for text in data)


def labelled(way: Way) -> Iterator[Check]:
    """Whether pods have the label by which the picker knows whose metrics it reads."""
    for node in way.servers if way.service and way.pickers else ():
        known = ways.known_engine(ways.engine(node))
        maker = next((one for one in way.workloads if one.name == node.name), None)
        labels: Mapping[str, str] = _kserve(known).get("labels") or {} if known else {}
        lacks = {key: value for key, value in labels.items() if maker and maker.pod_labels.get(key) != value}
        if not lacks or not maker or not known or f"defaultEngine: {known.name}" in _configured(way):
            continue
        assert way.service
        tree: Any = {"labels": lacks}
        for key in reversed(behind.template(maker)[:-1]):
            tree = {key: tree}
        said = ", ".join(f"{key}: {value}" for key, value in lacks.items())
        detail = (
            f"the pods of {node.name} run {known.title} and lack {said}: the picker looks for vLLM's metrics in them, "
            "and takes their queues for empty"
        )
        fix = commands.merge(way.sight, way.service, tree)
        has = ", ".join(f"{key}={value}" for key, value in maker.pod_labels.items())
        yield Check("WL948", good("WL948"), "fail", detail, fix, f"{maker.kind} {maker.name}: {has}")
        return


def _configured(way: Way) -> str:
    """What the picker is told in its arguments."""
    maker = way.picker_workload
    found = [one for place in maps(maker.pod.get("containers")) for one in _spoken(place)] if maker else []
    return "\n".join(found)


def _spoken(place: Mapping[str, Any]) -> list[str]:
    return [*texts(place.get("command")), *texts(place.get("args"))]


def _kserve(engine: Engine) -> Mapping[str, Any]:
    """How an engine is started in an LLMInferenceService; empty where nobody has written it down."""
    return mapping(engine.data.get("kserve"))


def _wanted(engine: Engine | None, probe: str) -> int:
    """How many seconds a probe is to wait for this engine."""
    said = mapping(mapping(_kserve(engine).get("probes")).get(probe.removesuffix("Probe"))) if engine else {}
    return int(said.get("timeoutSeconds") or SECONDS)


def _timeouts(maker: Object, container: Container) -> Iterator[tuple[str, int]]:
    for place in maps(maker.pod.get("containers")):
        for kind in PROBES if place.get("name") == container.name else ():
            if probe := mapping(place.get(kind)):
                yield kind, int(probe.get("timeoutSeconds") or 1)


def _containers(maker: Object | None) -> list[Mapping[str, Any]]:
    return [one for kind in ("initContainers", "containers") for one in maps(maker.pod.get(kind))] if maker else []


def _place(maker: Object, container: str) -> str:
    """Where a container stands in a workload, for a patch."""
    for kind in ("initContainers", "containers"):
        for number, one in enumerate(maps(maker.pod.get(kind))):
            if one.get("name") == container:
                return f"/spec/template/spec/{kind}/{number}"
    return ""


def _image(way: Way, name: str) -> str:
    maker = next((one for one in way.workloads if one.name == name), None)
    return ", ".join(str(one.get("image")) for one in maps(maker.pod.get("containers"))) if maker else ""
