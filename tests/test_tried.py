"""What the API server's answer to a dry run means."""

from __future__ import annotations

import json

import pytest

from tests.support.clusters import access, failed, forbidden
from wellit.errors import CannotAnswer
from wellit.tried import UNKNOWN_KIND, Tried, tried

OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "elsewhere"}}
DRY = "apply --server-side --dry-run=server --force-conflicts --field-manager=helm --validate=strict -o json -n ns -f -"
ERROR = "Error from server"


def said(answer: object) -> Tried:
    return tried(access({DRY: answer})[0], "ns", OBJECT)


def test_what_is_taken_comes_back_as_it_would_be() -> None:
    there, runner = access({DRY: json.dumps(OBJECT)})
    assert tried(there, "ns", OBJECT).answer == OBJECT
    assert json.loads(runner.stdin[DRY] or "")["metadata"] == {"name": "c"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f'{ERROR} (Forbidden): admission webhook "h.example" denied the request: spec.a:\n  no',
         Tried("refused", "spec.a: no", "h.example")),
        (f'{ERROR} (InternalError): Internal error occurred: failed calling webhook "h": timeout',
         Tried("unanswered", 'failed calling webhook "h": timeout')),
        (f'{ERROR} (BadRequest): admission webhook "h" does not support dry run',
         Tried("unread", "the webhook h does not take part in a dry run")),
        (f'{ERROR} (Forbidden): services "s" is forbidden: exceeded quota: q, requested: services=1',
         Tried("refused", 'services "s" is forbidden: exceeded quota: q, requested: services=1')),
        (f'{ERROR} (Forbidden): configmaps "c" is forbidden: unable to create new content in namespace ns because it '
         "is being terminated",
         Tried("refused", 'configmaps "c" is forbidden: unable to create new content in namespace ns because it is '
                          "being terminated")),
        (f'{ERROR} (Forbidden): roles "r" is forbidden: user "bob" is attempting to grant RBAC permissions not '
         "currently held",
         Tried("refused", 'roles "r" is forbidden: user "bob" is attempting to grant RBAC permissions not currently '
                          "held")),
        (f"{ERROR} (NotFound): 404 page not found", Tried("unread", UNKNOWN_KIND)),
        (f'{ERROR} (Invalid): Deployment.apps "d" is invalid: spec.selector: field is immutable',
         Tried("refused", 'Deployment.apps "d" is invalid: spec.selector: field is immutable')),
    ],
)  # fmt: skip
def test_what_is_not_taken(words: str, expected: Tried) -> None:
    assert said(failed(words)) == expected


def test_a_permission_that_is_missing_is_named() -> None:
    assert said(forbidden("patch", "configmaps", 'in the namespace "ns"')) == Tried(
        "unread", "you may not patch configmaps in ns"
    )


def test_a_cluster_that_is_away_is_no_answer() -> None:
    with pytest.raises(CannotAnswer, match="does not answer"):
        said(failed("Unable to connect to the server: no route to host"))
