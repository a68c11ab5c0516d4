"""The pods that run an engine, by meaning: engine, proxy, ports, probes, resources, labels, environment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from wellit import capabilities, engines
from wellit.compare import commandline, volumes
from wellit.compare.description import Fact, Part
from wellit.compare.objects import (
    Object,
    Objects,
    containers,
    labels_of,
    name_of,
    own_labels,
    pod_labels,
    pod_of,
    selector,
)
from wellit.engines import Engine
from wellit.images import Image
from wellit.quantities import milli
from wellit.seen import words as seen
from wellit.seen.words import Words
from wellit.subject import DECODE, PREFILL, ROLE, Manifest

PROXY = "routing-proxy"
# The chart's own record of the degrees of parallelism: the flags and the devices say the same.
DEGREES = ("TP_SIZE", "DP_SIZE", "DP_SIZE_LOCAL")
PROBES = {"startupProbe": "startup probe", "readinessProbe": "readiness probe", "livenessProbe": "liveness probe"}
# What Kubernetes takes where nothing is written.
TIMES = {"initialDelaySeconds": 0, "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3}
NAMES = {"port": "enginePort"}  # a pod has other ports, too


def role_of(workload: Object) -> str:
    return PREFILL if pod_labels(workload).get(ROLE) == PREFILL else DECODE


def engine_container(pod: Object) -> Object | None:
    """The container that runs an engine: the first that is known for one, else the first that is no proxy."""
    others = [one for one in pod.get("containers") or [] if not is_proxy(one)]
    known = [one for one in others if engine_in(one)]
    return next(iter(known or others), None)


def is_proxy(container: Object) -> bool:
    named = container.get("name") == PROXY
    return named or any(image_of(container).is_of(r) for r in proxy_repositories())


def proxy_repositories() -> set[str]:
    return {image.rpartition(":")[0] for image, _ in capabilities.published(PROXY)}


def image_of(container: Object) -> Image:
    return Image.parse(str(container.get("image", "")))


def engine_in(container: Object) -> Engine | None:
    """The engine that runs in a container; `runs` is what somebody's values say of it.

    As `loads` is the model that a controller lays where the command line looks for it.
    """
    said = next((one for one in engines.engines() if one.name == container.get("runs")), None)
    return said or commandline.engine_of(words_of(container), image_of(container))


def words_of(container: Object) -> Words:
    root = Manifest("", container).root
    return seen.read(root["command"], root["args"])


def part(workload: Object, objects: Objects) -> Part | None:
    """What runs an engine, or None when no container is there."""
    pod = pod_of(workload)
    container = engine_container(pod)
    if container is None:
        return None
    words = words_of(container)
    engine = engine_in(container)
    proxy = next((one for one in containers(pod) if is_proxy(one)), None)
    facts: dict[str, Fact] = {"replicas": Fact(str((workload.get("spec") or {}).get("replicas", 1)))}
    facts |= started(container, words, engine)
    under: dict[str, str] = {}
    for group in (_proxy(proxy), _probes(container)):
        for what, head, fact in group:
            facts[what] = fact
            under |= {what: head} if head else {}
    if port := _pool_port(proxy, facts):
        facts["port"] = port
    facts |= dict(_ports(container)) | dict(resources(container)) | dict(volumes.storage(pod, container))
    facts |= dict(_env(container)) | dict(volumes.files(objects, pod, container))
    asked = {key for pool in objects.of("InferencePool") for key in selector(pool)}
    facts |= {f"label {key}": Fact(value) for key, value in own_labels(pod_labels(workload), asked)}
    facts |= dict(_placing(pod))
    neutral = [NAMES.get(name, name) for name in (*engine.data["flags"], "metrics")] if engine else []
    unsaid = dict.fromkeys(["--", *neutral], words.elsewhere) if words.elsewhere else {}
    unsaid |= {f"label {key}": str(why) for key, why in (workload.get("unsaidLabels") or {}).items()}
    own = engine.name if engine else name_of(workload) or labels_of(workload).get(ROLE, "")
    return Part(role_of(workload), own, facts, unsaid, under, engine.name if engine else "")


def started(container: Object, words: Words, engine: Engine | None) -> dict[str, Fact]:
    """Engine, image, the words that start it, and its settings."""
    image = image_of(container)
    env = {str(one.get("name")): str(one["value"]) for one in container.get("env") or [] if "value" in one}
    launch, arguments = commandline.split(commandline.spoken(words, env), engine)
    facts = {"engine": Fact(engine.title if engine else "not known")}
    facts |= dict(image_facts(image))
    how = str(container.get("startedBy") or " ".join(launch) or "the image itself")
    facts["started by"] = Fact(how)
    found = commandline.settings(engine, arguments, all_known=not words.elsewhere)
    if loads := container.get("loads"):
        found["model"] = replace(found["model"], value=str(loads)) if "model" in found else Fact(str(loads))
    return facts | {NAMES.get(name, name): fact for name, fact in found.items()}


def image_facts(image: Image, prefix: str = "") -> Iterator[tuple[str, Fact]]:
    yield f"{prefix}image", Fact(f"{image.registry}/{image.path}")
    yield f"{prefix}tag", Fact(image.tag or ("none" if image.digest else "latest"), note="" if image.tag else "no tag")
    if image.digest:
        yield f"{prefix}digest", Fact(image.digest)


Grouped = Iterator[tuple[str, str, Fact]]


def _proxy(container: Object | None) -> Grouped:
    """The routing proxy; the facts below it belong to it."""
    if container is None:
        return
    yield "proxy", "", Fact("before the engine")
    for what, fact in image_facts(image_of(container), "proxy "):
        yield what, "proxy", fact
    names = {
        "connector": "connector",
        "kv-connector": "connector",
        "port": "proxy port",
        "vllm-port": "proxy asks port",
    }
    names["decoder-port"] = "proxy asks port"
    for flag, value in commandline.given(words_of(container).texts):
        plain = flag.lstrip("-")
        yield names.get(plain, f"proxy {flag}"), "proxy", Fact(commandline.canonical(value or "true"))


def _pool_port(proxy: Object | None, facts: Mapping[str, Fact]) -> Fact | None:
    """Where the pods take requests: at the proxy, else at the engine."""
    return facts.get("proxy port") if proxy is not None else facts.get("enginePort")


def _probes(container: Object) -> Grouped:
    ports = {str(port.get("name")): port.get("containerPort") for port in container.get("ports") or []}
    for key, name in PROBES.items():
        probe = container.get(key)
        if not isinstance(probe, Mapping):
            continue
        http, tcp = probe.get("httpGet"), probe.get("tcpSocket")
        asks = f"GET {http.get('path', '/')}" if http else "a connection" if tcp else "a command"
        yield name, "", Fact(asks)
        port = (http or tcp or probe.get("grpc") or {}).get("port")
        if port is not None:
            yield f"{name} port", name, Fact(str(ports.get(str(port)) or port))
        for time, default in TIMES.items():
            yield f"{name} {time}", name, Fact(str(probe.get(time, default)))


def _ports(container: Object) -> Iterator[tuple[str, Fact]]:
    for port in container.get("ports") or []:
        if port.get("name"):
            yield f"port named {port['name']}", Fact(str(port.get("containerPort")))


def resources(container: Object) -> Iterator[tuple[str, Fact]]:
    """What is asked and what is the limit; a request that is not written is the limit."""
    asked = container.get("resources") or {}
    limits = asked.get("limits") or {}
    requests = limits | (asked.get("requests") or {})
    for name in dict.fromkeys([*requests, *limits]):
        if "/" in name:
            if amount := milli(limits.get(name, requests.get(name))):
                yield "devices", Fact(f"{amount // 1000} {name}")
            continue
        yield f"{name} request", Fact(volumes.amount(requests[name]))
        if name in limits:
            yield f"{name} limit", Fact(volumes.amount(limits[name]))


def _env(container: Object) -> Iterator[tuple[str, Fact]]:
    for one in container.get("env") or []:
        name = str(one.get("name"))
        if name in DEGREES:
            continue
        origin = one.get("valueFrom") or {}
        if secret := origin.get("secretKeyRef"):
            what = "secret" if name == "HF_TOKEN" else f"env {name}"
            yield (
                what,
                Fact(str(secret.get("name")) if what == "secret" else f"secret {secret.get('name')}", plain=False),
            )
        elif field := origin.get("fieldRef"):
            yield f"env {name}", Fact(f"the pod's {field.get('fieldPath')}", plain=False)
        else:
            value = (
                json.dumps(origin, sort_keys=True) if origin else commandline.hidden(name, str(one.get("value", "")))
            )
            yield f"env {name}", Fact(value, plain=not origin)


def _placing(pod: Object) -> Iterator[tuple[str, Fact]]:
    for key, value in (pod.get("nodeSelector") or {}).items():
        yield f"node label {key}", Fact(str(value))
    for key in ("tolerations", "affinity"):
        if pod.get(key):
            yield key, Fact(json.dumps(pod[key], sort_keys=True))
    if pod.get("priorityClassName"):
        yield "priority class", Fact(str(pod["priorityClassName"]))
