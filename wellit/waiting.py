"""Waiting until a stack stands: pods ready, gateway programmed, route and pool accepted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from wellit import live
from wellit.access import Access
from wellit.demand import Object
from wellit.errors import CannotAnswer, Refused
from wellit.live import Live, Part
from wellit.progress import Progress

POLL_SECONDS = 0.3
FIRST_SECONDS, LAST_SECONDS, SHARE = 0.1, 1.0, 0.02  # between looks: a share of the time waited so far, within these
PODS_SHARE = 0.1  # of the time at most for reading pods: thousands of them are some megabytes
PATIENCE_SECONDS = 20.0  # before what might mend it is told with what is waited for
AWAY_SECONDS = 300.0  # how long an API server may be gone before waiting ends: an upgrade of its machine takes minutes

Sleep = Callable[[float], None]


class NotReady(Refused):
    """It did not get ready in time; `live` is the last look, None when there was none."""

    live: Live | None = None


def wait(
    access: Access,
    namespace: str,
    objects: Iterable[Object],
    progress: Progress,
    timeout: float,
    *,
    sleep: Sleep = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Live:
    """Look until everything is ready. An API server that goes away for a while is waited for.

    Raises NotReady after `timeout` seconds, with the pod, the reason and its last log lines; CannotAnswer when the
    cluster stays away.
    """
    wanted = tuple(objects)
    began = answered = due = clock()
    last: Live | None = None
    while True:
        asked = clock()
        try:
            with_pods = last is None or asked >= due
            last = live.look(access, namespace, wanted, None if last is None or with_pods else last.pods)
            if last.ready and not with_pods:  # what ready pods say of themselves belongs to the answer
                last = live.look(access, namespace, wanted)
            answered = clock()
            due = answered + (answered - asked) / PODS_SHARE if with_pods else due
        except CannotAnswer:
            if clock() - answered > AWAY_SECONDS:
                raise
            progress.say("  the cluster does not answer; waiting for it")
        else:
            long = clock() - began > PATIENCE_SECONDS
            progress.show((str(part.object), part.settled, _words(part, long=long)) for part in last.parts)
            if last.ready:
                return last
        if clock() - began > timeout:
            raise _late(access, namespace, last, timeout)
        sleep(pause(clock() - began, clock() - asked))


def pause(waited: float, took: float) -> float:
    """Seconds until the next look, after so many of waiting and a last look of so many."""
    usual = min(LAST_SECONDS, max(FIRST_SECONDS, SHARE * waited))
    # A look at a large namespace takes its time: leave the API server three times as long in peace.
    return max(usual, 3 * took if took > 1 else 0)


def _words(part: Part, *, long: bool) -> str:
    mends = "; ".join(part.mends) if long and not part.settled else ""
    return f"{part.words} ({mends})" if mends else part.words


def _late(access: Access, namespace: str, last: Live | None, timeout: float) -> NotReady:
    waiting = last.waiting if last else []
    said = "; ".join(f"{part.object}: {part.words}" for part in waiting[:3]) or "the cluster did not answer"
    late = NotReady(
        f"not ready after {timeout:.0f} s: {said}",
        why=_logs(access, namespace, waiting),
        write="; ".join(
            [
                *dict.fromkeys(mend for part in waiting for mend in part.mends),
                _look(access, namespace, waiting),
                "then the same again goes on from here",
            ]
        ),
    )
    late.live = last
    return late


def _logs(access: Access, namespace: str, waiting: Iterable[Part]) -> str:
    """The last log lines of the first pod that fails in a container of its own."""
    for part in waiting:
        for pod in part.pods:
            if not pod.ready and (pod.container or pod.state.startswith("running")):
                lines = live.last_lines(access, namespace, pod)
                return f"{pod.name} said last:\n{lines}" if lines else ""
    return ""


def _look(access: Access, namespace: str, waiting: Iterable[Part]) -> str:
    for part in waiting:
        pod = next((pod for pod in part.pods if not pod.ready), None)
        name = f"pod {pod.name}" if pod else f"{part.object.of.kind.lower()} {part.object.name}"
        return f"kubectl {access.flags} describe {name} -n {namespace}"
    return f"kubectl {access.flags} get pods -n {namespace}"
