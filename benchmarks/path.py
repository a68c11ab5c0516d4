"""What the whole path costs - gateway, picker, routing proxy, engine's stand-in - and whether it loses a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from benchmarks.room import WORDS, Room, say
from wellit import record, sandbox
from wellit.access import Access, open_access
from wellit.demand import Kind
from wellit.errors import CannotAnswer, WellitError
from wellit.live import pod_state
from wellit.load import target
from wellit.load.asked import Asked, Spread
from wellit.load.drive import Clock, Run, drive
from wellit.load.figures import Figures, Quantiles, figures, quantiles
from wellit.load.prompts import Prompts
from wellit.load.sample import Sample
from wellit.load.send import Sender, Way
from wellit.reach import reach
from wellit.smoke.ask import session

SANDBOX = "path"  # no task's name: a flag could not be told from it
NAMESPACE = "measured"
TIMES = 500  # requests of each side, in turn
FLOOD = Asked(concurrency=200, requests=10_000, duration=3600, prompt=Spread(64), output=Spread(8))
KILLS = 5.0  # seconds between two pods that are deleted
QUICK = {"tokens_per_second": 0, "prefill_tokens_per_second": 0, "capacity": 256}  # of the stand-ins: no time of theirs
PODS = Kind("v1", "Pod")
MODEL_PODS = "llm-d.ai/inference-serving=true"


@dataclass(frozen=True)
class Path:
    """A stack in a sandbox that answers: how it is asked through its gateway, and how one engine is asked directly."""

    access: Access
    through: Way
    direct: Way


@dataclass(frozen=True)
class Flood:
    """A load, and what became of it. `kills` are the pods that were deleted meanwhile."""

    what: str
    asked: Asked
    found: Figures
    kills: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Requests of which nobody knows what became of them."""
        return self.asked.requests - self.found.answered - self.found.failed - self.found.hanging


def tables(room: Room) -> Iterator[str]:
    """Both tables, as Markdown. Raises CannotAnswer where no sandbox can answer."""
    with _stack(room) as path:
        say("measuring: what the path adds")
        yield latency(*asyncio.run(in_turn(path, TIMES)))
        floods = []
        for killing in (False, True):
            what = f"{FLOOD.requests:,} requests, {FLOOD.concurrency} open at once"
            say(f"measuring: {what}{', pods killed meanwhile' if killing else ''}")
            floods.append(asyncio.run(_flood(path, what, killing)))
        yield losses(floods)


async def in_turn(path: Path, times: int) -> tuple[list[Sample], list[Sample]]:
    """Ask both ways in turn, one request at a time. Raises CannotAnswer when one is not answered."""
    asked = Asked(requests=times, prompt=Spread(64), output=Spread(1), stream=False)
    prompts, clock = Prompts(asked, Random()), Clock()
    made: tuple[list[Sample], list[Sample]] = ([], [])
    async with session() as client:
        sender = Sender(client, asked, clock)
        for number in range(times):
            for samples, way in zip(made, (path.through, path.direct), strict=True):
                sample = Sample(number)
                await sender.send(sample, way, prompts.make(number))
                if sample.fate != "answered":
                    raise CannotAnswer(f"a request was not answered: {sample.kind}", where=way.base, why=sample.said)
                samples.append(sample)
    return made


def latency(through: Sequence[Sample], direct: Sequence[Sample]) -> str:
    """The table of what the path adds."""
    over, under = (quantiles((one.ended or 0) - one.began for one in samples) for samples in (through, direct))
    assert over and under
    added = f"{_ms(over.p50 - under.p50)} / {_ms(over.p99 - under.p99)}"
    ratio = f"{over.p50 / under.p50:.1f} / {over.p99 / under.p99:.1f}"
    rows = [
        ("one request at a time", "ms", "against", "ms", "added ms", "ratio", "requests"),
        (
            "through gateway, picker, routing proxy and engine's stand-in", _both(over), "the stand-in asked directly",
            _both(under), added, ratio, f"{len(through)}",
        ),
    ]  # fmt: skip
    return _table(rows)


