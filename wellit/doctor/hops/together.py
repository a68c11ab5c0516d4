"""What pods do together: prefill before decode, and KV events to the picker."""

from __future__ import annotations

from collections.abc import Iterator

from wellit.doctor import commands, containers, signatures, ways
from wellit.doctor.questions import grown, hears
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.prometheus import ADMITTED, DECISIONS, LOOKED_UP, SPLIT
from wellit.report.style import counted
from wellit.subject import PREFILL, ROLE

OF_PREFILL = f"{ROLE}={PREFILL}"


def splits(way: Way) -> bool:
    """Whether prompts are to be prefilled by pods of their own."""
    return bool(way.prefills) or any(node.role == "prefill" for node in way.servers) or "prefill" in _profiles(way)


def _profiles(way: Way) -> list[str]:
    facts = way.picker_node.facts if way.picker_node else {}
    return [key.removeprefix("profile ") for key in facts if key.startswith("profile ")]


def prefill(way: Way) -> Iterator[Check]:
    """Whether prefill takes part: requests are answered without it, and nobody notices."""
    if not splits(way):
        return
    title = f"prefill servers of {way.pool_name} do their part"
    ready = [pod for pod in way.prefills if ways.state(pod).ready]
    hidden = "requests are answered all the same, by decode alone" if way.answered else "decode cannot do without"
    look = commands.kubectl(way.sight, "get", "pods", "-l", OF_PREFILL)
    if not ready:
        makers = [one for one in way.workloads if one.pod_labels.get(ROLE) == PREFILL]
        none = [one for one in makers if not one.replicas]
        fix = look
        if none:
            fix = commands.kubectl(way.sight, "scale", f"{none[0].kind.lower()}/{none[0].name}", "--replicas=1")
        why = (
            "it is scaled to 0 pods"
            if none
            else (f"none of its {len(way.prefills)} pods is Ready" if way.prefills else "there is no prefill pod")
        )
        states = [ways.state(pod).words for pod in way.prefills[:3]]
        yield Check("WL755", title, "fail", f"{why}; {hidden}", fix, "\n".join(states))
        return
    dead = [
        pod for pod in ready if (heard := way.sight.models.get(pod.name)) and (heard.failure or heard.status >= 500)
    ]
    if dead:
        heard = way.sight.models[dead[0].name]
        fix = commands.kubectl(way.sight, "delete", "pod", dead[0].name)
        yield Check(
            "WL755",
            title,
            "fail",
            f"{len(dead)} of {len(ready)} prefill pods {'does' if len(dead) == 1 else 'do'} not answer, though Ready; "
            f"{hidden}",
            fix,
            "\n".join([f"GET {dead[0].name}:{way.ports[0]}/v1/models: {heard.words}", *_proxy_said(way, "WL755")]),
        )
        return
    yield from _never_split(way, title)


def _never_split(way: Way, title: str) -> Iterator[Check]:
    scraped = [heard for pod in way.pickers if (heard := way.sight.metrics.get(pod.name)) and heard.ok]
    if not scraped or not way.answered:
        why = "no request was answered" if not way.answered else "the picker's counts could not be read"
        yield Check("WL755", title, "skip", f"its pods are Ready; whether they take part was not seen: {why}")
        return
    texts = "\n".join(heard.text for heard in scraped)
    said = _proxy_said(way, "WL755")
    split = sum(grown(way.sight, way, name, **SPLIT) or 0.0 for name in DECISIONS)
    lines = [line for line in texts.splitlines() if line.startswith(DECISIONS)]
    if lines and not split:
        yield Check(
            "WL755",
            title,
            "fail",
            "the picker has sent no prompt to prefill, doctor's own long one included",
            "invoke validate, with the same flags, says what keeps it from splitting",
            "\n".join([*lines[:3], *said]),
        )
    elif said:
        yield Check(
            "WL755",
            title,
            "fail",
            "the routing proxy went on without prefill",
            commands.kubectl(way.sight, "logs", "-l", OF_PREFILL),
            "\n".join(said),
        )
    elif split:
        yield Check("WL755", title, "pass", f"{counted(int(split), 'prompt')} of doctor's prefilled there")


def _proxy_said(way: Way, check: str) -> list[str]:
    """The lines of the routing proxies' logs that are about this."""
    found = []
    for pod in way.decodes:
        for status in containers.statuses(pod):
            name = str(status.get("name"))
            if containers.role(way, pod, name) == "proxy":
                known = signatures.known(way.sight.log(pod.name, name).now, "proxy")
                found += [f"{pod.name}: {one.line}" for one in known if one.check == check]
    return found[:2]


def handover(way: Way) -> Iterator[Check]:
    """Whether decode gets the KV cache from prefill, by the engines' own words."""
    if not splits(way):
        return
    for pod in way.pods:
        for status in containers.statuses(pod):
            name = str(status.get("name"))
            for said in signatures.known(
                way.sight.log(pod.name, name).text, "engine", containers.engine_name(way, pod)
            ):
                if said.check == "WL756":
                    yield Check(
                        "WL756",
                        f"KV cache goes from prefill to {pod.name}",
                        "fail",
                        said.means,
                        said.write,
                        f"pod {pod.name}: {said.line}",
                    )
                    return


def events(way: Way) -> Iterator[Check]:
    """Whether what the engines cache reaches the picker."""
    if not way.pool or not way.picker_node or not hears(way):
        return
    title = f"the picker of {way.pool_name} hears what the engines cache"
    broken = [edge.broken for edge in way.sight.picture.edges if edge.does == "tells" and edge.broken]
    troubles = [words for words in way.picker_node.troubles if "KV events" in words]
    for words in [*broken, *troubles][:1]:
        maker = next(iter(way.workloads), None)
        yield Check("WL757", title, "fail", words, commands.edit(way.sight, maker) if maker else "")
        return
    if not way.answered:
        return
    admitted, asked = grown(way.sight, way, ADMITTED), grown(way.sight, way, LOOKED_UP)
    if asked and not admitted:
        yield Check(
            "WL757",
            title,
            "fail",
            "it looked for cached blocks and was told of none, though an engine has just cached some: topic, port, "
            "page size or form of the events is another than it listens for",
            "topic kv@POD_IP:PORT@MODEL with the pool's port, the picker's block not larger than the engine's page: "
            "invoke validate names what differs",
            f"while doctor asked: {LOOKED_UP} +{asked:.0f}, {ADMITTED} {'+0' if admitted is not None else 'not there'}",
        )
    elif admitted:
        yield Check("WL757", title, "pass", f"{counted(int(admitted), 'block')} noted")
