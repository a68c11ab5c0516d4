"""Model servers: which engine runs in their pods, behind which routing proxy, on what devices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wellit import capabilities, engines
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node as Place
from wellit.node import whole
from wellit.picture import events
from wellit.picture.model import Container, Node
from wellit.picture.objects import Object, World
from wellit.picture.plain import mapping, maps
from wellit.quantities import pod_asks
from wellit.seen import words as command_lines
from wellit.seen.words import Words
from wellit.subject import ROLE

WORKER = "runs as"  # a fact of an engine whose requests come by Dynamo's own ways, at no port of a client's
PROXY = "routing-proxy"  # what the chart calls it
# Neutral settings that say how an engine is spread over devices, and what they are called in a picture.
SPREAD = {"tensorParallel": "tensor parallel", "dataParallel": "data parallel", "expertParallel": "expert parallel"}


def node_of(item: Object, world: World) -> Node:
    """The pods of one workload."""
    containers = tuple(_containers(item))
    engine = next((c for c in containers if c.does == "engine"), None)
    replicas = item.replicas
    facts: dict[str, Any] = {}
    if role := item.pod_labels.get(ROLE):
        facts["role"] = role
    if engine:
        facts["engine"] = engine.title
    facts["pods"] = replicas
    if devices := _devices(item, world):
        facts["devices"] = devices
        facts["devices in all"] = {name: count * replicas for name, count in devices.items()}
    facts["labels"] = item.pod_labels
    return Node(
        "pods" if engine else "workload", item.name, facts, containers, _inside(containers),
        object=(item.api_version, item.kind),
    )  # fmt: skip


def fronts(node: Node) -> set[int]:
    """The ports at which its pods take requests: the routing proxy's, else the engine's; none when unknown."""
    for does in ("proxy", "engine"):
        for container in node.containers:
            if container.does == does and container.port:
                return {container.port, *range(container.port, container.port + int(container.facts.get("ranks", 1)))}
    return set()


def proxy_of(node: Node) -> Container | None:
    return next((c for c in node.containers if c.does == "proxy"), None)


def _inside(containers: tuple[Container, ...]) -> tuple[str, ...]:
    """What does not join within a pod: a proxy that looks for its engine where it is not."""
    proxy = next((c for c in containers if c.does == "proxy"), None)
    engine = next((c for c in containers if c.does == "engine"), None)
    if proxy and engine and proxy.passes and engine.port and proxy.passes != engine.port:
        return (f"the routing proxy looks for {engine.title} at port {proxy.passes}, which listens at {engine.port}",)
    return ()


def _containers(item: Object) -> Iterator[Container]:
    """Those that run as long as the pod does: init containers only when they stay."""
    for kind in ("initContainers", "containers"):
        for place in item.place(kind):
            if kind == "containers" or place["restartPolicy"].text() == "Always":
                yield _container(place)


def _container(place: Place) -> Container:
    name, image = place["name"].text(), place["image"].text()
    spoken = command_lines.read(place["command"], place["args"])
    known = capabilities.routing_proxy(image)
    if known or name == PROXY or _is_proxy(image):
        return _proxy(name, image, spoken, known)
    if worker := worker_of(spoken):
        return Container(
            name, "engine", image, worker.title, facts={WORKER: "a worker of Dynamo"} | _told(spoken, worker)
        )
    engine = engines.of_words(spoken.texts) or (None if place["command"] else engines.of_image(Image.parse(image)))
    if engine:
        return Container(name, "engine", image, engine.title, _port(spoken, engine, place), facts=_told(spoken, engine))
    declared = [port["containerPort"].number() for port in place["ports"]]
    return Container(name, "other", image, port=next(filter(None, declared), None))


def _is_proxy(image: str) -> bool:
    return any(Image.parse(image).is_of(one.rpartition(":")[0]) for one, _ in capabilities.published(PROXY))


def _proxy(name: str, image: str, spoken: Words, known: Mapping[str, Any] | capabilities.Unknown) -> Container:
    release = known if isinstance(known, Mapping) else capabilities.published(PROXY)[-1][1]
    ports = release["defaultPorts"]
    engine_flags = {release["enginePortFlag"], "--vllm-port", "--model-server-port"}
    connector = next((given.value for flag in release["connectorFlags"] if (given := spoken.given(flag))), "")
    if not connector and isinstance(known, Mapping):
        connector = known["defaultConnector"]
    facts: dict[str, Any] = {"connector": connector} if connector else {}
    ranks = spoken.given("--data-parallel-size")
    if ranks and ranks.number and ranks.number > 1:
        facts["ranks"] = ranks.number
    passes = next((_number(given) for flag in sorted(engine_flags) if (given := spoken.given(flag))), ports["engine"])
    port = _number(given) if (given := spoken.given("--port")) else ports["proxy"]
    return Container(name, "proxy", image, port=port, passes=passes, facts=facts)


def worker_of(spoken: Words) -> Engine | None:
    """The engine that a worker of Dynamo starts: by the module behind ``-m``."""
    texts = spoken.texts
    modules = (texts[at + 1] for at, word in enumerate(texts[:-1]) if word == "-m")
    return next((engine for module in modules if (engine := engines.of_dynamo("module", module))), None)


def _told(spoken: Words, engine: Engine) -> dict[str, Any]:
    """What an engine is told."""
    facts: dict[str, Any] = {}
    if model := _model(spoken, engine):
        facts["model"] = model
    if (served := spoken.given(engine.flag("servedName"))) and served.value not in ("", model):
        facts["served as"] = served.value
    for setting, title in SPREAD.items():
        if given := spoken.given(engine.flag(setting)):
            facts[title] = given.number or given.value or "yes"
    if events_port := events.published(spoken, engine):
        facts[events.SAYS] = events_port
    return facts


def _port(spoken: Words, engine: Engine, place: Place) -> int | None:
    """Where an engine listens; None when only its start tells."""
    if given := spoken.given(engine.flag("port") or "--port"):
        return _number(given)
    declared = [number for port in place["ports"] if (number := port["containerPort"].number())]
    if spoken.elsewhere:
        return declared[0] if len(declared) == 1 else None
    return engine.default_port


def _number(given: command_lines.Given) -> int | None:
    return None if given.open else given.number


def _model(spoken: Words, engine: Engine) -> str:
    """The model's name: behind its flag, or the first word after the launcher that is no flag."""
    if flag := engine.flag("model"):
        found = spoken.given(flag)
        return found.value if found else ""
    texts = [text.rsplit("/", 1)[-1] if text.startswith("/") else text for text in spoken.texts]
    for launcher in engine.data["launchers"]:
        parts = launcher.split()
        for start in range(len(texts) - len(parts) + 1):
            if texts[start : start + len(parts)] == parts:
                after = spoken.texts[start + len(parts) :][:1]
                return after[0] if after and not after[0].startswith("-") else ""
    return ""


def _devices(item: Object, world: World) -> dict[str, int]:
    """Whole devices of one pod, by resource name; those of resource claims by their class."""
    try:
        found = {name: amount // 1000 for name, amount in pod_asks(item.pod).items() if "/" in name}
    except (AttributeError, TypeError, ValueError):  # resources that Kubernetes refuses as well
        found = {}
    for claim in maps(item.pod.get("resourceClaims")):
        template = world.get("ResourceClaimTemplate", str(claim.get("resourceClaimTemplateName")), item.namespace)
        asked = mapping(mapping(template.spec.get("spec") if template else None).get("devices")).get("requests")
        for request in maps(asked):
            exactly = mapping(request.get("exactly") or request)
            name = str(exactly.get("deviceClassName", request.get("name", "device")))
            found[name] = found.get(name, 0) + (whole(exactly.get("count")) or 1)
    return dict(sorted(found.items()))