def losses(floods: Sequence[Flood]) -> str:
    """The table of what became of many requests."""
    rows = [
        ("through the path", "answered", "failed clearly", "without an end", "lost", "a second", "what failed said")
    ]
    for one in floods:
        kills = f", {len(one.kills)} model pods killed meanwhile" if one.kills else ""
        kinds = "; ".join(f"{each.count} x {each.kind}" for each in one.found.failures)
        counts = (one.found.answered, one.found.failed, one.found.hanging, one.lost)
        speed = f"{one.found.requests_per_second:.0f}"
        rows.append((one.what + kills, *(f"{count:,}" for count in counts), speed, kinds))  # type: ignore[arg-type]
    return _table(rows)


@contextmanager
def _stack(room: Room) -> Iterator[Path]:
    """A stack with two quick engines, in a sandbox that is taken down afterwards."""
    sandbox.up(SANDBOX, ready="answers", say=say)
    try:
        room.wellit("install", *WORDS, "-n", NAMESPACE, f"--sandbox={SANDBOX}", "--yes", "--no-smoke")
        access = open_access(sandbox=SANDBOX)
        known = record.one(access, NAMESPACE)
        assert known
        with target.opened(access, known) as there:
            through, pod = there.ways[0], _ready_pods(access)[0]
            with reach(access, NAMESPACE, f"pod/{pod}", _engine_port(access, pod)) as base:
                asyncio.run(_quicken(access))
                yield Path(access, through, Way(base, through.model))
    finally:
        sandbox.down(SANDBOX, say=say)


def _engine_port(access: Access, pod: str) -> int:
    """The port of the model server itself, behind the routing proxy."""
    [container] = _read(access, PODS.path(NAMESPACE, pod))["spec"]["containers"]
    return int(container["ports"][0]["containerPort"])


def _read(access: Access, path: str) -> Mapping[str, Any]:
    answer = access.get(path)
    if not isinstance(answer, Mapping):
        raise CannotAnswer(f"{access.label} does not show {path}")
    return answer


def _ready_pods(access: Access) -> list[str]:
    pods = _read(access, f"{PODS.path(NAMESPACE)}?labelSelector={MODEL_PODS}")["items"]
    return [pod["metadata"]["name"] for pod in pods if pod_state(pod).state == "ready"]


async def _quicken(access: Access) -> None:
    """Take the engines' own time away from those that are there."""
    async with session() as client:
        for pod in await asyncio.to_thread(_ready_pods, access):
            with suppress(WellitError, aiohttp.ClientError), reach(access, NAMESPACE, f"pod/{pod}", 8000) as base:
                await client.put(f"{base}/standin", json=QUICK)


async def _flood(path: Path, what: str, killing: bool) -> Flood:
    async with _kills(path.access, killing) as kills:
        run = await drive(FLOOD, [path.through], _told)
    return Flood(what, FLOOD, figures(run.samples, run.seconds), list(kills))


@asynccontextmanager
async def _kills(access: Access, killing: bool) -> AsyncIterator[list[str]]:
    """Deletes a model pod now and then, whenever another is there to answer, as long as the block runs."""
    kills: list[str] = []

    async def kill() -> None:
        while True:
            await asyncio.sleep(KILLS)
            await _quicken(access)
            ready = await asyncio.to_thread(_ready_pods, access)
            if len(ready) > 1:
                kills.append(ready[0])
                await asyncio.to_thread(access.call, "delete", "pod", ready[0], "-n", NAMESPACE, "--wait=false")

    task = asyncio.create_task(kill()) if killing else None
    try:
        yield kills
    finally:
        if task:
            task.cancel()
            await asyncio.wait([task])


def _told(run: Run) -> None:
    if int(run.seconds * 2) % 20 == 0:
        say(f"  {run.seconds:.0f} s: {len(run.samples)} sent")


def _both(of: Quantiles) -> str:
    return f"{_ms(of.p50)} / {_ms(of.p99)}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = rows
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *body])
