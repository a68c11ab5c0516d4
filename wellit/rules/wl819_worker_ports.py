"""Two sockets of one worker are to have the same port.

A worker opens the port on which its prefill is met, that of its KV events, and the one of its metrics and health:
9090 in a graph, where the operator sets it. The second that asks for a port does not get it: the worker ends, or goes
on without.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
        env: [{name: DYN_ROUTER_MODE, value: kv}]
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --kv-events-config, '{"publisher":"zmq","endpoint":"tcp://*:9090"}']

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: "nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1"
        env: [{name: DYN_ROUTER_MODE, value: kv}]
      decode:
        type: worker
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --kv-events-config, '{"publisher":"zmq","endpoint":"tcp://*:5557"}']
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wellit.node import Node
from wellit.rules.rule import Hit, Items, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.disaggregation import PORT
from wellit.seen.dynamo import facts_of
from wellit.seen.events import Address
from wellit.seen.graph import Component, workers
from wellit.seen.graphevents import events
from wellit.subject import DYNAMO, PREFILL, Subject

RULE = Rule(
    "WL819",
    "worker-ports",
    "error",
    (DYNAMO,),
    "read",
    reads=f"{GRAPH_READS} component.env component.role env env.name env.value",
)
SYSTEM = "DYN_SYSTEM_PORT"


@dataclass(frozen=True)
class Socket:
    """A port that a worker opens, for what, and where that is said; None where nobody says it."""

    port: int
    what: str
    node: Node | None


def check(subject: Subject) -> Items:
    for one in workers(subject):
        there: dict[int, Socket] = {}
        for socket in _sockets(one):
            first = there.setdefault(socket.port, socket)
            if first is not socket and socket.node:
                yield _hit(one, first, socket, socket.node)


def _sockets(one: Component) -> Iterator[Socket]:
    entry = one.environment.get(SYSTEM)
    port = entry["value"].number() if entry else int(facts_of(one.graph)["ports"]["system"])
    if port:
        yield Socket(port, "its metrics and health", entry["value"] if entry else None)
    said = one.given(PORT) if one.role == PREFILL else None
    if said and said.number:
        yield Socket(said.number, "the decode workers", said.node)
    published = events(one)
    if published and published.on and published.given:
        address = Address.parse(published.endpoint)
        if address.port and address.binds:
            yield Socket(address.port, "its KV events", published.given.node)


def _hit(one: Component, first: Socket, second: Socket, node: Node) -> Hit:
    return Hit(
        node,
        f"the {one.title} opens port {second.port} for {second.what}, and for {first.what}",
        write="another port for one of the two",
        why="the second does not get it: the worker ends, or does without",
        also=((f"for {first.what}", first.node),) if first.node else (),
    )
