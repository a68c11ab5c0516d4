"""--mock as the programs of a plan: Dynamo's own frontend, and its mocker in the place of every worker."""

from __future__ import annotations

from collections.abc import Sequence

from wellit.launch.mock import facts, install, words
from wellit.launch.planned import Command
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
            own = (facts()["frontend"],)
            return Command(words.frontend(said), words.environment(), on_gpus=False, modules=own)
        worker = words.worker(said, component.engine)
        self.dropped[component.name] = worker.dropped
        told = {**words.environment(), **worker.environment}
        return Command(worker.argv, told, on_gpus=False, modules=(facts()["module"],))
