"""The engine, once it runs: whether it listens where it is asked, answers, and serves the model."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wellit.doctor import commands, signatures, ways
from wellit.doctor.questions import model_of
from wellit.doctor.sight import Heard
from wellit.doctor.ways import Way
from wellit.engines import Engine
from wellit.errors import nearest
from wellit.findings import Check
from wellit.picture import Container, Node
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps
from wellit.seen import words

LOCAL = ("127.0.0.1", "localhost", "::1")


PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def listens(way: Way) -> Iterator[Check]:
    """Whether the engine listens where proxy, pool and probes look for it: address and port."""
    for node in way.servers:
        maker = next((one for one in way.workloads if one.name == node.name), None)
        container = ways.engine(node)
        known = ways.known_engine(container)
        if not maker or not container or not known:
            continue
        found = [
            *_address(way, maker, node, container, known),
            *_port(way, maker, node, container, known),
            *_probes(way, maker, container),
        ]
        yield from found
        if not found:
            yield Check("WL752", f"{node.name} listens where it is asked", "pass", f"port {container.port}")


def _address(way: Way, maker: Object, node: Node, container: Container, known: Engine) -> Iterator[Check]:
    line = _line(maker, container.name)
    given = line.given(known.host_flag)
    host = given.value if given else "" if line.elsewhere else known.default_host
    if host in LOCAL:
        behind = ways.proxy(node) is not None
        asked = "its probes" if behind else "the gateway and its probes"
        change = commands.set_word(maker, container.name, known.host_flag, "0.0.0.0")
        fix = commands.patch(way.sight, maker, change) if change else commands.edit(way.sight, maker)
        told = f"{known.host_flag} {host}" if given else f"without {known.host_flag} it is {host}"
        pods = [pod for pod in way.pods if way.server_of(pod) is node]
        events = [one for pod in pods[:2] for one in way.sight.events(pod.name) if one.startswith("Unhealthy")]
        yield Check(
            "WL752",
            f"the engine of {node.name} listens on the pod's address",
            "fail",
            f"it listens at {host} alone, where {asked} do not reach it",
            fix,
            "\n".join([f"{maker.kind} {maker.name}, container {container.name}: {told}", *events[-1:]]),
        )


def _port(way: Way, maker: Object, node: Node, container: Container, known: Engine) -> Iterator[Check]:
    before = ways.proxy(node)
    if before and before.passes and container.port and before.passes != container.port:
        flag = known.flag("port") or "--port"
        change = commands.set_word(maker, container.name, flag, str(before.passes))
        fix = commands.patch(way.sight, maker, change) if change else commands.edit(way.sight, maker)
        yield Check(
            "WL752",
            f"the engine of {node.name} listens where the routing proxy looks",
            "fail",
            f"it listens at {container.port}, and the routing proxy looks at {before.passes}",
            fix,
            f"{maker.kind} {maker.name}: container {container.name}: {flag} {container.port}; "
            f"container {before.name}: passes to {before.passes}",
        )


def _probes(way: Way, maker: Object, container: Container) -> Iterator[Check]:
    for number, place in enumerate(maps(maker.pod.get("containers"))):
        named = {one.get("name"): one.get("containerPort") for one in maps(place.get("ports"))}
        wrong = {}
        for kind in PROBES if place.get("name") == container.name and container.port else ():
            port = mapping(mapping(place.get(kind)).get("httpGet")).get("port")
            asked = named.get(port, port)
            if asked is not None and asked != container.port:
                wrong[kind] = asked
        if wrong:
            base = f"/spec/template/spec/containers/{number}"
            changes = [
                {"op": "replace", "path": f"{base}/{kind}/httpGet/port", "value": container.port} for kind in wrong
            ]
            yield Check(
                "WL752",
                f"the probes of {maker.name} ask where the engine listens",
                "fail",
                f"they ask port {', '.join(sorted({str(port) for port in wrong.values()}))}, and it listens at "
                f"{container.port}",
                commands.patch(way.sight, maker, *changes),
                f"{maker.kind} {maker.name}: {json.dumps(wrong)}",
            )


def answers(way: Way) -> Iterator[Check]:
    """Whether each pod that is Ready answers at the pool's port."""
    dead = [(pod, heard) for pod, heard in heard_of(way) if _dead(heard)]
    title = f"every Ready pod of {way.pool_name} answers at port {way.ports[0] if way.ports else '?'}"
    for pod, heard in dead[:2]:
        container = ways.engine(way.server_of(pod))
        log = way.sight.log(pod.name, container.name if container else "")
        fix = commands.kubectl(way.sight, "delete", "pod", pod.name)
        yield Check(
            "WL753",
            title,
            "fail",
            f"pod {pod.name} is Ready and does not answer, so the picker goes on sending requests to it",
            f"{fix}\na readiness probe that asks the engine itself (/v1/models), not the proxy",
            "\n".join(
                [f"GET {pod.name}:{way.ports[0]}/v1/models: {heard.words}", signatures.tail(log.text, 3)]
            ).strip(),
        )
    if heard_of(way) and not dead:
        yield Check("WL753", title, "pass", f"{len(heard_of(way))} asked")


