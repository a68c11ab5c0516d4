"""The routing proxy and the engine: whether they start, and stay up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from wellit.doctor import commands, containers, mending, signatures, ways
from wellit.doctor.hops.serving import heard_of, listens
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps

TLS = re.compile(
    r"HTTPS server|malformed HTTP response|server gave HTTP response to HTTPS|tls: first record", re.IGNORECASE
)


def proxy(way: Way) -> Iterator[Check]:
    """Whether the routing proxy stays up."""
    yield from _ended(way, "proxy", "WL749", "the routing proxy of {maker} stays up")
    for pod, heard in heard_of(way):
        if TLS.search(heard.text):
            maker = containers.workload_of(way, pod)
            container = ways.proxy(way.server_of(pod))
            change = (
                commands.set_word(maker, container.name, "--secure-proxy", "false") if maker and container else None
            )
            fix = commands.patch(way.sight, maker, change) if maker and change else ""
            yield Check(
                "WL749",
                f"the routing proxy of {pod.name} speaks as it is asked",
                "fail",
                "it speaks TLS, and the gateway, the probes and the picker ask it without",
                fix,
                heard.words,
            )
            return


def engine(way: Way) -> Iterator[Check]:
    """Whether the engine stays up."""
    yield from _ended(way, "engine", "WL750", "the engine of {maker} stays up")
    yield from _ended(way, "other", "WL750", "every container of {maker} stays up")


def _ended(way: Way, does: str, key: str, title: str) -> Iterator[Check]:
    checks = list(mending.ended(way, way.pods, does, key, title))
    yield from checks
    if not checks and does != "other" and way.ready and any(getattr(ways, does)(node) for node in way.servers):
        yield Check(key, title.format(maker=" and ".join(node.name for node in way.servers)), "pass")


def starts(way: Way) -> Iterator[Check]:
    """Whether an engine that is not Ready is slow, or can never become so."""
    if any(check.status == "fail" for check in listens(way)):
        return  # it waits for a probe that cannot reach it
    for pod in way.pods:
        if ways.state(pod).ready or containers.troubles(way, [pod]):
            continue
        for status in containers.statuses(pod):
            running = mapping(mapping(status.get("state")).get("running"))
            if running and not status.get("ready") and containers.role(way, pod, str(status.get("name"))) == "engine":
                yield _starting(way, pod, status, str(running.get("startedAt", "")))
                return


def _starting(way: Way, pod: Object, status: Mapping[str, Any], since: str) -> Check:
    name = str(status.get("name"))
    place = next((one for one in maps(pod.pod.get("containers")) if one.get("name") == name), {})
    log = way.sight.log(pod.name, name)
    said = signatures.known(log.now, "engine", containers.engine_name(way, pod))
    window, taken = window_of(place), max(0.0, way.sight.now - containers.seconds(since)) if since else 0.0
    maker = containers.workload_of(way, pod)
    events = [one for one in way.sight.events(pod.name) if one.startswith(("Unhealthy", "Killing"))]
    evidence = "\n".join([*events[-3:], signatures.tail(log.text, 3)]).strip()
    if bad := next((one for one in said if not one.slow and not one.late), None):
        return Check("WL750", f"the engine of {pod.name} starts", "fail", bad.means, bad.write, bad.line)
    title = f"the engine of {pod.name} starts within the time that its probes give"
    slow = next((one.means for one in said if one.slow), "it runs and is not Ready yet")
    told = f"{slow}, for {taken:.0f} s" + (f" of the {window:.0f} s that its startup probe gives" if window else "")
    if status.get("restartCount") and any("Killing" in one or "iveness" in one for one in events):
        fix = f"a startupProbe with a larger failureThreshold: {commands.edit(way.sight, maker)}" if maker else ""
        return Check("WL751", title, "fail", f"its probe ends it before it is up: {told}", fix, evidence)
    look = commands.kubectl(way.sight, "logs", pod.name, "-c", name, "-f")
    return Check("WL751", title, "warn", told, f"wait: {look}", evidence)


def window_of(place: Mapping[str, Any]) -> float:
    """How many seconds a container has to start before it is ended; 0 for as long as it likes."""
    for kind in ("startupProbe", "livenessProbe"):
        if probe := mapping(place.get(kind)):
            tries = int(probe.get("failureThreshold") or 3)
            return float(probe.get("initialDelaySeconds") or 0) + float(probe.get("periodSeconds") or 10) * tries
    return 0.0
