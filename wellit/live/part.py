"""What a look is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit.access import Missing, Unread
from wellit.demand import Object
from wellit.live.pods import PodState

WORKLOADS = ("Deployment", "StatefulSet")


@dataclass(frozen=True)
class Part:
    """One workload, gateway, route, pool or object that a project's own controller carries out.

    `missing` are the conditions that are not met, in words, `mends` what to do about them. `url` is where its
    controller says that it answers, `presets` what it was combined with. `idle` is why it is kept and nothing comes of
    it: the cluster knows its kind by a definition that stands in the place of the project's own.
    """

    object: Object
    there: bool = True
    ready: bool = False
    done: int = 0
    of: int = 0
    missing: tuple[str, ...] = ()
    pods: tuple[PodState, ...] = ()
    unread: str = ""
    simulated: bool = False
    idle: str = ""
    url: str = ""
    presets: tuple[str, ...] = ()
    mends: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.ready or bool(self.idle)

    @property
    def empty(self) -> bool:
        """Whether it has no pods because none are wanted."""
        return self.object.of.kind in WORKLOADS and self.there and self.ready and not self.of

    @property
    def words(self) -> str:
        """Where it stands: ``1 of 2 pods ready``, ``programmed: waiting for the controller``."""
        if self.unread:
            return f"not looked at: you may not {self.unread}"
        if not self.there:
            return "not there yet"
        if self.idle:
            return f"kept, its shape checked; nothing runs: {self.idle}"
        if self.empty:
            return "scaled to 0: there are no pods, and nothing of it answers"
        if self.of or self.object.of.kind in WORKLOADS:
            trouble, what = self.trouble, "replicas" if self.object.of.carried else "pods"
            told = [f"{self.done} of {self.of} {what} ready", *([trouble] if trouble and not self.ready else [])]
            return "; ".join([*told, *self.besides])
        if self.object.of.carried:
            return "; ".join(["ready", *self.besides]) if self.ready else self.trouble
        return "; ".join(self.missing) if self.missing else "accepted"

    @property
    def besides(self) -> list[str]:
        """What else its controller says of it once it is ready."""
        told = [f"at {self.url}"] if self.url else []
        told += [f"with the presets {', '.join(self.presets)}"] if self.presets else []
        return told if self.ready else []

    @property
    def trouble(self) -> str:
        """What keeps it from being ready; of its pods the first that says why."""
        waiting = sorted((pod for pod in self.pods if not pod.ready), key=lambda pod: not pod.reason)
        return "; ".join([*self.missing, *(pod.words for pod in waiting[:1])])


@dataclass(frozen=True)
class Live:
    """One look. `objects` is all that it read; `pods` are those that were read, or known from the look before."""

    parts: tuple[Part, ...]
    addresses: Mapping[str, str] = field(default_factory=dict)  # of gateways
    pods: tuple[PodState, ...] = field(default=(), compare=False, repr=False)
    objects: Mapping[Object, Mapping[str, Any] | Missing | Unread] = field(default_factory=dict, repr=False)

    @property
    def ready(self) -> bool:
        """Whether there is nothing to wait for."""
        return all(part.settled for part in self.parts)

    @property
    def waiting(self) -> list[Part]:
        return [part for part in self.parts if not part.settled]

    @property
    def simulated(self) -> bool:
        """Whether anything of it is ready because a sandbox says so."""
        return any(part.simulated for part in self.parts)

    @property
    def idle(self) -> list[Part]:
        """What is kept and carried out by nobody."""
        return [part for part in self.parts if part.idle]
