"""Containers that do not stay up: which, how they end, and what they said. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wellit.doctor import signatures, ways
from wellit.doctor.sight import Log, Sight
from wellit.doctor.signatures import Said
from wellit.doctor.ways import Way
from wellit.picture.objects import Object
from wellit.picture.plain import mapping, maps

PULL = re.compile(r"ErrImage|ImagePull|InvalidImageName|ImageInspect|RegistryUnavailable")
CONFIG = re.compile(r"CreateContainer(?:Config)?Error")
AGAIN = 2  # restarts from which a container that runs at the moment is held to be one that does not stay up
LATELY = 300.0  # seconds since it ended last
# Why a container ended whose node went away, with a code that is the node's: the program did nothing.
INITIALIZER = "storage-initializer"  # KServe's: it fetches the model before the engine starts
LOST = ("Unknown", "ContainerStatusUnknown")


@dataclass(frozen=True)
class Trouble:
    """One container of one pod that is not up, or does not stay up. `code` is None when it has not ended."""

    pod: Object
    container: str
    does: str
    reason: str
    message: str
    code: int | None
    restarts: int
    log: Log
    said: tuple[Said, ...]

    @property
    def kind(self) -> str:
        """pull, config or ends."""
        if PULL.search(self.reason):
            return "pull"
        return "config" if CONFIG.search(self.reason) else "ends"

    @property
    def evidence(self) -> str:
        """What the API says of it, and its last words."""
        told = f"pod {self.pod.name}, container {self.container}: {self.reason}"
        told += f", exit code {self.code}" if self.code is not None else ""
        told += f", {self.restarts} restarts" if self.restarts else ""
        lines = [f"{told}{': ' + self.message if self.message and self.code is None else ''}"]
        known = [one.line for one in self.said if not one.slow][:1]
        tail = signatures.tail(self.log.before or self.log.now)
        if self.log.unread:
            lines.append(f"its log was not read: you may not {self.log.unread}")
        return "\n".join(dict.fromkeys([*lines, *known, *(tail.splitlines() if not known else [])]))

    @property
    def why(self) -> str:
        """In words: what its log says, else what its exit code means."""
        first = next((one for one in self.said if not one.slow and not one.late), None)
        if first:
            return f"{first.means}" + (f" (exit code {self.code})" if self.code is not None else "")
        if self.reason == "OOMKilled" or "OOMKilled" in self.message:
            return "it used more memory than its limit allows, and was killed (OOMKilled)"
        return (
            signatures.exit_words(self.code) if self.code is not None else f"{self.reason}: {self.message}".rstrip(": ")
        )

    @property
    def write(self) -> str:
        return next((one.write for one in self.said if not one.slow and not one.late), "")


def troubles(way: Way, pods: Iterable[Object]) -> list[Trouble]:
    """Of each kind of pod and container the first that has trouble."""
    found: dict[tuple[str, str], Trouble] = {}
    for pod in current(way, pods):
        for status in statuses(pod):
            trouble = _trouble(way, pod, status)
            if trouble:
                found.setdefault((ways.owner(pod) or pod.name, trouble.container), trouble)
    return list(found.values())


def current(way: Way, pods: Iterable[Object]) -> list[Object]:
    """The pods without those that are about to be replaced: of a template that their workload has no more."""
    known = list(pods)
    made = [(pod, workload_of(way, pod)) for pod in known]
    renewed = {maker.name for pod, maker in made if maker and _same(pod, maker)}
    return [pod for pod, maker in made if not maker or maker.name not in renewed or _same(pod, maker)]


def _same(pod: Object, maker: Object) -> bool:
    """Whether the containers of a pod are started as its workload says now."""

    def started(spec: Mapping[str, Any]) -> list[Any]:
        kinds = ("initContainers", "containers")
        return [
            [one.get(key) for key in ("image", "command", "args")] for kind in kinds for one in maps(spec.get(kind))
        ]

    return started(pod.pod) == started(maker.pod)


def statuses(pod: Object) -> list[Mapping[str, Any]]:
    status = mapping(pod.manifest.get("status"))
    return [*maps(status.get("initContainerStatuses")), *maps(status.get("containerStatuses"))]


def _trouble(way: Way, pod: Object, status: Mapping[str, Any]) -> Trouble | None:
    now, last = mapping(status.get("state")), mapping(mapping(status.get("lastState")).get("terminated"))
    waiting, ended = mapping(now.get("waiting")), mapping(now.get("terminated"))
    restarts, name = int(status.get("restartCount") or 0), str(status.get("name"))
    reason = str(waiting.get("reason") or ended.get("reason") or "")
    code = ended.get("exitCode", last.get("exitCode"))
    if waiting and reason in ("", "PodInitializing", "ContainerCreating"):
        return None
    if ended and not ended.get("exitCode") and _once(pod, name):
        return None  # an init container that did its work
    if not waiting and not ended:
        if restarts < AGAIN or not _lately(way.sight, last) or last.get("reason") in LOST:
            return None
        reason = f"restarts ({last.get('reason', 'Error')})"
    does = role(way, pod, name)
    log = way.sight.log(pod.name, name)
    said = tuple(signatures.known(log.before or log.now, does, engine_name(way, pod)))
    return Trouble(
        pod,
        name,
        does,
        reason,
        str(waiting.get("message") or last.get("reason") or ""),
        int(code) if code is not None else None,
        restarts,
        log,
        said,
    )


def _once(pod: Object, name: str) -> bool:
    """Whether an init container is to end."""
    return any(
        one.get("name") == name and one.get("restartPolicy") != "Always" for one in maps(pod.pod.get("initContainers"))
    )


def _lately(sight: Sight, last: Mapping[str, Any]) -> bool:
    when = seconds(str(last.get("finishedAt") or ""))
    return bool(last) and (not when or sight.now - when < LATELY)


def seconds(when: str) -> float:
    """A time of the API in seconds since 1970; 0 when it is none."""
    try:
        return datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0


def role(way: Way, pod: Object, container: str) -> str:
    """What a container is on the way: storage, proxy, engine, picker, gateway or other."""
    if container == INITIALIZER:
        return "storage"
    if any(pod.name == one.name for one in way.pickers):
        return "picker"
    if any(pod.name == one.name for one in way.gateway_pods):
        return "gateway"
    node = way.server_of(pod)
    return next((one.does for one in node.containers if one.name == container), "other") if node else "other"


def engine_name(way: Way, pod: Object) -> str:
    """The short name of the engine in a pod, "" when it is not known."""
    known = ways.engine_of(way, pod)
    return known.name if known else ""


def workload_of(way: Way, pod: Object) -> Object | None:
    """What makes a pod."""
    from wellit.owners import made_by

    return next((one for one in way.sight.all(*ways.MAKERS) if made_by(ways.owner(pod), one.name)), None)


def statuses_running(pod: Object) -> bool:
    """Whether any container of a pod runs, or has run."""
    return any("running" in mapping(one.get("state")) or one.get("restartCount") for one in statuses(pod))
