"""What is asked over HTTP: a completion through each gateway, and what pods and pickers say of themselves."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from wellit import keys, prometheus
from wellit.access import Access, Missing, Unread
from wellit.cluster import PARALLEL
from wellit.doctor import asking, graph, ways
from wellit.doctor.asking import Reach
from wellit.doctor.sight import Heard, Sight
from wellit.doctor.ways import Way
from wellit.live import pod_state
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps
from wellit.prometheus import ADMITTED, METRICS_PORT, Page

CONNECT_SECONDS = 0.3
AGAIN_SECONDS = (1.0,)  # a pod that does not answer is asked once more


MOST_ASKED = 12  # pods of one pool that are asked over HTTP


PROMPT = "What is said here is a question of doctor's, long enough to be worth a prefill, and asked once. "


# Until a picker that was told of cached blocks has taken that in; a pod that has just started it hears some seconds
# later.
LISTEN_SECONDS = (1.5, 5.0)
METRICS, MODELS = "/metrics", "/v1/models"


def asked(access: Access, sight: Sight, reach: Reach) -> Sight:
    """A request through each gateway, then what pods and pickers say of themselves."""
    if sight.simulated:
        return replace(sight, unasked="readiness here is simulated by the sandbox: nothing runs behind it")
    every = ways.of(sight)
    sight = replace(sight, answers=dict(_chats(access, sight, reach)))
    before = _of_pods(access, sight, every, reach, METRICS, pickers_only=True)
    sight = replace(sight, models=_of_pods(access, sight, every, reach, MODELS), before=before)
    answers = dict(sight.answers)
    for pause in LISTEN_SECONDS:
        answers |= dict(_answers(access, sight, every, reach))
        listening = [way for way in every if hears(way) and (heard := answers.get(way.pool_name)) and heard.ok]
        if not listening:
            break
        time.sleep(pause)
        after = _of_pods(access, sight, every, reach, METRICS, pickers_only=True)
        if all(grown(replace(sight, metrics=after), way, ADMITTED) for way in listening):
            break
    return replace(sight, answers=answers, metrics=_of_pods(access, sight, every, reach, METRICS))


def _chats(access: Access, sight: Sight, reach: Reach) -> Iterator[tuple[str, Heard]]:
    """A chat with each graph of Dynamo whose frontend has a service."""
    for one in graph.every(sight):
        if sight.world.get("Service", one.service, sight.namespace, ""):
            model, port = sight.model or (sight.record.model if sight.record else ""), one.known.entry["port"]
            to = f"service/{one.service}"
            heard = asking.through(reach, access, sight.namespace, to, port, partial(_chat, model))
            yield graph.key(one.name), heard


def _chat(model: str, url: str) -> Heard:
    """A chat with `model`, or with the first that is listed."""
    if not model:
        listed = asking.ask(f"{url}{MODELS}")
        model = next(iter(re.findall(r'"id": ?"([^"]+)"', listed.text)), "") if listed.ok else ""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello."}], "max_tokens": 1}
    return asking.ask(f"{url}/v1/chat/completions", body, seconds=asking.ANSWER_SECONDS)


def grown(sight: Sight, way: Way, name: str, **labels: str) -> float | None:
    """By how much a counter of a way's pickers grew while doctor asked; None when it is not served."""
    told = [
        prometheus.grown(_page(sight.before.get(pod.name)), _page(sight.metrics.get(pod.name)), name, **labels)
        for pod in way.pickers
    ]
    known = [more for more in told if more is not None]
    return sum(known) if known else None


def _page(heard: Heard | None) -> Page:
    return prometheus.parse(heard.text) if heard else Page()


def hears(way: Way) -> bool:
    """Whether the picker listens for KV events."""
    from wellit.picture.events import HEARS

    return bool(way.picker_node and HEARS in way.picker_node.facts)


