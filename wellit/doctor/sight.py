"""All that doctor looks at, gathered once: what diagnoses judge, and nothing else. Pure data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wellit.cluster import Cluster
from wellit.findings import Finding, Location
from wellit.inputs import readback
from wellit.picture import Picture
from wellit.picture import read as drawn
from wellit.picture.objects import Object, World
from wellit.picture.plain import mapping, maps
from wellit.record import Record
from wellit.source import Keys, dotted
from wellit.subject import Manifest, Subject

# Of live objects only what a person wrote: pods and what else Kubernetes made of it say the same again.
WRITTEN = frozenset(
    ["Deployment", "StatefulSet", "LeaderWorkerSet", "Service", "ConfigMap", "Gateway", "HTTPRoute", "InferencePool",
     "DestinationRule", "EnvoyFilter", "DynamoGraphDeployment", "LLMInferenceService"]
)  # fmt: skip
NEEDED = WRITTEN - {"StatefulSet", "LeaderWorkerSet", "EnvoyFilter", "DynamoGraphDeployment", "LLMInferenceService"}
# KServe's controller makes workloads, a pool and a route of a service, with what configs (presets) say.
SERVICE, CONFIG, SERVICE_GROUP = "LLMInferenceService", "LLMInferenceServiceConfig", "serving.kserve.io"
# How a look names what is not the namespace's own: that controller's Deployments, and the ConfigMap of its settings.
CONTROLLER, SETTINGS = "ServiceController", "ServiceSettings"
BESIDE = "wellit.dev/beside"  # the label of a controller that is a process of the sandbox
STAMP = re.compile(r"^\S+ (?:stdout|stderr) [FP] ", re.MULTILINE)
SIMULATED = "Simulated"


@dataclass(frozen=True)
class Log:
    """What a container has written: `now` in this run, `before` in the one that ended. `unread` is a permission."""

    now: str = ""
    before: str = ""
    unread: str = ""

    @property
    def text(self) -> str:
        return f"{self.before}\n{self.now}".strip()


@dataclass(frozen=True)
class Heard:
    """What came back to a question over HTTP. `failure` says why nothing did; `denied` when it might not be asked."""

    status: int = 0
    text: str = ""
    seconds: float = 0.0
    failure: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    denied: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """In one line: ``HTTP 503: no healthy upstream``."""
        said = " ".join(self.text.split())[:300]
        return self.failure or f"HTTP {self.status}" + (f": {said}" if said else "")


@dataclass(frozen=True)
class Sight:
    """One look at a namespace.

    `unread` says of kinds (``Pod``), and of what else could not be looked at, which permission is missing. `logs` are
    by pod and container; by pod are `before` (pickers' metrics, before anything was asked), `metrics` and `models`
    (what a pod answers to GET /v1/models at its pool's port), by pool `answers` (a completion through the gateway).
    `unasked` says why nothing was asked over HTTP. `broken` says why the API server itself could not list a kind.
    """

    namespace: str
    label: str = ""
    flags: str = ""  # for kubectl
    invoke_flags: str = ""
    objects: tuple[Mapping[str, Any], ...] = ()
    record: Record | None = None
    unread: Mapping[str, str] = field(default_factory=dict)
    cluster: Cluster | None = None
    logs: Mapping[tuple[str, str], Log] = field(default_factory=dict)
    before: Mapping[str, Heard] = field(default_factory=dict)
    metrics: Mapping[str, Heard] = field(default_factory=dict)
    models: Mapping[str, Heard] = field(default_factory=dict)
    answers: Mapping[str, Heard] = field(default_factory=dict)
    unasked: str = ""
    broken: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    now: float = 0.0

    @cached_property
    def world(self) -> World:
        return World.of(self.objects, self.namespace)

    def all(self, *kinds: str) -> Iterator[Object]:
        return self.world.all(*kinds)

    @cached_property
    def picture(self) -> Picture:
        """What was written, joined: which containers are proxies and engines, and where they listen."""
        return drawn([one for one in self.objects if one.get("kind") in WRITTEN], self.namespace)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules say of the live objects, read back into values. Errors only: a warning stops no request.

        Nothing when a kind could not be read: a rule would take what it does not see for missing.
        """
        from wellit import validate

        if self.unjudged:
            return ()
        written = (one for one in self.objects if one.get("kind") in WRITTEN and not self.maker_of(one))
        manifests = tuple(_manifest(one) for one in written)
        judged = validate.judge(Subject(readback.releases(manifests), manifests, rendered=True))
        return tuple(item for item in judged if isinstance(item, Finding) and item.severity == "error")

    @cached_property
    def unjudged(self) -> list[str]:
        """The permissions without which rules cannot judge."""
        return [why for kind, why in self.unread.items() if kind in NEEDED]

    @cached_property
    def simulated(self) -> bool:
        """Whether a sandbox says that things are ready which nothing runs behind."""
        return any(
            SIMULATED in str(condition.get("reason", ""))
            for one in self.all("Pod")
            for condition in maps(mapping(one.manifest.get("status")).get("conditions"))
        )

    def maker_of(self, manifest: Mapping[str, Any]) -> Object | None:
        """The LLMInferenceService whose controller made this object: what mends the one is written in the other."""
        about = mapping(manifest.get("metadata"))
        for one in maps(about.get("ownerReferences")):
            if one.get("kind") == SERVICE:
                return self.world.get(SERVICE, str(one.get("name")), str(about.get("namespace") or self.namespace))
        return None

    def log(self, pod: str, container: str) -> Log:
        return self.logs.get((pod, container), Log())

    def events(self, *names: str) -> list[str]:
        """What Kubernetes warned of about objects of these names, the newest last, each once."""
        found: dict[str, str] = {}
        for one in self.all("Event"):
            about = mapping(one.manifest.get("involvedObject"))
            if str(about.get("name")) in names:
                when = str(one.manifest.get("lastTimestamp") or one.manifest.get("eventTime") or "")
                found[f"{one.manifest.get('reason')}: {str(one.manifest.get('message', '')).strip()}"] = when
        return sorted(found, key=lambda words: found[words])


def _manifest(one: Mapping[str, Any]) -> Manifest:
    about = mapping(one.get("metadata"))
    title = f"{one.get('kind')} {about.get('name')}"

    def place(keys: Keys) -> Location:
        return Location(f"live {title}: {dotted(keys)}" if keys else f"live {title}")

    kept = {key: value for key, value in one.items() if key != "status"}
    return Manifest(title, kept, place=place)
