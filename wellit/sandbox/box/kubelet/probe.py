"""A probe as a pod's spec has it, and what its answers come to. Pure: who asks is wellit.sandbox.box.kubelet.ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]
KINDS = ("startup", "readiness", "liveness")


@dataclass(frozen=True)
class Probe:
    """One probe; the figures are Kubernetes' defaults where the spec says nothing. Times are seconds."""

    kind: str
    action: Object
    delay: float
    period: float
    timeout: float
    successes: int
    failures: int

    @classmethod
    def read(cls, kind: str, said: Object) -> Probe:
        return cls(
            kind=kind, action=said,
            delay=said.get("initialDelaySeconds") or 0, period=said.get("periodSeconds") or 10,
            timeout=said.get("timeoutSeconds") or 1,
            successes=said.get("successThreshold") or 1, failures=said.get("failureThreshold") or 3,
        )  # fmt: skip


def probes(container: Object) -> dict[str, Probe]:
    """The probes of a container, by kind."""
    return {kind: Probe.read(kind, said) for kind in KINDS if (said := container.get(f"{kind}Probe"))}


class Tally:
    """What a probe's answers come to: `verdict` is None until they have come to something, then True or False.

    Readiness begins as False: a container is not ready before it says so. A verdict falls after so many answers of the
    same kind in a row as the probe wants.
    """

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self._row = 0
        self._last: bool | None = None
        self.verdict: bool | None = {"startup": None, "readiness": False, "liveness": True}[probe.kind]
        self.answered = False  # whether it has succeeded yet

    def count(self, success: bool) -> bool:
        """Count an answer; whether the verdict fell or changed by it."""
        self._row = self._row + 1 if success == self._last else 1
        self._last = success
        self.answered = self.answered or success
        if self._row < (self._probe.successes if success else self._probe.failures):
            return False
        # A failure of startup or liveness ends the container each time; others only when they are new.
        news = success != self.verdict or (not success and self._probe.kind != "readiness")
        self.verdict = success
        return news


class Pace:
    """When a probe is asked next, and whether a failure then counts. Times are seconds since the container began.

    Kubernetes asks after the delay and then each period. Here it is asked sooner until it has succeeded once, so that
    nobody waits for what has come already; liveness is never in a hurry. Nothing counts before `settle`.
    """

    def __init__(self, probe: Probe, eager: float, settle: float) -> None:
        self._probe = probe
        self._eager = eager if probe.kind != "liveness" else probe.period
        self._due = max(probe.delay, settle)

    def next(self, at: float, answered: bool) -> float:
        """The moment to ask, not before `at`."""
        if answered:
            return max(at, self._due)
        return max(at, min(self._due, at + self._eager))

    def counts(self, at: float) -> bool:
        """Whether a failure at this moment counts; if it does, the next period begins."""
        if at < self._due:
            return False
        self._due = at + self._probe.period
        return True
