"""What is written to a cluster by wellit itself: the namespace, and the record."""

from __future__ import annotations

import json
from dataclasses import replace

from wellit import cluster, record
from wellit.access import Access, Unread, failure
from wellit.errors import Refused
from wellit.plan import Plan
from wellit.record import Record
from wellit.say import Say


def ours(known: Record) -> Record:
    fresh = record.maker()
    return replace(known, host=fresh[0], process=fresh[1])


def make_namespace(plan: Plan, access: Access, say: Say) -> None:
    """Make the namespace of a plan, where its look found none."""
    namespace(access, plan.demand.namespace, plan.cluster.namespace, say)


def namespace(access: Access, name: str, there: bool | Unread, say: Say) -> None:
    """Make a namespace unless it is `there`. Raises CannotAnswer when the cluster does not make it."""
    if there is True:
        return
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    done = access.call("create", "--raw", "/api/v1/namespaces", "-f", "-", stdin=json.dumps(body))
    # A user who may not even look may still work in a namespace that is there.
    if not done.ok and not any(word in done.err for word in ("AlreadyExists", "already exists")):
        if isinstance(there, Unread) and "Forbidden" in done.err:
            return
        raise failure(access, done, f"the making of namespace {name}")
    say(f"namespace {name}: made")


def write(access: Access, what: Record) -> Record:
    """Write the record; one that somebody else changed since it was read is not overwritten."""
    body = json.dumps(record.to_secret(what))
    if what.resource_version:
        done = access.call("replace", "--raw", what.path, "-f", "-", stdin=body)
    else:
        done = access.call("create", "--raw", what.path.rpartition("/")[0], "-f", "-", stdin=body)
    if done.ok:
        return record.from_secret(json.loads(done.out))
    if any(
        word in done.err for word in ("Conflict", "AlreadyExists", "already exists", "the object has been modified")
    ):
        raise Refused(
            f"somebody else is at work on this stack: its record in {what.namespace} changed meanwhile",
            write="look at it: invoke status; then again",
        )
    raise failure(access, done, f"the writing of {what.path}")


def revisions(access: Access, known: Record) -> dict[str, int]:
    """What helm counts of each release of a stack; empty when that may not be read."""
    found = cluster.releases(access, known.namespace)
    names = set(known.release_names)
    return {} if isinstance(found, Unread) else {one.name: one.revision for one in found if one.name in names}
