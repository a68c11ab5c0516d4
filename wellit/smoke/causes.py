"""What is probably wrong when an answer is not the right one, and the command that mends it or shows more."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from wellit import again, refusals
from wellit.access import Access
from wellit.keys import KEY, TOKEN
from wellit.record import Record
from wellit.smoke.ask import Answer
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

    def metrics_token(self) -> str:
        """What makes an account that may read metrics (Kubernetes' own role for that), and asks with its token."""
        who = f"{self.namespace}-metrics"
        return (
            f"{self.kubectl('create serviceaccount metrics')}; kubectl {self.flags} create clusterrolebinding {who} "
            f"--clusterrole=system:monitoring --serviceaccount={self.namespace}:metrics; "
            f"{TOKEN}=$({self.kubectl('create token metrics')}) {self.invoke('smoke')}"
        )


@dataclass(frozen=True)
class Cause:
    """Why, probably, and what to run."""

    why: str
    fix: str


def cause(answer: Answer, way: Way, words: Words) -> Cause:
    """Why `answer` is not the one that was waited for."""
    if answer.error:
        return _silence(answer, way, words)
    said, pool = answer.evidence, way.pool
    if answer.status >= 500 and not said and pool and pool.picker and pool.picker.trouble:
        also = f" ({pool.picker.stands_in})" if pool.picker.stands_in else ""
        return Cause(f"the picker is not Ready: {pool.picker.trouble}{also}", words.picker(pool, "logs"))
    if known := refusals.of(answer.status, said):
        return Cause(known.means, _fix(known.look, pool, words))
    return Cause("the engine itself refuses or fails", _logs(way, words))


def _fix(look: str, pool: Pool | None, words: Words) -> str:
    """The command for where to look next."""
    return {
        "doctor": words.invoke("doctor"),
        "key": f"export {KEY}=..., then again",
        "logs": words.picker(pool, "logs"),
        "name": words.invoke("install", "--set model.servedName=NAME"),
        "pods": words.pods(pool),
        "restart": words.picker(pool, "rollout restart"),
        "status": words.invoke("status"),
        "validate": words.invoke("validate"),
    }[look]


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
