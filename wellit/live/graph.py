"""An object that a project's own controller carries out: what that says of it, and the pods that it made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wellit.access import Access, Missing, Unread
from wellit.carried import CONDITION, Carried
from wellit.carriers import selector
from wellit.demand import Object
from wellit.live.part import Part
from wellit.live.pods import PodState
from wellit.owners import made_for


@dataclass(frozen=True)
class Held:
    """Why a deleted object is still there, and what to do."""

    why: str
    write: str


def held(access: Access, namespace: str, objects: Iterable[Object]) -> Held | None:
    """The first of these objects that is deleted and waits for its controller; None when none does."""
    for item in objects:
        if not (known := item.of.carried):
            continue
        found = access.get(item.of.path(namespace, item.name))
        about = {} if isinstance(found, (Missing, Unread)) else found["metadata"]
        if about.get("deletionTimestamp") and known.finalizer in (about.get("finalizers") or ()):
            name = f"{item.of.resource}.{item.of.group} {item.name}"
            # Nothing of an object changes while a webhook that must be asked does not answer.
            delete = f"kubectl {access.flags} delete {' '.join(known.webhooks)}; " if known.webhooks else ""
            return Held(
                f"{item} waits for {known.finalizer}, which {known.who} takes away when it has cleaned up",
                f"is it running? kubectl {access.flags} get deployments -A -l {selector(known)}; where it is gone for "
                f"good: {delete}kubectl {access.flags} -n {namespace} patch {name} --type=merge -p "
                """'{"metadata":{"finalizers":null}}', then the same uninstall again""",
            )
    return None


def part_of(
    item: Object, live: Mapping[str, Any], pods: Iterable[PodState], made: Sequence[Mapping[str, Any]] = ()
) -> Part:
    """What a project's controller says of its object, and the pods that it made; `made` are its Deployments."""
    known, status = item.of.carried, live.get("status") or {}
    assert known
    own = tuple(pod for pod in pods if made_for(item, pod.owner, pod.labels))
    generation = live["metadata"].get("generation", 0)
    seen = status.get("observedGeneration", generation) >= generation  # an early operator does not say
    said = next((c for c in status.get("conditions") or [] if c["type"] == CONDITION), None)
    ready = seen and said is not None and said["status"] == "True"
    counted = list(_counted(status)) or [_replicas(one) for one in made]
    missing: tuple[str, ...] = ()
    if said is None:
        missing = (f"{known.who} has said nothing of it yet",)
    elif not seen:
        missing = (f"{known.who} has not seen the newest version of it yet",)
    elif not ready:
        missing = tuple(_unmet(known, status["conditions"])) or (_told(known, said),)
    reasons = [c.get("reason", "") for c in status.get("conditions") or [] if c["status"] != "True"]
    return Part(
        item, ready=ready, done=sum(done for done, _ in counted), of=sum(of for _, of in counted), missing=missing,
        pods=own, simulated=any(pod.state == "simulated" for pod in own), url=str(status.get("url") or ""),
        presets=tuple(one["name"] for one in status.get("appliedConfigs") or ()),
        mends=tuple(dict.fromkeys(known.mends[reason] for reason in reasons if reason in known.mends)) if seen else (),
    )  # fmt: skip


def heard(live: Mapping[str, Any]) -> bool:
    """Whether a controller has said anything of an object."""
    return bool((live.get("status") or {}).get("conditions"))


def _unmet(known: Carried, conditions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The conditions that Ready is made of and that are not met, in words."""
    by_type = {condition["type"]: condition for condition in conditions}
    for name, words in known.conditions.items():
        condition = by_type.get(name)
        if condition and condition["status"] != "True":
            yield ": ".join(filter(None, [words, _told(known, condition)]))


def _told(known: Carried, condition: Mapping[str, Any]) -> str:
    """Why a condition is not met: its reason in words, and its message."""
    reason = condition.get("reason", "")
    return ": ".join(filter(None, [known.reasons.get(reason, reason), condition.get("message", "")]))


def _counted(status: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """(ready, wanted) replicas of each part of a graph, as its controller counts them."""
    for part in (status.get("components") or status.get("services") or {}).values():
        ready = part.get("readyReplicas", part.get("availableReplicas", 0))
        yield min(ready, part.get("updatedReplicas", ready)), part.get("replicas", 0)


def _replicas(deployment: Mapping[str, Any]) -> tuple[int, int]:
    """(ready, wanted) replicas of a Deployment; those of an older version of it do not count."""
    status, generation = deployment.get("status") or {}, deployment["metadata"].get("generation", 0)
    updated = status.get("updatedReplicas", 0) if status.get("observedGeneration", 0) >= generation else 0
    return min(status.get("readyReplicas", 0), updated), deployment["spec"].get("replicas", 1)
