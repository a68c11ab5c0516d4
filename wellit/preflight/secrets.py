"""Secrets that pods read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wellit.access import Missing, Unread
from wellit.cluster import Cluster
from wellit.demand import Demand, Wanted
from wellit.findings import Check
from wellit.needs import TOKEN
from wellit.preflight import words


def secrets(demand: Demand, cluster: Cluster, token: str = "") -> Iterator[Check]:
    """WL607, one for each secret; `token` is the one that holds the model's HF_TOKEN, also where all of it is read."""
    for wanted in demand.secrets:
        if wanted.name == token and not wanted.keys:
            wanted = replace(wanted, keys=frozenset([TOKEN]))
        keys = f" with {', '.join(sorted(wanted.keys))}" if wanted.keys else ""
        title = f"the secret {wanted.name}{keys} is there"
        found = cluster.secrets.get(wanted.name, Missing())
        if isinstance(found, Unread):
            yield Check("WL607", title, "unknown", found.words)
        elif isinstance(found, Missing):
            detail = f"{wanted.by} reads it and cannot start without"
            yield Check("WL607", title, "fail", detail, _make(wanted, demand, cluster))
        elif missing := wanted.keys - found:
            detail = (
                f"it is there without {', '.join(sorted(missing))}; it has: {', '.join(sorted(found)) or 'nothing'}"
            )
            yield Check("WL607", title, "fail", detail, _make(wanted, demand, cluster))
        else:
            yield Check("WL607", title, "pass")


def _make(wanted: Wanted, demand: Demand, cluster: Cluster) -> str:
    """The command that makes the Secret: its value comes from stdin, where no other user of the machine sees it."""
    key = min(wanted.keys, default="KEY")
    if key == TOKEN:
        return f'{words.secret(wanted.name, demand, cluster)}; a model that needs no token: --set model.secret=""'
    first = "" if cluster.namespace is True else f"kubectl {cluster.flags} create namespace {demand.namespace}; "
    make = f"create secret generic {wanted.name} -n {demand.namespace} --from-file={key}=/dev/stdin"
    return f'{first}printf %s "${key}" | kubectl {cluster.flags} {make}'