def _dead(heard: Heard) -> bool:
    return bool(heard.failure) or heard.status >= 500


def heard_of(way: Way) -> list[tuple[Object, Heard]]:
    return [(pod, way.sight.models[pod.name]) for pod in way.ready if pod.name in way.sight.models]


def serves(way: Way) -> Iterator[Check]:
    """Whether the model that requests name is one that the engines serve."""
    asked = model_of(way.sight, way)
    served: dict[str, list[str]] = {}
    for pod, heard in heard_of(way):
        if names := models_in(heard):
            for name in names:
                served.setdefault(name, []).append(pod.name)
    if not served:
        told = {str(c.facts.get("served as") or c.facts.get("model", "")) for n in way.servers if (c := ways.engine(n))}
        served = {name: [] for name in told if name}
    if not asked or not served:
        return
    title = f"the model {asked} is served"
    every = {pod.name for pod, heard in heard_of(way) if models_in(heard)}
    without = sorted(every - set(served.get(asked, [])))
    if asked in served and not without:
        yield Check("WL754", title, "pass")
        return
    by = f"the stack was installed for {asked}" if way.sight.record and not way.sight.model else f"requests say {asked}"
    near = nearest(asked, served) or next(iter(served))
    where = f"; not by {', '.join(without[:3])}" if asked in served else ""
    yield Check(
        "WL754",
        title,
        "fail",
        f"{by}; served is: {', '.join(served)}{where}",
        _served_fix(way, asked, near),
        "\n".join(f"{', '.join(pods[:3])}: {name}" for name, pods in served.items()),
    )


def _served_fix(way: Way, asked: str, near: str) -> str:
    patches = []
    for node in way.servers:
        container, maker = ways.engine(node), next((one for one in way.workloads if one.name == node.name), None)
        flag = known.flag("servedName") if (known := ways.known_engine(container)) else ""
        given = _line(maker, container.name).given(flag) if maker and container and flag else None
        if not maker or not container or not given or given.value == asked:
            continue
        if change := commands.set_word(maker, container.name, flag, asked):
            patches.append(commands.patch(way.sight, maker, change))
    return "\n".join([f'"model": "{near}" in requests' + ("; or serve it by that name:" if patches else ""), *patches])


def models_in(heard: Heard) -> list[str]:
    """The names in an answer to GET /v1/models."""
    try:
        read = json.loads(heard.text) if heard.ok else {}
    except ValueError:
        return []
    return [str(one.get("id")) for one in maps(mapping(read).get("data"))]


def _line(maker: Object, container: str) -> words.Words:
    for place in maker.place("containers"):
        if place["name"].text() == container:
            return words.read(place["command"], place["args"])
    return words.Words(())
