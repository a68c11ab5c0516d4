"""What is put to the API server for a dry run, and what is not: see test_dryrun_real for what comes of it."""

from __future__ import annotations

import json
from typing import Any

from tests.support.clusters import access, not_found
from wellit import dryrun
from wellit.access import Missing
from wellit.release_values import Release
from wellit.render import Rendered

APPLY = (
    "apply --server-side --dry-run=server --force-conflicts --field-manager=helm --validate=strict "
    "-o json -n ns -f -"
)  # fmt: skip


def rendered(*manifests: dict[str, Any]) -> Rendered:
    return Rendered((Release("ms-x", "ns", "modelservice", "c", "1", {}, manifests),))


def made(version: str, kind: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "d"}}


def test_of_a_namespace_that_is_not_there_only_what_is_beside_it_is_asked() -> None:
    role = "get --raw /apis/rbac.authorization.k8s.io/v1/clusterroles/d"
    here, runner = access({"get --raw /api/v1/namespaces/ns": not_found(), role: not_found(), APPLY: json.dumps({})})
    asked = dryrun.ask(
        here, rendered(made("apps/v1", "Deployment"), made("rbac.authorization.k8s.io/v1", "ClusterRole")), "ns"
    )
    assert [(row.object.of.kind, row.live, row.tried is None) for row in asked.rows] == [
        ("Deployment", Missing(), True),
        ("ClusterRole", Missing(), False),
    ]
    assert asked.noted == {"ms-x": []}
    assert sorted(runner.asked) == sorted(["get --raw /api/v1/namespaces/ns", role, APPLY])
