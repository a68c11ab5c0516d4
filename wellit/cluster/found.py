"""What one look at a cluster found. A field is Unread when the user may not read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wellit.access import Missing, StandIn, Unread
from wellit.besides import Besides
from wellit.carriers import Carriers
from wellit.cluster.around import Around
from wellit.cluster.releases import HelmRelease
from wellit.demand import Act, Kind, Object
from wellit.owners import made_for


@dataclass(frozen=True)
class Node:
    """A node: `offers` is its allocatable, in thousandths."""

    name: str
    offers: Mapping[str, int]
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Mapping[str, str], ...] = ()
    unschedulable: bool = False
    ready: bool = True


@dataclass(frozen=True)
class Pod:
    """A pod that has not ended. `owner` is what made it (``ReplicaSet/NAME``), `asks` in thousandths."""

    name: str
    namespace: str
    node: str
    owner: str
    labels: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, int] = field(default_factory=dict)

    def made_for(self, item: Object) -> bool:
        """Whether it is one of the pods of an object of the render."""
        return made_for(item, self.owner, self.labels)


@dataclass(frozen=True)
class Cluster:
    """What the look found.

    `pods` are those of all namespaces, `neighbours` those of the stack's own. `allowed` says of each act of the
    demand whether the user may do it, None when unknown; `user` is who that is, asked for where something is refused.
    `carriers` are the controllers of kinds that have one of their own, `other_versions` the versions in which a kind is
    known that is not in that of the demand, `carried` the objects of such kinds that are there already, `besides` what
    their controllers go by; `around` is None when nothing beside the demand was asked for.

    `ending` is what a namespace waits for that was deleted and is still there ("" for one that was not).
    """

    label: str
    context: str = ""
    flags: str = ""
    version: str = ""
    client_version: str = ""
    invoke_flags: str = ""
    namespace: bool | Unread = False
    ending: str = ""
    served: Mapping[Kind, bool | Unread] = field(default_factory=dict)
    nodes: tuple[Node, ...] | Unread = ()
    pods: tuple[Pod, ...] | Unread = ()
    neighbours: tuple[Pod, ...] | Unread = ()
    secrets: Mapping[str, frozenset[str] | Missing | Unread] = field(default_factory=dict)
    gateway_classes: Mapping[str, bool | Missing | Unread] = field(default_factory=dict)
    allowed: Mapping[Act, bool | None] = field(default_factory=dict)
    user: str = ""
    may_create_namespace: bool | None = None
    releases: tuple[HelmRelease, ...] | Unread = ()
    sandbox: bool = False
    stand_ins: Mapping[str, StandIn] = field(default_factory=dict)
    carriers: Mapping[Kind, Carriers] = field(default_factory=dict)
    other_versions: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    carried: Mapping[Object, Mapping[str, Any] | Missing | Unread] = field(default_factory=dict)
    besides: Mapping[Object, Besides] = field(default_factory=dict)
    around: Around | None = None
