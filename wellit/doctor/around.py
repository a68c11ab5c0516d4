"""What doctor looks at where LLMInferenceServices are: them, and what KServe's controller goes by. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit import served
from wellit.access import Access, Missing, Unread, part
from wellit.carried import Carried, carried
from wellit.carriers import selector
from wellit.cluster import whole
from wellit.demand import Kind
from wellit.doctor.sight import BESIDE, CONFIG, CONTROLLER, SERVICE, SERVICE_GROUP, SETTINGS
from wellit.errors import CannotAnswer

VERSIONS = ("v1alpha2", "v1alpha1")  # of their API, the newest first: in one of them each is read
DEPLOYMENTS = "/apis/apps/v1/deployments"


@dataclass
class Found:
    """What was found; `unread` are permissions, `broken` lists that the API server itself could not give."""

    objects: list[Mapping[str, Any]] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def add(self, access: Access, kind: Kind, name: str, path: str, **query: str) -> None:
        """Take a list, under a name of our own."""
        try:
            items = whole(access, path, lambda item: {"apiVersion": kind.api_version, **item, "kind": name}, **query)
        except CannotAnswer as problem:
            self.broken[name] = problem.why or problem.message
            return
        if isinstance(items, Unread):
            self.unread[name] = items.why
        else:
            self.objects += items


def look(access: Access, namespace: str) -> Found:
    """Look at the services of a namespace; where there are none, at nothing else. Raises CannotAnswer."""
    found = Found()
    version = next(_versions(access), "")
    known = carried(SERVICE_GROUP, SERVICE)
    if not version or not known:
        return found
    kind = Kind(version, SERVICE)
    found.add(access, kind, SERVICE, kind.path(namespace))
    if not found.objects and not found.broken:
        return found
    _controller(access, known, found)
    presets = known.goes_by["presets"]
    config = Kind(version, CONFIG)
    for space in dict.fromkeys((namespace, str(presets["namespace"]))):
        found.add(access, config, CONFIG, config.path(space))
    settings = known.goes_by["settings"]
    kind = Kind("v1", "ConfigMap")
    answer = access.get(kind.path(settings["namespace"], settings["name"]))
    if isinstance(answer, Unread):
        found.unread[SETTINGS] = answer.why
    elif not isinstance(answer, Missing):
        found.objects.append({"apiVersion": "v1", **answer, "kind": SETTINGS})
    return found


def _versions(access: Access) -> Iterator[str]:
    """The versions in which the cluster knows them."""
    for version in VERSIONS:
        kinds = served.kinds(access, f"{SERVICE_GROUP}/{version}")
        if not isinstance(kinds, Unread) and SERVICE in kinds:
            yield f"{SERVICE_GROUP}/{version}"


def _controller(access: Access, known: Carried, found: Found) -> None:
    """Its Deployments, and what carries them out beside the cluster: a process of the sandbox."""
    if beside := part(access, str(known.controller.get("sandbox", ""))):
        about = {"name": beside, "namespace": known.goes_by["settings"]["namespace"], "labels": {BESIDE: "true"}}
        found.objects.append(
            {"apiVersion": "v1", "kind": CONTROLLER, "metadata": about, "status": {"readyReplicas": 1}}
        )
    found.add(access, Kind("apps/v1", "Deployment"), CONTROLLER, DEPLOYMENTS, labelSelector=selector(known))
