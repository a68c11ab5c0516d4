"""What going back to a recorded state would do, before anything is done: read from what helm keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from wellit import again, cluster, demand, dryrun, installed
from wellit.access import Access
from wellit.changes import Changes, words
from wellit.cluster import PARALLEL, Cluster
from wellit.demand import Demand
from wellit.errors import CannotAnswer, Refused
from wellit.recorded import KEPT, Record
from wellit.render import Release, Rendered


@dataclass(frozen=True)
class Back:
    """A state to go back to. `before` is the record as it is, `target` what it becomes; `number` is its place in the
    history, 0 for one that an interrupted run was on its way to. `changes` are against what is there now.
    """

    before: Record
    target: Record
    number: int
    demand: Demand
    cluster: Cluster
    changes: Changes

    def text(self) -> str:
        """The summary that is shown before the question."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        target = self.target
        yield f"back to {again.words(target)}, on {self.cluster.label}"
        yield f"  now        {again.words(self.before)}"
        for name in target.release_names:
            yield f"  release    {name}  to revision {target.revisions[name]}"
        for name in target.going:
            yield f"  release    {name}  goes"
        yield from words.lines(words.as_data(self.changes))


def prepare(known: Record, access: Access, to: int | None = None) -> Back:
    """Look at what helm keeps of a former state, and at what is there now. `to` counts from 1, the newest.

    Raises CannotAnswer when there is no such state or the cluster does not answer, Refused when there is none at all or
    helm no longer keeps it.
    """
    number, target = _target(known, to)
    manifests = _kept(access, target)
    releases = tuple(
        Release(one["name"], known.namespace, one.get("part", ""), one.get("chart", ""), one.get("version", ""), {},
                tuple(map(dict, manifests[one["name"]])))
        for one in target.releases
    )  # fmt: skip
    rendered = Rendered(releases)
    wanted = demand.read(rendered, known.namespace)
    seen = cluster.look(access, wanted)
    changes = dryrun.changes(access, rendered, known.namespace, seen, known.ever_releases)
    return Back(known, target, number, wanted, seen, changes)


def number(word: str) -> int | None:
    """The number behind --to; None when nothing was said. Raises CannotAnswer when it is none."""
    if not word:
        return None
    if not word.isdecimal():
        raise CannotAnswer(f'--to "{word}" is no number', write="--to 1 is the state before; invoke status lists them")
    return int(word)


def state(known: Record, number: int) -> Record:
    """A former state as a record of its own; 1 is the newest."""
    former = known.history[number - 1]
    return replace(known, **{name: former[name] for name in KEPT if name in former}, going=(), going_objects=())


def _target(known: Record, to: int | None) -> tuple[int, Record]:
    if to is None and known.state == "going back":
        return 0, known
    if not known.history:
        raise Refused(
            f"no state of {known.guide} in {known.namespace} before this one is recorded",
            write="another choice is installed over it: invoke install; what is there goes by invoke uninstall",
        )
    number = 1 if to is None else to
    if not 0 < number <= len(known.history):
        listed = "; ".join(f"{n} is {again.words(state(known, n))}" for n in range(1, len(known.history) + 1))
        raise CannotAnswer(f"there is no state {number} to go back to", write=f"--to N; {listed}")
    former = state(known, number)
    rest = tuple(one for place, one in enumerate(known.history, 1) if place != number)
    # after() puts what stands now before the rest.
    target = former.after(replace(known, history=rest))
    return number, replace(target, state="going back", when=datetime.now(UTC).isoformat(timespec="seconds"))


def _kept(access: Access, target: Record) -> Mapping[str, list[Mapping[str, Any]]]:
    """What helm keeps of each release of a state."""
    unknown = [name for name in target.release_names if name not in target.revisions]
    if unknown:
        raise _lost(access, target, f"which revision of {', '.join(unknown)} it had is not recorded")
    with ThreadPoolExecutor(PARALLEL) as pool:
        asked = {
            name: pool.submit(installed.revision, access, target.namespace, name, target.revisions[name])
            for name in target.release_names
        }
        found = {name: answer.result() for name, answer in asked.items()}
    said = [one for one in found.values() if isinstance(one, str)]
    if said:
        raise _lost(access, target, said[0])
    return {name: one for name, one in found.items() if not isinstance(one, str)}


def _lost(access: Access, target: Record, why: str) -> Refused:
    return Refused(
        "helm cannot go back to that state; nothing was changed",
        why=why,
        write=f"install it again from what was chosen: invoke install {access.invoke_flags} {again.words(target)}",
    )
