"""The picker reads another engine's metrics.

The picker weighs pods by the queue and the cache that their engine reports, each under its engine's own name. Unless
it is told otherwise it reads vLLM's. From an SGLang pod it then gets nothing, takes that for an empty queue, and
never moves load. How it is told depends on its release: by flags up to GAIE 1.3 (llm-d's picker v0.6), by the data
layer of its configuration since. The chart's modelServerType does nothing for SGLang before v1.4.0, and from then on
sets flags that its own picker refuses.

Bad::

    # inferencepool@v1.2.1
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.4.0}
      flags: {v: 4}
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/model: chat}
    ---
    # llm-d-modelservice@v0.3.8
    modelArtifacts:
      labels: {llm-d.ai/model: chat}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]

Good::

    # inferencepool@v1.2.1
    inferenceExtension:
      image: {hub: ghcr.io/llm-d, name: llm-d-inference-scheduler, tag: v0.4.0}
      flags:
        total-queued-requests-metric: "sglang:num_queue_reqs"
        kv-cache-usage-percentage-metric: "sglang:token_usage"
        lora-info-metric: ""
    inferencePool:
      modelServers:
        matchLabels: {llm-d.ai/model: chat}
    ---
    # llm-d-modelservice@v0.3.8
    modelArtifacts:
      labels: {llm-d.ai/model: chat}
    decode:
      containers:
      - image: lmsysorg/sglang:v0.5.6.post2-runtime
        modelCommand: custom
        command: [python3, -m, sglang.launch_server]
"""

from __future__ import annotations

import re

from wellit import engines
from wellit.capabilities import Contract
from wellit.engines import Engine
from wellit.rules.rule import Hit, Items, NotChecked, Rule
from wellit.seen.container import Container
from wellit.seen.inferencepool import Pool, alone, pairs
from wellit.seen.metrics import Reading, flags_added, readings
from wellit.seen.modelservice import Service
from wellit.subject import INFERENCEPOOL, MODELSERVICE, Subject

RULE = Rule(
    "WL104",
    "engine-metric-mismatch",
    "error",
    (INFERENCEPOOL, MODELSERVICE),
    "asked",
    reads="inferenceExtension.flags inferenceExtension.image inferenceExtension.pluginsConfigFile "
    "inferenceExtension.pluginsCustomConfig inferencePool.modelServerType "
    "inferencePool.modelServers modelArtifacts.labels role.containers role.create",
)


def check(subject: Subject) -> Items:
    if reason := alone(subject):
        yield NotChecked(f"whether the picker reads the engine's metrics: {reason}")
    for pool, service in pairs(subject):
        for pod in service.pods:
            yield from _judge(pool, service, pod.main)


def _judge(pool: Pool, service: Service, container: Container) -> Items:
    engine, picker = container.engine, pool.contract
    if engine is None:
        yield NotChecked(container.unknown_engine)
    elif not isinstance(picker, Contract):
        yield NotChecked(f"which metrics the picker reads: {picker.reason}")
    else:
        label = service.labels.get(picker["dataLayer"].get("engineLabel", ""), "") or ""
        known = list(readings(pool, picker, label))
        if not known:
            yield NotChecked(f"which metrics modelServerType {pool.server_type} makes the picker read")
        yield from _renamed(known, container, engine)
        yield from _mismatches(pool, container, engine, [read for read in known if _of_another(read.name, engine)])


def _renamed(known: list[Reading], container: Container, engine: Engine) -> Items:
    """Another name of the engine's own: versions of an engine differ, and which one an image carries is not known."""
    for reading in known:
        now = engine.metrics[reading.what]
        if reading.name and reading.name != now and not _of_another(reading.name, engine):
            yield NotChecked(
                f'whether {container.image.text or engine.title} serves "{reading.name}", which the picker reads:'
                f' its name today is "{now}"; to read that, {reading.write(engine.metrics)}'
            )


def _of_another(name: str, engine: Engine) -> bool:
    """Whether a metric's name is not this engine's: engines put their own name first, before : or _."""
    return bool(name) and _first(name) != _first(engine.metrics["queued"])


def _first(name: str) -> str:
    return re.split("[:_]", name, maxsplit=1)[0]


def _mismatches(pool: Pool, container: Container, engine: Engine, wrong: list[Reading]) -> Items:
    places: set[object] = set()
    for reading in wrong:
        place = (reading.node.keys, reading.by)
        if place not in places:
            places.add(place)
            yield _mismatch(pool, container, engine, reading)


def _mismatch(pool: Pool, container: Container, engine: Engine, reading: Reading) -> Hit:
    owner = next((f"{e.title}'s" for e in engines.engines() if not _of_another(reading.name, e)), "another engine's")
    what = "queue" if reading.what == "queued" else "cache use"
    whose = "a misquoted" if engine.metrics[reading.what] in reading.name else owner
    return Hit(
        reading.node,
        f"the pool {pool.release.name} reads {whose} {what} metric {_quoted(reading.name)} from {engine.title} pods",
        write=reading.write(engine.metrics),
        why=f"the {what} reads as 0, so the scorers never move load{_type_does_nothing(pool, engine)}",
        also=((f"{engine.title} is started here", container.engine_node),),
    )


def _type_does_nothing(pool: Pool, engine: Engine) -> str:
    if pool.server_type != engine.metrics["engineType"] or flags_added(pool):
        return ""
    return f"; modelServerType {pool.server_type} does nothing in {pool.release.chart} {pool.release.version}"


def _quoted(name: str) -> str:
    return name if name.startswith('"') else f'"{name}"'
