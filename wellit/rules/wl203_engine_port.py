"""The engine does not listen where it is looked for.

The routing proxy takes the pod's servicePort and forwards to targetPort, so a decode engine behind it must listen on
targetPort; a prefill engine, and a decode engine without the proxy, on servicePort. The chart writes --port by itself
for vllmServe and imageDefault only; for a command of one's own nothing does, and every engine has another default. A
second --port wins over the chart's.

Bad::

    # llm-d-modelservice@v0.3.8
    routing:
      servicePort: 8000
      proxy:
        targetPort: 8200
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--host, 0.0.0.0, --enable-metrics]

Good::

    # llm-d-modelservice@v0.3.8
    routing:
      servicePort: 8000
      proxy:
        targetPort: 8200
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
        args: [--host, 0.0.0.0, --enable-metrics, --port, "8200"]
        readinessProbe:
          httpGet: {path: /v1/models, port: 8200}
"""

from __future__ import annotations

from dataclasses import replace

from wellit.node import Node, spoken
from wellit.rules.rule import Fix, Hit, Items, NotChecked, Rule
from wellit.seen.container import Container
from wellit.seen.modelservice import Pod, pods
from wellit.seen.probes import Probe, probes
from wellit.seen.words import Given
from wellit.subject import MODELSERVICE, Subject

RULE = Rule(
    "WL203",
    "engine-port",
    "error",
    (MODELSERVICE,),
    "read",
    reads="role.containers role.create routing.proxy routing.servicePort",
)
ENOUGH = 3  # places that agree against one


def check(subject: Subject) -> Items:
    for pod in pods(subject):
        if pod.proxied and pod.service.proxy.engine_port == pod.service.port:
            yield _same_port(pod)
            continue
        if (port := _agreed(pod)) is not None:
            yield _alone(pod, port)
            continue
        yield from _engine(pod)
        for probe in probes(pod.main):
            yield from _probe(pod, probe)


def _same_port(pod: Pod) -> Hit:
    port = pod.service.port
    free = pod.service.facts["ports"]["engine"]
    return Hit(
        pod.service.proxy.port_node,
        f"the engine and the routing proxy cannot both listen on {port}",
        write=f"targetPort: {free}" if free != port else "targetPort: another port",
        why="they share the pod's network; the one that comes second fails: address already in use",
        also=(("the proxy's port", pod.service.port_node),),
    )


def _agreed(pod: Pod) -> int | None:
    """The one port of all that the container says, where only the service's or the proxy's is another."""
    asked = list(probes(pod.main))
    if pod.expected_port is None or not pod.expected_node.written or any(each.unknown_name for each in asked):
        return None
    said = pod.main.written_port
    ports = [each.port for each in asked] + [port["containerPort"].number() for port in pod.main.node["ports"]]
    ports += [said.number] if said else []
    sure = (said and not said.open) or pod.main.injects("port")
    one = ports[0] if len(set(ports)) == 1 and len(ports) >= ENOUGH else None
    return one if sure and one != pod.expected_port else None


def _alone(pod: Pod, port: int) -> Hit:
    key = pod.expected_node.keys[-1]
    who = "the routing proxy forwards" if pod.proxied else "the pool sends"
    return Hit(
        pod.expected_node,
        f"{who} to {pod.expected_port}, all that the {pod.main.title} says is {port}",
        write=f"{key}: {port}",
        why="requests are refused, or probes fail for ever and the pod never gets ready",
        also=(("the container", pod.main.node),),
        fix=Fix(pod.expected_node, str(port)),
    )


def _engine(pod: Pod) -> Items:
    container, expected = pod.main, pod.expected_port
    if expected is None:
        yield NotChecked(f"the port of the {container.title}: {pod.expected_node.keys[-1]} is not a number")
    elif container.engine is None and not container.injects("port"):
        yield NotChecked(container.unknown_engine)
    elif said := container.written_port:
        if said.open or said.number is None:
            yield NotChecked(f"the port of the {container.title}: --port {said.value} is only known when it starts")
        elif said.number != expected:
            told = _elsewhere(pod, said.node, f"is told to listen on {said.number}", _correct(pod, said.flag))
            yield replace(told, fix=_other_port(pod, said))
    else:
        yield from _unsaid(pod, expected)


