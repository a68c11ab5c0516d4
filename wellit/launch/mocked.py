"""--mock as the programs of a plan: Dynamo's own frontend, and its mocker in the place of every worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wellit.launch.mock import facts, install, ready, words
from wellit.launch.planned import Command
from wellit.overrides import masked_words
from wellit.seen.graph import FRONTEND, Component, Graph


class Mocked:
    """`dropped` has, by component, the words that the mocker has no counterpart for."""

    def __init__(self) -> None:
        self.dropped: dict[str, tuple[str, ...]] = {}

    def release(self, _: Graph) -> str:
        return install.version()

    def command(self, component: Component, said: Sequence[str]) -> Command:
        """Raises CannotAnswer for an engine that the mocker cannot be like."""
        if component.type == FRONTEND or component.engine is None:
            return Command(_alone(words.frontend(said)), words.environment(), on_gpus=False)
        worker = words.worker(said, component.engine)
        self.dropped[component.name] = worker.dropped
        told = {**words.environment(), **worker.environment}
        return Command(_alone(worker.argv), told, on_gpus=False)

    def told(self, graph: Graph) -> Iterator[str]:
        """What stands in for what, and what of the workers' words it cannot be told."""
        engine = next((worker.engine for worker in graph.workers if worker.engine), None)
        if engine:
            yield ready.told(graph.version, engine)
        for name, dropped in self.dropped.items():
            if dropped:
                shown = [" ".join(masked_words(said.split(" "))) for said in dropped]
                yield f"  of {name} it is not told: {', '.join(shown)}"
        yield from (f"  {note}" for note in facts()["notes"])


def _alone(argv: Sequence[str]) -> tuple[str, ...]:
    """Its Python takes nothing from the person's PYTHONPATH, which may have another Dynamo."""
    return (argv[0], "-I", *argv[1:])
