"""Words that several checks use."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from wellit.cluster import Cluster
from wellit.demand import Demand


def counted(number: int, noun: str) -> str:
    """``1 pod``, ``2 pods``."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def secret(name: str, demand: Demand, cluster: Cluster) -> str:
    """The command that puts a token into a Secret."""
    return f"invoke secret --name {name} -n {demand.namespace} {cluster.invoke_flags}".strip()


def apply(manifest: Mapping[str, Any], flags: str) -> str:
    """The command that makes an object; `flags` are kubectl's."""
    return f"echo {shlex.quote(json.dumps(manifest))} | {' '.join(filter(None, ['kubectl', flags]))} apply -f -"
