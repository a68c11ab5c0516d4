"""Under which names an engine serves its model, as far as its command line tells."""

from __future__ import annotations

from dataclasses import dataclass

from wellit.capabilities import Unknown
from wellit.flags import is_open
from wellit.node import Node
from wellit.seen.commandline import ChartLine, CommandLine


@dataclass(frozen=True, eq=False)
class Served:
    """The names, and where they come from; `written` when a flag of the command line says so."""

    line: CommandLine
    names: frozenset[str]
    node: Node
    written: bool


def served(line: CommandLine) -> Served | None:
    """None when it is only known once the engine runs."""
    answer = line.anyway
    if isinstance(answer, Unknown) or answer.problems:
        return None
    if said := line.given("servedName"):
        given, node = said
        return None if is_open(given.value) else Served(line, frozenset(given.value.split()), node, True)
    return None if line.container.words.elsewhere else _unsaid(line)


def _unsaid(line: CommandLine) -> Served | None:
    """No name is given: it is what the chart writes, or else the model's own."""
    if isinstance(line, ChartLine) and not line.container.own:
        name = line.container.pod.service.release.root.at("modelArtifacts", "name")
        known = line.container.injects("servedName") and name.text() and not is_open(name.text())
        return Served(line, frozenset([name.text()]), name, False) if known else None
    model, node = line.own_model or ("", None)
    path = model.startswith(("/", ".")) and isinstance(line, ChartLine)
    if not model or node is None or is_open(model) or path:
        return None  # a path: engines name what they find there differently; Dynamo's workers take it for the name
    return Served(line, frozenset([model]), node, False)
