"""The frontend routes by what workers have cached, and a worker does not say it; or nobody asks.

With the router mode `kv` a frontend sends each request to the worker that has most of it in its cache. It knows that
from the events that workers publish: without them it sees every worker as empty, and routes by load alone. Events that
nobody hears cost a worker time for nothing.

Bad::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        env: [{name: DYN_ROUTER_MODE, value: kv}]
      decode:
        type: worker
        replicas: 2
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args: [--model-path, Qwen/Qwen3-0.6B, --page-size, "16"]

Good::

    # dynamo@1.3.1
    api: v1beta1
    components:
      frontend:
        type: frontend
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        env: [{name: DYN_ROUTER_MODE, value: kv}]
      decode:
        type: worker
        replicas: 2
        gpus: 1
        image: nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1
        command: [python3, -m, dynamo.sglang]
        args:
        - --model-path
        - Qwen/Qwen3-0.6B
        - --page-size
        - "16"
        - --kv-events-config
        - '{"publisher":"zmq","topic":"kv-events","endpoint":"tcp://*:5557"}'
"""

from __future__ import annotations

from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.commandline import GRAPH_READS
from wellit.seen.graph import Component, Graph, graphs
from wellit.seen.graphevents import Events, events
from wellit.seen.graphflags import hears_events, routes_by_cache
from wellit.seen.neutral import Told
from wellit.subject import DECODE, DYNAMO, Subject

RULE = Rule(
    "WL815",
    "router-events",
    "warning",
    (DYNAMO,),
    "read",
    reads=f"{GRAPH_READS} component.env component.more component.role env env.name",
)


def check(subject: Subject) -> Items:
    for graph in graphs(subject):
        asked = [said for one in graph.frontends if (said := routes_by_cache(one)) and hears_events(one)]
        for one in graph.workers:
            if (told := events(one)) is None:
                continue
            if asked and not told.on and not _of_decode(graph, one):
                yield _silent(one, told, asked[0])
            elif told.on and told.given and not asked and _alone(graph):
                yield _unheard(one, told)


def _of_decode(graph: Graph, one: Component) -> bool:
    """Whether it takes over what prefill workers have begun: the frontend chooses among those by their caches."""
    return one.role == DECODE and graph.apart


def _alone(graph: Graph) -> bool:
    """Whether nobody but frontends could hear events: no router or picker of its own, and all frontends are known."""
    known = all(one.type in ("frontend", "worker") for one in graph.running)
    return known and bool(graph.frontends) and not any(one.words.elsewhere for one in graph.frontends)


def _silent(one: Component, said: Events, router: Told) -> Hit | NotChecked:
    if reason := one.words.elsewhere:
        return NotChecked(f"whether the {one.title} publishes KV events: {reason}")
    at = said.given.node if said.given else one.node["args"]
    return Hit(
        at,
        f"the frontend routes by what workers have cached, and the {one.title} does not say what it has",
        write=f"\"{said.flag}\", '{said.example}' in args",
        why="the router sees an empty cache: it routes by load alone, and requests lose the worker that knows them",
        also=((f"{router.by} {router.value}", router.node),),
    )


def _unheard(one: Component, said: Events) -> Hit:
    assert said.given
    return Hit(
        said.given.node,
        f"the {one.title} publishes KV events, and no frontend routes by them",
        write=f"DYN_ROUTER_MODE: kv for the frontend, or no {said.flag}",
        why="each block of the cache is announced to nobody, which costs the worker time",
        also=tuple(("the frontend", front.node) for front in one.graph.frontends[:1]),
    )
