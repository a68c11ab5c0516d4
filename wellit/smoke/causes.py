"""What is probably wrong when an answer is not the right one, and the command that mends it or shows more."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from wellit import again
from wellit.access import Access
from wellit.record import Record
from wellit.smoke.ask import KEY, Answer
from wellit.smoke.parts import Pool, Way


@dataclass(frozen=True)
class Words:
    """Commands in full: with the cluster, the namespace and the guide."""

    cluster: str
    flags: str
    namespace: str
    guide: str
    environment: str
    again: str = ""
    """What was chosen besides, as an install takes it."""

    @classmethod
    def of(cls, access: Access, known: Record) -> Words:
        more = shlex.join(again.chosen(known))
        return cls(access.invoke_flags, access.flags, known.namespace, known.guide, known.environment, more)

    def kubectl(self, said: str) -> str:
        return f"kubectl {self.flags} -n {self.namespace} {said}"

    def invoke(self, task: str, more: str = "") -> str:
        files = task in ("install", "validate")
        env = f" -e {self.environment}" if files else ""
        besides = [self.again if files else "", self.cluster if task != "validate" else "", more]
        return " ".join([f"invoke {task} -g {self.guide}{env} -n {self.namespace}", *filter(None, besides)])

    def pods(self, pool: Pool | None) -> str:
        """What shows the pods of a pool."""
        return self.kubectl("get pods -o wide" + (f" -l {pool.selector}" if pool else ""))

    def picker(self, pool: Pool | None, what: str) -> str:
        """kubectl's `what` of a pool's picker: ``logs``, ``rollout restart``."""
        name = pool.picker.deployment if pool and pool.picker else ""
        return self.kubectl(f"{what} deployment/{name}" if name else "get deployments")


@dataclass(frozen=True)
class Cause:
    """Why, probably, and what to run."""

    why: str
    fix: str


_UPSTREAM = r"upstream connect error|delayed connect error|reset before headers"


def cause(answer: Answer, way: Way, words: Words) -> Cause:
    """Why `answer` is not the one that was waited for."""
    if answer.error:
        return _silence(answer, way, words)
    said, pool = answer.evidence, way.pool
    if answer.status >= 500 and not said and pool and pool.picker and pool.picker.trouble:
        also = f" ({pool.picker.stands_in})" if pool.picker.stands_in else ""
        return Cause(f"the picker is not Ready: {pool.picker.trouble}{also}", words.picker(pool, "logs"))
    if answer.status in (401, 403):
        return Cause("a key is wanted, or the one that was sent is not the right one", f"export {KEY}=..., then again")
    for statuses, pattern, why, fix in (
        ((503,), r"failed to find candidate pods", "the pool has no Ready pod", words.pods(pool)),
        ((500,), r"no pods available", "the pool has no Ready pod", words.pods(pool)),
        ((429,), r"decode workers", "no decode server is Ready", words.pods(pool)),
        ((429,), r"", "every server is full, and the request may be dropped", words.pods(pool)),
        (
            (503,), _UPSTREAM, "the pod that the picker chose takes no connection: its engine has ended, or listens "
            "at another port or address, and the pod is still Ready", words.invoke("doctor"),
        ),
        (
            (503,), r"decode node is not ready", "the routing proxy is there and the engine behind it is not",
            words.pods(pool),
        ),
        ((503,), r"no healthy upstream", "the gateway finds no pod behind the route", words.invoke("status")),
        (
            (500, 502, 504), r"^$", "the picker does not answer the gateway",
            words.picker(pool, "rollout restart"),
        ),
        (
            (404,), r"does not exist|not found.*model|model.*not found", "the engine serves the model under another "
            "name", words.invoke("install", "--set model.servedName=NAME"),
        ),
        ((404,), r"^$", "no rule of the route matches, or no route is attached to the gateway", words.invoke("status")),
        (
            (404,), r"", "what answers does not know this path: another program listens there",
            words.invoke("doctor"),
        ),
        (
            (400,), r"gateway: BadRequest|BadRequest -", "the picker did not take the request",
            words.picker(pool, "logs"),
        ),
        ((403, 400), r"SSRF", "the routing proxy refuses the prefill server", words.invoke("validate")),
    ):  # fmt: skip
        if answer.status in statuses and re.search(pattern, said, re.IGNORECASE):
            return Cause(why, fix)
    return Cause("the engine itself refuses or fails", _logs(way, words))


def _silence(answer: Answer, way: Way, words: Words) -> Cause:
    if answer.error.startswith("no answer"):
        return Cause(
            "the request is held somewhere: an engine that hangs, or a prefill server that never answers, for which "
            "the routing proxy waits without end", words.invoke("doctor"),
        )  # fmt: skip
    if answer.error.startswith("no connection"):
        return Cause("nobody listens there", words.invoke("status"))
    return Cause("whoever answered ended in the middle of it", _logs(way, words))


def _logs(way: Way, words: Words) -> str:
    servers = way.pool.answering if way.pool else ()
    return words.kubectl(f"logs deployment/{servers[0].deployment} --tail=50") if servers else words.pods(way.pool)
