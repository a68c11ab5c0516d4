"""What a recorded stack consists of at this moment, as far as a request meets it: ways in, pools, pickers, servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from wellit import catalogue, engines, live
from wellit.access import Access, Missing, Unread
from wellit.cluster import whole
from wellit.demand import Kind, Object
from wellit.engines import Engine
from wellit.images import Image
from wellit.live import PODS
from wellit.prometheus import METRICS_PORT
from wellit.record import Record
from wellit.smoke import plugins, services
from wellit.smoke.services import Service
from wellit.subject import PREFILL, ROLE

SPLITS = "disaggregates"  # what a guide promises of which not every stack has prefill servers
Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Server:
    """One model server's pod. `state` is what kubectl would say of it; `deployment` made it."""

    name: str
    port: int
    engine: Engine
    role: str = ""
    ready: bool = True
    state: str = ""
    deployment: str = ""

    @property
    def answers(self) -> bool:
        """Whether the picker sends a client's request to it: prefill servers are asked by the others."""
        return self.ready and self.role != PREFILL


@dataclass(frozen=True)
class Picker:
    """A pool's picker: its Service and the port of its metrics, and the plugins that its configuration names.

    `plugins` is None when the configuration could not be read. `trouble` is why none of its pods is Ready, `stands_in`
    what a sandbox says of its program.
    """

    service: str
    port: int
    deployment: str = ""
    plugins: Mapping[str, Mapping[str, Any]] | None = None
    trouble: str = ""
    stands_in: str = ""


@dataclass(frozen=True)
class Pool:
    """An InferencePool, the servers that it selects, and its picker."""

    name: str
    selector: str
    port: int
    servers: tuple[Server, ...] = ()
    picker: Picker | None = None

    @property
    def answering(self) -> tuple[Server, ...]:
        return tuple(server for server in self.servers if server.answers)

    @property
    def prefilling(self) -> tuple[Server, ...]:
        return tuple(server for server in self.servers if server.role == PREFILL)


@dataclass(frozen=True)
class Way:
    """How a client asks. `target` and `port` are where a port-forward leads; `engine` is empty when there is one.

    `header` is what the route knows the model by besides, empty where it does not.
    """

    engine: str
    model: str
    path: str
    headers: Mapping[str, str]
    target: str
    port: int
    pool: Pool | None
    header: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`` (sglang)`` where there are several."""
        return f" ({self.engine})" if self.engine else ""


@dataclass(frozen=True)
class Parts:
    """All of it. `promises` are the guide's; `gateway` its name, "" without one; `unread` what may not be looked at."""

    known: Record
    ways: tuple[Way, ...]
    pools: tuple[Pool, ...]
    gateway: str = ""
    promises: frozenset[str] = frozenset()
    unread: str = ""
    by_model: bool = False
    addresses: Mapping[str, str] = field(default_factory=dict)

    @property
    def servers(self) -> tuple[Server, ...]:
        return tuple(server for pool in self.pools for server in pool.servers)


def read(access: Access, known: Record, addresses: Mapping[str, str] | None = None) -> Parts:
    """Look at all parts of the stack. Raises CannotAnswer when the cluster does not answer."""
    made = services.look(access, known, item) if (item := services.service_of(known)) else None
    wanted = [item for item in known.all_objects() if item.of.kind == "InferencePool"]
    wanted += made.pools if made else ()
    with ThreadPoolExecutor(4) as pool:
        asked = pool.submit(whole, access, PODS.path(known.namespace), dict)
        found = list(pool.map(lambda item: access.get(item.of.path(known.namespace, item.name)), wanted))
        pods = asked.result()
    unread = next((one.why for one in [pods, *found] if isinstance(one, Unread)), made.unread if made else "")
    there: Iterable[Manifest] = () if isinstance(pods, Unread) else pods
    pools = tuple(
        _pool(access, known, item, answer, there)
        for item, answer in zip(wanted, found, strict=True)
        if not isinstance(answer, (Missing, Unread))
    )
    ways = tuple(_by_service(way, made) if made else way for way in _ways(known, pools))
    by_model = bool(known.entry.get("gateway")) and len({way.model for way in ways}) > 1
    by_model = by_model and not any(way.path or way.headers for way in ways)
    promises = _promises(known.guide) - ({SPLITS} if made and not made.splits else set())
    return Parts(known, ways, pools, known.entry.get("gateway", ""), promises, unread, by_model, addresses or {})