def _of_pods(
    access: Access, sight: Sight, every: Iterable[Way], reach: Reach, path: str, *, pickers_only: bool = False
) -> dict[str, Heard]:
    """What each pod of the pools answers, by name; of pickers only /metrics is asked."""
    wanted: dict[str, tuple[int, str, Mapping[str, str]]] = {}
    for way in every:
        for pod in way.ready[:MOST_ASKED] if way.ports and not pickers_only else []:
            where = metrics_path(way, pod) if path == METRICS else path
            wanted[pod.name] = (way.ports[0], where, {})
        for pod in way.pickers if path == METRICS else []:
            if ways.state(pod).ready:
                wanted[pod.name] = (metrics_port(pod), path, keys.bearer(keys.TOKEN))
    names = list(wanted)

    def one(name: str) -> Heard | None:
        port, where, headers = wanted[name]
        for pause in (*AGAIN_SECONDS, None):
            heard = asking.through(
                reach, access, sight.namespace, f"pod/{name}", port, lambda url: asking.ask(url + where, None, headers)
            )  # fmt: skip
            if not heard.failure or pause is None or not _there(access, sight.namespace, name):
                break
            time.sleep(pause)
        return heard if not heard.failure or _there(access, sight.namespace, name) else None

    with ThreadPoolExecutor(PARALLEL) as pool:
        found = zip(names, pool.map(one, names), strict=True)
        return {name: heard for name, heard in found if heard is not None and not heard.denied}


def _there(access: Access, namespace: str, name: str) -> bool:
    """Whether a pod is Ready still: it may have gone since it was listed."""
    answer = access.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
    if isinstance(answer, Unread):
        return True
    if isinstance(answer, Missing):
        return False
    state = pod_state(answer)
    return state.ready and state.state != "ending"


def metrics_path(way: Way, pod: Object) -> str:
    """Where the engine of a pod serves its metrics."""
    known = ways.engine_of(way, pod)
    return str(known.metrics["path"]) if known else "/metrics"


def metrics_port(pod: Object) -> int:
    """Where a picker serves its metrics."""
    for place in pod.place("containers"):
        from wellit.seen import words

        given = words.read(place["command"], place["args"]).given("--metrics-port")
        if given and given.number:
            return given.number
    return METRICS_PORT


def _answers(access: Access, sight: Sight, every: Iterable[Way], reach: Reach) -> Iterator[tuple[str, Heard]]:
    for way in every:
        if not (at := _entrance(way)):
            continue
        namespace, what, port = at
        found = asking.through(reach, access, namespace, what, port, _question(sight, way))
        if found.ok and hears(way):  # a picker connects to the pods with the first request, and hears the next
            time.sleep(CONNECT_SECONDS)
            found = asking.through(reach, access, namespace, what, port, _question(sight, way))
        yield way.pool_name, found


def _entrance(way: Way) -> tuple[str, str, int] | None:
    """(namespace, what, port) where a request comes in: the gateway's service; without a gateway a pod that decodes."""
    if way.gateway and way.route and (service := way.gateway_service):
        port = next((one.get("port") for one in maps(way.gateway.spec.get("listeners"))), 80)
        return way.gateway.namespace, f"service/{service.name}", int(port or 80)
    if not way.gateway and not way.route and way.ports:
        pod = next((pod for pod in way.ready if pod in way.decodes), None)
        return (pod.namespace, f"pod/{pod.name}", way.ports[0]) if pod else None
    return None


def _question(sight: Sight, way: Way) -> Callable[[str], Heard]:
    """A completion that is asked as a client of this route would."""
    match: Mapping[str, Any] = next(iter(maps(mapping(way.rule).get("matches"))), {})
    path = str(mapping(match.get("path")).get("value", "")).rstrip("/")
    headers = {str(one.get("name")): str(one.get("value")) for one in maps(match.get("headers"))}
    hosts = way.route.spec.get("hostnames") if way.route else None
    if hosts:
        headers["Host"] = str(hosts[0]).replace("*", "doctor")
    # Asked once: what is in no cache is prefilled.
    prompt = f"{time.time_ns()} {PROMPT * 8}"
    body = {"model": model_of(sight, way), "prompt": prompt, "max_tokens": 8}
    base = path if "/v1" not in path else path.partition("/v1")[0]
    return lambda url: asking.ask(f"{url}{base}/v1/completions", body, headers, asking.ANSWER_SECONDS)


def model_of(sight: Sight, way: Way) -> str:
    """The name that a request says: the one that was given, the recorded one, or what the engines are told."""
    if sight.model:
        return sight.model
    known = sight.record.ways if sight.record else ()
    named = [str(one.get("model", "")) for one in known if one.get("engine") and way.pool_name.endswith(one["engine"])]
    recorded = [*named, sight.record.model if sight.record else ""]
    told = [
        str(c.facts.get("served as") or c.facts.get("model", "")) for node in way.servers if (c := ways.engine(node))
    ]
    return next(filter(None, [*recorded, *told]), "")
