"""What rules ask of anything that starts an engine: a container of the modelservice chart, a component of a graph."""

from __future__ import annotations

from typing import Protocol

from wellit.capabilities import Unknown
from wellit.engines import Engine
from wellit.images import Image
from wellit.node import Node
from wellit.seen.words import Words


class Started(Protocol):
    """One command line and where it stands: `node` has command, args and env as Kubernetes takes them."""

    @property
    def node(self) -> Node: ...

    @property
    def title(self) -> str: ...

    @property
    def image(self) -> Image: ...

    @property
    def engine(self) -> Engine | None: ...

    @property
    def engine_node(self) -> Node:
        """The setting that says which engine it is."""

    @property
    def words(self) -> Words: ...

    @property
    def own(self) -> bool:
        """Whether the command line is the person's own, and no chart writes before it."""

    @property
    def written_before(self) -> list[str]:
        """What a chart writes before the words, where that counts."""

    @property
    def program(self) -> str:
        """The program of schemas/flags that reads the words; "" when none is known."""

    @property
    def version(self) -> str | Unknown:
        """The version of that program, or why it is not known."""
