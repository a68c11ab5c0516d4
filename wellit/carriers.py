"""Who carries out a kind of object in a cluster: the Deployments of its controller, or nobody, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from wellit.access import Access, Missing, Unread, part
from wellit.carried import STANDS_FOR, Carried
from wellit.demand import Kind

VERSION = "app.kubernetes.io/version"


@dataclass(frozen=True)
class Carrier:
    """A Deployment of a controller. `version` is what it says of itself, "" for nothing; `variables` of its own."""

    name: str
    namespace: str
    ready: bool
    version: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def words(self) -> str:
        """``1.3.1 in dynamo-system``."""
        return f"{self.version} in {self.namespace}".strip() + ("" if self.ready else ", not ready")


@dataclass(frozen=True)
class Carriers:
    """What was found. `idle` is why nothing comes of such objects here; "" where something may.

    `beside` says what carries them out outside of the cluster: a process of the sandbox.
    """

    found: tuple[Carrier, ...] | Unread = ()
    idle: str = ""
    beside: str = ""


def look(access: Access, kind: Kind, known: Carried) -> Carriers:
    """Who carries out `kind`, of which `known` is what is known. Raises CannotAnswer when the cluster is silent."""
    if said := idle(access, kind):
        return Carriers(idle=said)
    return Carriers(_deployments(access, known), beside=part(access, str(known.controller.get("sandbox", ""))))


def idle(access: Access, kind: Kind) -> str:
    """Why nothing comes of objects of this kind; "" when something may, or when that may not be looked at."""
    if not (known := kind.carried):
        return ""
    name = f"{kind.resource}.{kind.group}"
    template = f'go-template={{{{index .metadata.annotations "{STANDS_FOR}"}}}}'
    done = access.call("get", "customresourcedefinition", name, "-o", template)
    stands = done.ok and done.out.strip() not in ("", "<no value>")
    return f"{known.who} is not here" if stands else ""


def selector(known: Carried) -> str:
    """The labels of a controller's Deployment, as kubectl takes them."""
    return ",".join(f"{key}={value}" for key, value in known.controller["labels"].items())


def _deployments(access: Access, known: Carried) -> tuple[Carrier, ...] | Unread:
    answer = access.get(f"/apis/apps/v1/deployments?{urlencode({'labelSelector': selector(known)})}")
    if isinstance(answer, (Missing, Unread)):
        return () if isinstance(answer, Missing) else answer
    return tuple(_carrier(item) for item in answer.get("items") or [])


def _carrier(item: Mapping[str, Any]) -> Carrier:
    about = item["metadata"]
    ready = (item.get("status") or {}).get("readyReplicas", 0) > 0
    pod = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
    told = [one for container in pod.get("containers") or () for one in container.get("env") or ()]
    variables = {one["name"]: str(one["value"]) for one in told if "value" in one}
    version = str((about.get("labels") or {}).get(VERSION, ""))
    return Carrier(about["name"], about["namespace"], ready, version, variables)
