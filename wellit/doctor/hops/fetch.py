"""The model, before the engine starts: what KServe's storage initializer fetches into the pods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wellit.doctor import commands, containers, mending, ways
from wellit.doctor.ways import Way
from wellit.findings import Check
from wellit.picture.plain import mapping, maps

CREDENTIAL = re.compile(r"(?:HF_TOKEN|AWS_|S3_|_proxy|_PROXY|HF_ENDPOINT)")


def model_of(way: Way) -> str:
    """Where a service's model comes from."""
    return str(mapping(way.service.spec.get("model")).get("uri", "")) if way.service else ""


def fetched(way: Way) -> Iterator[Check]:
    """Whether the model could be fetched, for model servers and for the picker's tokenizer."""
    pods = [*way.pods, *way.pickers]
    if not any(_initializer(pod.pod) for pod in pods):
        return
    title = "the model is fetched for {maker}"
    found = list(mending.ended(way, pods, "storage", "WL944", title))
    for check in found:
        told = [f"model.uri: {model_of(way)}", *_told(way)] if way.service else []
        yield mending.with_evidence(check, told)
    if found:
        return
    for pod in pods:
        at = next((one for one in containers.statuses(pod) if one.get("name") == containers.INITIALIZER), None)
        since = mapping(mapping(mapping(at).get("state")).get("running")).get("startedAt")
        if since:
            seconds = max(0.0, way.sight.now - containers.seconds(str(since)))
            look = commands.kubectl(way.sight, "logs", pod.name, "-c", containers.INITIALIZER, "-f")
            detail = f"{pod.name}: the model is still being fetched, for {seconds:.0f} s"
            yield Check("WL944", title.format(maker=pod.name), "warn", detail, f"wait: {look}")
            return
    if any(ways.state(pod).ready for pod in way.pods):
        yield Check("WL944", "the model is fetched", "pass", model_of(way))


def _initializer(pod: object) -> bool:
    return any(one.get("name") == containers.INITIALIZER for one in maps(mapping(pod).get("initContainers")))


def _told(way: Way) -> list[str]:
    """The names of tokens and proxies that the initializer is told; never their values."""
    for pod in [*way.pods, *way.pickers]:
        for one in maps(pod.pod.get("initContainers")):
            if one.get("name") == containers.INITIALIZER:
                names = [str(v.get("name")) for v in maps(one.get("env"))]
                said = [name for name in names if CREDENTIAL.search(name)]
                return [f"told by its environment: {', '.join(said) or 'no token and no proxy'}"]
    return []
