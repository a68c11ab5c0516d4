"""One way that requests take, from a gateway to the pods of a pool, and what its pods are. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wellit import engines
from wellit.doctor.sight import Sight
from wellit.engines import Engine
from wellit.live import PodState, pod_state
from wellit.owners import made_by
from wellit.picture import Container, Node
from wellit.picture.objects import Object, matched_labels
from wellit.picture.plain import mapping, maps
from wellit.subject import PREFILL, ROLE

POOL = "InferencePool"
MAKERS = ("Deployment", "StatefulSet", "LeaderWorkerSet")
EXT_PROC_PORT = 9002


@dataclass(frozen=True, eq=False)
class Way:
    """One way: from a gateway to the pods of a pool.

    `reference` is the route's reference to what takes its requests; `parent` the route's to its gateway. `service` is
    the LLMInferenceService of which KServe's controller makes all of it but the gateway.
    """

    sight: Sight
    pool_name: str
    pool: Object | None = None
    route: Object | None = None
    rule: Mapping[str, Any] | None = None
    reference: Mapping[str, Any] | None = None
    parent: Mapping[str, Any] | None = None
    gateway: Object | None = None
    service: Object | None = None

    @property
    def gateway_name(self) -> str:
        if self.gateway:
            return self.gateway.name
        return str(mapping(self.parent).get("name", ""))

    @cached_property
    def selector(self) -> dict[str, str]:
        return matched_labels(self.pool.spec.get("selector")) if self.pool else {}

    @cached_property
    def ports(self) -> list[int]:
        """The ports that the pool sends to."""
        if not self.pool:
            return []
        listed = [one.get("number") for one in maps(self.pool.spec.get("targetPorts"))]
        return [port for port in listed or [self.pool.spec.get("targetPortNumber")] if isinstance(port, int)]

    @cached_property
    def pods(self) -> list[Object]:
        """The pods that the pool selects, those that are ending left out."""
        if self.service and not self.pool:
            made = {one.name for one in self.workloads}
            own = [pod for pod in self.sight.all("Pod") if any(made_by(owner(pod), name) for name in made)]
            return [pod for pod in own if not ending(pod)]
        return self.selected(self.selector)

    def selected(self, selector: Mapping[str, str]) -> list[Object]:
        return [
            pod
            for pod in self.sight.all("Pod")
            if selector and selector.items() <= pod.pod_labels.items() and not ending(pod)
        ]

    @cached_property
    def workloads(self) -> list[Object]:
        """The workloads whose pods the pool selects; without a pool those that were made of a service."""
        if self.service and not self.pool:
            return [one for one in self.sight.all(*MAKERS) if self.sight.maker_of(one.manifest) is self.service]
        found = self.sight.world.selected(self.selector, self.sight.namespace)
        return [one for one in found if one.kind in MAKERS]

    @cached_property
    def servers(self) -> list[Node]:
        """The same in the picture: which containers they have, and where they listen."""
        named = {one.name for one in self.workloads}
        return [node for node in self.sight.picture.of("pods", "workload") if node.name in named]

    def server_of(self, pod: Object) -> Node | None:
        """The picture of the pods that this one belongs to."""
        return next((node for node in self.servers if made_by(owner(pod), node.name)), None)

    @cached_property
    def ready(self) -> list[Object]:
        return [pod for pod in self.pods if state(pod).ready]

    @property
    def prefills(self) -> list[Object]:
        return [pod for pod in self.pods if pod.pod_labels.get(ROLE) == PREFILL]

    @property
    def decodes(self) -> list[Object]:
        return [pod for pod in self.pods if pod.pod_labels.get(ROLE) != PREFILL]

    @cached_property
    def picker_reference(self) -> Mapping[str, Any]:
        spec = self.pool.spec if self.pool else {}
        return mapping(spec.get("endpointPickerRef") or spec.get("extensionRef"))

    @property
    def picker_port(self) -> int:
        reference = self.picker_reference
        port = mapping(reference.get("port")).get("number") or reference.get("portNumber")
        return port if isinstance(port, int) else EXT_PROC_PORT

    @cached_property
    def picker_service(self) -> Object | None:
        name = str(self.picker_reference.get("name", ""))
        return self.sight.world.get("Service", name, self.sight.namespace, "") if name else None

    @cached_property
    def picker_workload(self) -> Object | None:
        """What makes the picker's pods: by the service's labels, else the one that is told this pool's name."""
        selector = matched_labels(self.picker_service.spec.get("selector")) if self.picker_service else {}
        found = [one for one in self.sight.world.selected(selector, self.sight.namespace) if one.kind in MAKERS]
        told = [
            one
            for one in self.sight.all(*MAKERS)
            if re.search(rf"--?pool-?name[ =,'\"]+{re.escape(self.pool_name)}\b", " ".join(_words(one)), re.IGNORECASE)
        ]
        return next(iter([*found, *told]), None)

    @cached_property
    def pickers(self) -> list[Object]:
        """The picker's pods."""
        maker = self.picker_workload
        return [pod for pod in self.sight.all("Pod") if maker and made_by(owner(pod), maker.name) and not ending(pod)]

    @cached_property
    def picker_node(self) -> Node | None:
        name = str(self.picker_reference.get("name", ""))
        return next((node for node in self.sight.picture.of("picker") if node.name == name), None)

    @property
    def answered(self) -> bool:
        """Whether doctor's own request was answered."""
        heard = self.sight.answers.get(self.pool_name)
        return bool(heard and heard.ok)

    @cached_property
    def gateway_service(self) -> Object | None:
        """The Service before the gateway's own pods: labelled with its name, or called GATEWAY-CLASS."""
        if not self.gateway:
            return None
        label = "gateway.networking.k8s.io/gateway-name"
        kind = str(self.gateway.spec.get("gatewayClassName", ""))
        for service in self.sight.all("Service"):
            labels = mapping(mapping(service.manifest.get("metadata")).get("labels"))
            named = labels.get(label) == self.gateway.name or service.name == f"{self.gateway.name}-{kind}"
            if service.namespace == self.gateway.namespace and named:
                return service
        return None

    @cached_property
    def gateway_pods(self) -> list[Object]:
        service = self.gateway_service
        return self.selected(matched_labels(service.spec.get("selector"))) if service else []


def owner(pod: Object) -> str:
    """What made a pod: ``ReplicaSet/NAME``."""
    about = mapping(pod.manifest.get("metadata"))
    return next((f"{one.get('kind')}/{one.get('name')}" for one in maps(about.get("ownerReferences"))), "")


def ending(pod: Object) -> bool:
    return bool(mapping(pod.manifest.get("metadata")).get("deletionTimestamp"))


def state(pod: Object) -> PodState:
    return pod_state(pod.manifest)


def engine(node: Node | None) -> Container | None:
    return next((one for one in node.containers if one.does == "engine"), None) if node else None


def known_engine(container: Container | None) -> Engine | None:
    return next((one for one in engines.engines() if container and one.title == container.title), None)


def engine_of(way: Way, pod: Object) -> Engine | None:
    """The engine in a pod, None when it is not known."""
    return known_engine(engine(way.server_of(pod)))


def proxy(node: Node | None) -> Container | None:
    return next((one for one in node.containers if one.does == "proxy"), None) if node else None


def _words(one: Object) -> list[str]:
    return [
        str(word)
        for container in maps(one.pod.get("containers"))
        for key in ("command", "args")
        for word in container.get(key) or []
    ]
