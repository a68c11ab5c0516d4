"""Over how many devices and pods a role spreads its model, as a version of the chart reads `parallelism`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from wellit.node import Node, whole

if TYPE_CHECKING:
    from wellit.seen.modelservice import Pod

LOCAL = "dataLocal"  # versions that have this field know pods that share one data parallel group


@dataclass(frozen=True, eq=False)
class Parallel:
    """The numbers of one role. A field that is not written has the version's default; where it has none, it follows."""

    pod: Pod

    @property
    def node(self) -> Node:
        return self.pod.node["parallelism"]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the version reads."""
        fields: tuple[str, ...] = self.pod.service.facts["parallelism"]["fields"]
        return fields

    @property
    def local_known(self) -> bool:
        return LOCAL in self.fields

    @cached_property
    def wrong(self) -> list[Node]:
        """The fields that are written as something else than a whole number of at least 1."""
        written = [self.node[field] for field in self.fields if self.node[field].value is not None]
        return [node for node in written if (number := whole(node.value)) is None or number < 1]

    def field(self, name: str) -> int | None:
        """What is written or the version's default; None when there is neither."""
        if name not in self.fields:
            return None
        default = self.pod.service.facts["parallelism"]["defaults"].get(name)
        return self.node[name].number(default) or None

    @property
    def tensor(self) -> int:
        return self.field("tensor") or 1

    @property
    def data(self) -> int:
        local, workers = self.field(LOCAL), self.field("workers")
        return self.field("data") or (local or 1) * ((local and workers) or 1)

    @property
    def local(self) -> int:
        """How many of the data parallel ranks are in one pod."""
        if not self.local_known:
            return 1
        data, workers = self.field("data"), self.field("workers")
        return self.field(LOCAL) or (data // (workers or 1) if data else 1)

    @property
    def workers(self) -> int:
        """The pods of one group."""
        if not self.local_known:
            return self.data
        data, local = self.field("data"), self.field(LOCAL)
        return self.field("workers") or (data // local if data and local else 1)

    @property
    def devices(self) -> int:
        """The devices that the chart asks for in each container."""
        return self.local * self.tensor

    def says(self, word: str) -> bool:
        """Whether a container's words, or its variables, use one of the variables that the chart sets (DP_SIZE)."""
        return any(word in str(text.value) for container in self.pod.containers for text in container.node.strings())