def _by_service(way: Way, made: Service) -> Way:
    """A way as the controller that made the route says it."""
    return replace(way, path=made.path or way.path, header=made.header)


def _ways(known: Record, pools: tuple[Pool, ...]) -> Iterable[Way]:
    plain: Manifest = {"engine": "", "model": known.model, "path": "", "headers": {}}
    for way in known.ways or (plain,):
        at = way if "deployment" in way else known.entry
        target = f"deployment/{at['deployment']}" if "deployment" in at else f"service/{at.get('service', '')}"
        own = [pool for pool in pools if way["engine"] and pool.name.endswith(f"-{way['engine']}")]
        pool = next(iter(own or pools), None)
        yield Way(way["engine"], way["model"], way["path"], way["headers"], target, int(at.get("port") or 80), pool)


def _promises(guide: str) -> frozenset[str]:
    """What the guide says of itself; nothing of a guide that this checkout does not have."""
    if guide not in catalogue.guide_names():
        return frozenset()
    return frozenset(catalogue.guide_source(guide).data["promises"])


def _pool(access: Access, known: Record, item: Object, found: Manifest, pods: Iterable[Manifest]) -> Pool:
    spec = found["spec"]
    selector = spec.get("selector") or {}
    labels: Mapping[str, str] = selector.get("matchLabels") or selector  # the older form has the labels themselves
    ports = [one["number"] for one in spec.get("targetPorts") or []] or [spec.get("targetPortNumber", 8000)]
    mine = [pod for pod in pods if labels.items() <= (pod["metadata"].get("labels") or {}).items()]
    servers = tuple(_server(known, pod, ports[0]) for pod in mine if not pod["metadata"].get("deletionTimestamp"))
    named = ",".join(f"{key}={value}" for key, value in labels.items())
    reference = spec.get("endpointPickerRef") or spec.get("extensionRef") or {}
    return Pool(item.name, named, ports[0], servers, _picker(access, known, reference.get("name", ""), pods))


def _server(known: Record, pod: Manifest, port: int) -> Server:
    about, state = pod["metadata"], live.pod_state(pod)
    made_by = state.owner.partition("/")[2]
    deployment = made_by.rpartition("-")[0] if state.owner.startswith("ReplicaSet/") else made_by
    role = (about.get("labels") or {}).get(ROLE, "")
    return Server(about["name"], port, _engine(known, pod), role, state.ready, state.words, deployment)


def _engine(known: Record, pod: Manifest) -> Engine:
    """The engine that a pod starts: by its command line, its image, or what the record says."""
    for container in pod["spec"]["containers"]:
        words = [*(container.get("command") or []), *(container.get("args") or [])]
        image = Image.parse(container.get("image") or "none")
        if found := engines.of_words(words) or engines.of_image(image):
            return found
    recorded = str(known.components.get("engines", "")).partition("+")[0]
    every = engines.engines()
    return next((engine for engine in every if engine.name == recorded), every[0])


def _picker(access: Access, known: Record, name: str, pods: Iterable[Manifest]) -> Picker | None:
    service = access.get(Kind("v1", "Service").path(known.namespace, name)) if name else Missing()
    if isinstance(service, (Missing, Unread)):
        return None
    ports = service["spec"].get("ports") or []
    metrics = [one["port"] for one in ports if "metrics" in (one.get("name") or "")]
    labels = (service["spec"].get("selector") or {}).items()
    own = [pod for pod in pods if labels and labels <= (pod["metadata"].get("labels") or {}).items()]
    found = Picker(name, (metrics or [METRICS_PORT])[0])
    if not own:
        return replace(found, trouble="it has no pod")
    states = [live.pod_state(pod) for pod in own]
    message = (own[0].get("status") or {}).get("message") or ""  # where a sandbox says what stands in for what
    return replace(
        found,
        deployment=states[0].owner.partition("/")[2].rpartition("-")[0],
        plugins=plugins.configured(access, known.namespace, own[0]),
        trouble="" if any(state.ready for state in states) else states[0].words,
        stands_in=message if access.sandbox and " stands in for " in message else "",
    )
