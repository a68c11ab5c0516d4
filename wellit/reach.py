"""A port of a pod, asked from this machine.

In a sandbox the pod's port is published on loopback already, and its PortForward object says where. Elsewhere
`kubectl port-forward` runs as long as it is needed: it ends with this process, and is started again when it breaks.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from wellit import live, process
from wellit.access import Access, Missing, Unread, permission
from wellit.cluster import whole
from wellit.demand import Kind
from wellit.errors import CannotAnswer, WellitError
from wellit.live import PODS, PodState
from wellit.tools.room import passing

FORWARDS = Kind("kwok.x-k8s.io/v1alpha1", "PortForward")
OPENS_SECONDS = 15.0
AGAIN_SECONDS = 0.2  # before a broken one is started again; longer each time, up to the next
LONGEST_SECONDS = 5.0
_KINDS = {"service": Kind("v1", "Service"), "deployment": Kind("apps/v1", "Deployment"), "pod": PODS}
_LISTENS = re.compile(r"Forwarding from 127\.0\.0\.1:(\d+)")


class NotPermitted(CannotAnswer):
    """The user lacks a permission."""


@dataclass(frozen=True)
class Port:
    """A port of one pod."""

    pod: str
    number: int


@contextmanager
def reach(access: Access, namespace: str, target: str, port: int) -> Iterator[str]:
    """The base URL of `port` of ``service/NAME``, ``deployment/NAME`` or ``pod/NAME``, until the block is left.

    A service's port is its own, that of the others the container's. Raises CannotAnswer, in words, when there is no
    such thing, no pod behind it, none that is Ready, or when it is not permitted.
    """
    with Reach(access, namespace) as open_ways:
        yield open_ways.url(target, port)


class Reach:
    """Ways into one namespace, each opened once and kept until the block is left. May be used by several threads."""

    def __init__(self, access: Access, namespace: str) -> None:
        self.access = access
        self.namespace = namespace
        self._ways: dict[tuple[str, int], _Way] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Reach:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for way in self._ways.values():
            way.close()

    def url(self, target: str, port: int) -> str:
        """The base URL of a port, ``http://127.0.0.1:PORT``. Raises as reach() does."""
        with self._lock:
            way = self._ways.setdefault((target, port), _Way(self.access, self.namespace, target, port))
        return way.url()


class _Way:
    def __init__(self, access: Access, namespace: str, target: str, port: int) -> None:
        self.access, self.namespace, self.target, self.port = access, namespace, target, port
        self._url = ""
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._running: process.Running | None = None
        self._folder: Path | None = None
        self._rooms = contextlib.ExitStack()

    def url(self) -> str:
        with self._lock:
            if not self._url:
                found = find(self.access, self.namespace, self.target, self.port)
                if self.access.sandbox:
                    self._url = published(self.access, self.namespace, found)
                else:
                    self._folder = self._rooms.enter_context(passing())
                    local = self._forward(found, 0)
                    self._url = f"http://127.0.0.1:{local}"
                    threading.Thread(target=self._keep, args=(local,), daemon=True).start()
            return self._url

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            if self._running:
                process.stop(self._running)
            self._rooms.close()

    def _keep(self, local: int) -> None:
        """Start it again, at the same port, whenever it ends before it is closed."""
        wait = AGAIN_SECONDS
        while not self._closed.is_set():
            if self._running and self._running.poll() is None:
                self._closed.wait(AGAIN_SECONDS)
                wait = AGAIN_SECONDS
                continue
            self._closed.wait(wait)
            wait = min(2 * wait, LONGEST_SECONDS)
            with self._lock:
                if not self._closed.is_set():
                    self._again(local)

    def _again(self, local: int) -> None:
        if self._running:
            process.stop(self._running)
            self._running = None
        with contextlib.suppress(WellitError):  # whoever asks meanwhile is refused; the next try may find a pod
            self._forward(find(self.access, self.namespace, self.target, self.port), local)

    def _forward(self, found: Port, local: int) -> int:
        """Start kubectl; the local port, once it listens there. Raises CannotAnswer when it does not."""
        assert self._folder
        log = self._folder / "log"
        argv: list[str | Path] = [
            self.access.kubectl, "--context", self.access.context, "--namespace", self.namespace, "port-forward",
            "--address", "127.0.0.1", f"pod/{found.pod}", f"{local or ''}:{found.number}",
        ]  # fmt: skip
        self._running = process.start(argv, log=log, env=self.access.env, tied=True)
        until = time.monotonic() + OPENS_SECONDS
        while time.monotonic() < until and not self._closed.is_set():
            if listens := _LISTENS.search(said := log.read_text(errors="replace")):
                return int(listens[1])
            if self._running.poll() is not None:
                break
            time.sleep(0.02)
        process.stop(self._running)
        self._running = None
        raise _refused(self.access, self.namespace, found, said)