def _unsaid(pod: Pod, expected: int) -> Items:
    """No --port is written: the chart's own is what counts, or else the engine's default."""
    container = pod.main
    if container.injects("port"):
        if pod.injected_port != expected:
            yield _proxy_off(pod)
    elif container.engine and container.engine.default_port != expected:
        if reason := container.words.elsewhere:
            yield NotChecked(f"the port of the {container.title}: {reason}")
            return
        flag = container.engine.flag("port")
        yield _elsewhere(
            pod, container.node["args"], f"listens on {container.engine.default_port}: {flag} is not given",
            _correct(pod, flag),
        )  # fmt: skip


def _proxy_off(pod: Pod) -> Hit:
    release = pod.service.release
    return Hit(
        pod.service.proxy.node["enabled"],
        f"the engine stays on {pod.injected_port} when the routing proxy is off, the pool sends to {pod.service.port}",
        write=f'args: ["--port", "{pod.service.port}"]',
        why=f"{release.chart} {release.version} does not move the engine to servicePort; later versions do",
    )


def _elsewhere(pod: Pod, node: Node, does: str, write: str) -> Hit:
    who = "the routing proxy forwards" if pod.proxied else "the pool sends"
    name = pod.main.engine.title if pod.main.engine else "the engine"
    return Hit(
        node,
        f"{name} {does}, {who} to {pod.expected_port}",
        write=write,
        why="requests are refused, and probes on the right port fail",
        also=(("the port that is meant", pod.expected_node),) if pod.expected_node.written else (),
    )


def _correct(pod: Pod, flag: str) -> str:
    if pod.main.injects("port"):
        return f"no port here: the chart writes {flag} {pod.expected_port} itself"
    return f'"{flag}", "{pod.expected_port}" in args'


def _other_port(pod: Pod, said: Given) -> Fix | None:
    """The right port where the wrong one is a word of its own, and the chart writes none."""
    words = {str(said.value): f'"{pod.expected_port}"', f"{said.flag}={said.value}": f"{said.flag}={pod.expected_port}"}
    text = words.get(spoken(said.node.value))
    return Fix(said.node, text) if text and not pod.main.injects("port") else None


def _probe(pod: Pod, probe: Probe) -> Items:
    if probe.unknown_name:
        names = ", ".join(probe.names) or "none"
        yield Hit(
            probe.node, f'the {probe.name} asks the port "{probe.unknown_name}", which the container does not have',
            write=f"port: {pod.expected_port}", why=f"its ports by name: {names}",
            fix=Fix(probe.node, str(pod.expected_port)),
        )  # fmt: skip
    elif probe.port is not None and probe.port not in listening(pod):
        yield Hit(
            probe.node, f"the {probe.name} asks port {probe.port}, where nothing listens",
            write=f"port: {pod.expected_port}",
            why="it fails for ever: the pod never gets ready, or is started again and again",
            fix=Fix(probe.node, str(pod.expected_port)),
        )  # fmt: skip


def listening(pod: Pod) -> set[int]:
    """Every port of the pod that something listens on, as far as the values tell."""
    ports = {pod.expected_port, pod.service.port if pod.proxied else None}
    for container in pod.containers:
        said = container.written_port
        ports |= {said.number if said else None} | set(_other_ports(container))
        if container is not pod.main:
            ports |= {port["containerPort"].number() for port in container.node["ports"]}
    return {port for port in ports if port is not None}


def _other_ports(container: Container) -> list[int | None]:
    """The values of flags that end in "port": a metrics or a gRPC port."""
    words = container.words
    flags = {text.partition("=")[0] for text in words.texts if text.partition("=")[0].endswith("port")}
    return [given.number for flag in flags for given in words.mentions(flag)]
