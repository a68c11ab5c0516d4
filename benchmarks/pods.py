"""`install` of many pods, against helm's own wait for the same: what is over is this project's own share.

The control plane's clients have the raised rates of every sandbox (wellit/sandbox/data/cluster.yaml): with Kubernetes'
own ones a thousand pods would take a minute of their controller's waiting, and hide what is measured here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from benchmarks.room import WORDS, Room, say
from benchmarks.timing import Comparison, Side
from wellit import process, sandbox, tools
from wellit.errors import CannotAnswer
from wellit.sandbox import Sandbox

SANDBOX = "crowded"
USUAL = (10, 100, 1000)
GPUS = 8  # of a node; a pod takes one
LEEWAY = 2  # nodes for each that is needed: the scheduler is not asked to fill the last one
AIM = 1.11  # an own share below 10 %
SECONDS = 1800


def parsed(word: str) -> tuple[int, ...]:
    """The numbers of ``--pods=10,100``. Raises CannotAnswer for anything else."""
    numbers = [part for part in word.partition("=")[2].split(",") if part.isdigit() and int(part) > 0]
    if not numbers or ",".join(numbers) != word.partition("=")[2]:
        raise CannotAnswer(f"{word} says no numbers of pods", write="--pods=10,100,1000")
    return tuple(map(int, numbers))


@contextmanager
def installs(room: Room, numbers: tuple[int, ...]) -> Iterator[list[Comparison]]:
    """One comparison for each number of pods, in a sandbox that has room for the most of them."""
    nodes = max(4, -(-max(numbers) * LEEWAY // GPUS))
    there = sandbox.up(SANDBOX, say=say, ready="simulated", nodes=nodes, resources={"nvidia.com/gpu": GPUS})
    try:
        yield [_of(room, there, number, turn) for turn, number in enumerate(numbers)]
    finally:
        sandbox.down(SANDBOX, say=say)


def _of(room: Room, there: Sandbox, pods: int, turn: int) -> Comparison:
    """Each round begins with an empty cluster: the namespace of the one before is gone."""
    rounds = count()
    said = ("--set", f"decode.replicas={pods}")
    settings = {"decode": {"replicas": pods}}

    def fresh() -> str:
        return f"crowd-{turn}-{next(rounds)}"

    def ours() -> None:
        flags = [f"--sandbox={there.name}", "--yes", "--no-smoke", "--timeout", str(SECONDS)]
        room.wellit("install", *WORDS, "-n", fresh(), *said, *flags)

    def theirs() -> None:
        words = ("sync", "--wait", "--timeout", str(SECONDS))
        room.helmfile(fresh(), *words, kubeconfig=there.kubeconfig, settings=settings)

    def cleared() -> None:
        _clear(there)

    what = f"`install` of {pods:,} pods, until all are ready"
    sides = Side(ours, before=cleared), Side(theirs, before=cleared)
    return Comparison(what, "`helmfile sync --wait`", *sides, 1 if pods > 1000 else 3, AIM)


def _clear(there: Sandbox) -> None:
    """Remove what rounds before have left, and wait until it is gone. Raises CannotAnswer when it stays."""
    kubectl: list[str | Path] = [tools.path("kubectl", say), "--kubeconfig", there.kubeconfig]
    done = process.run([*kubectl, "get", "namespaces", "-o", "name"], timeout=60)
    names = [name for name in done.out.split() if name.startswith("namespace/crowd-")]
    if names:
        done = process.run([*kubectl, "delete", *names, f"--timeout={SECONDS}s"], timeout=SECONDS + 60)
    if not done.ok:
        raise CannotAnswer("the cluster is not cleared", why=done.err.strip())