def find(access: Access, namespace: str, target: str, port: int) -> Port:
    """The pod, and its own port, behind `port` of a target. Raises as reach() does."""
    kind, _, name = target.partition("/")
    item = access.get(_KINDS[kind].path(namespace, name))
    look = f"kubectl {access.flags} -n {namespace} get {kind}s"
    if isinstance(item, Unread):
        raise NotPermitted(f"{target} in {namespace} cannot be reached: you may not {item.why}", write="ask for it")
    if isinstance(item, Missing):
        raise CannotAnswer(f"there is no {kind} {name} in {namespace} on {access.label}", write=look)
    if kind == "pod":
        return Port(name, port)
    selector = item["spec"].get("selector") or {}
    labels = selector.get("matchLabels") or {} if kind == "deployment" else selector
    pod = _ready_pod(access, namespace, target, labels)
    return Port(pod["metadata"]["name"], _target_port(item, pod, target, port) if kind == "service" else port)


def _ready_pod(access: Access, namespace: str, target: str, labels: Mapping[str, str]) -> Mapping[str, Any]:
    wanted = ",".join(f"{key}={value}" for key, value in labels.items())
    look = f"kubectl {access.flags} -n {namespace} get pods" + (f" -l {wanted}" if wanted else "")
    if not wanted:
        raise CannotAnswer(f"{target} in {namespace} selects no pods", write=look)
    pods = whole(access, PODS.path(namespace), dict, labelSelector=wanted)
    if isinstance(pods, Unread):
        raise NotPermitted(f"{target} in {namespace} cannot be reached: you may not {pods.why}", write="ask for it")
    states = {pod["metadata"]["name"]: live.pod_state(pod) for pod in pods}
    for pod in pods:
        if states[pod["metadata"]["name"]].ready:
            return pod
    if not pods:
        raise CannotAnswer(f"{target} in {namespace} has no pod: none has the labels {wanted}", write=look)
    raise CannotAnswer(f"no pod of {target} in {namespace} is Ready: {_worst(states.values())}", write=look)


def _worst(states: Any) -> str:
    """What is said of one pod that is not Ready: one that has a reason first."""
    said: PodState = sorted(states, key=lambda state: not state.reason)[0]
    return said.words


def _target_port(service: Mapping[str, Any], pod: Mapping[str, Any], target: str, port: int) -> int:
    ports = service["spec"].get("ports") or []
    entry = next((one for one in ports if one["port"] == port), None)
    if entry is None:
        have = ", ".join(str(one["port"]) for one in ports) or "none"
        raise CannotAnswer(f"{target} has no port {port}", write=f"its ports: {have}")
    wanted = entry.get("targetPort") or port
    if isinstance(wanted, int):
        return wanted
    places = [*(pod["spec"].get("initContainers") or []), *(pod["spec"].get("containers") or [])]
    named = [p["containerPort"] for one in places for p in one.get("ports") or [] if p.get("name") == wanted]
    if not named:
        missing = f"{target} leads to the port {wanted}, which pod {pod['metadata']['name']} does not name"
        raise CannotAnswer(missing, write=f"name: {wanted} at a port of its containers, or a number as targetPort")
    return int(named[0])


def published(access: Access, namespace: str, found: Port) -> str:
    """The base URL at which a sandbox has published a pod's port. Raises CannotAnswer when it has not."""
    item = access.get(FORWARDS.path(namespace, found.pod))
    if isinstance(item, (Missing, Unread)):
        raise CannotAnswer(
            f"nothing runs behind pod {found.pod} in {namespace}: the sandbox only says that it is ready",
            write=f"invoke sandbox.status says why; kubectl {access.flags} -n {namespace} get pod {found.pod} -o yaml",
        )
    forwards = item["spec"].get("forwards") or []
    for forward in forwards:
        ports, at = forward.get("ports") or [found.number], forward.get("target") or {}
        if found.number in ports and at.get("port"):
            return f"http://{at.get('address') or '127.0.0.1'}:{at['port']}"
    have = ", ".join(str(one) for forward in forwards for one in forward.get("ports") or []) or "none"
    raise CannotAnswer(f"pod {found.pod} in {namespace} has no port {found.number}", write=f"its ports: {have}")


# What kubectl port-forward says -> what it means.
_SAID = (
    (r"NotFound|not found", "it is gone"),
    (r"pod is not running", "it does not run"),
    (r"address already in use|unable to listen", "the local port was taken meanwhile"),
    (r"connection refused|lost connection", "nothing listens at that port in it"),
)


def _refused(access: Access, namespace: str, found: Port, said: str) -> CannotAnswer:
    last = (said.strip().splitlines() or ["kubectl said nothing"])[-1]
    command = f"kubectl {access.flags} -n {namespace} port-forward pod/{found.pod} :{found.number}"
    where = f"port {found.number} of pod {found.pod} in {namespace} cannot be reached"
    if "forbidden" in said.lower():
        return NotPermitted(
            f"{where}: you may not {permission(last)}",
            write=f"ask for it: kubectl {access.flags} -n {namespace} auth can-i create pods/portforward",
        )
    why = next((meaning for pattern, meaning in _SAID if re.search(pattern, said)), "")
    return CannotAnswer(f"{where}{f': {why}' if why else ''}", why=last, write=command)
