"""What a Lease says of whoever is at work, and when its lock may be taken over. The lock itself: test_lock_real.py."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import replace
from typing import Any

import pytest

from tests.support.clusters import access, failed, forbidden, not_found
from wellit import lease
from wellit.access import Missing, Unread
from wellit.lease import Holder, Worker

WHERE = lease.path("ns", "x")
GET = f"get --raw {WHERE}"
TRIAL = f"replace --raw {WHERE}?dryRun=All -f -"
THEN = "2026-11-28T10:00:00Z"


def written(worker: Worker | None = None, at: str = THEN, **spec: Any) -> dict[str, Any]:
    """A Lease as the API server gives it back, last changed at `at`."""
    made = lease.made(worker or lease.here("install"), "ns", "x")
    made["metadata"] |= {"resourceVersion": "7", "uid": "u", "managedFields": [{"manager": "kubectl", "time": at}]}
    made["spec"] |= spec
    return made


def seen(there: dict[str, Any], trial: Any) -> Holder:
    found = lease.look(access({GET: json.dumps(there), TRIAL: trial})[0], "ns", "x")
    assert isinstance(found, Holder)
    return found


@pytest.mark.parametrize(("server", "age", "gone"), [("10:00:59", 59.0, False), ("10:01:01", 61.0, True)])
def test_it_is_the_servers_clock_that_counts(server: str, age: float, gone: bool) -> None:
    # The holder's own clock is far off: what it wrote as its time is not asked.
    elsewhere = replace(lease.here("install"), host="far", machine="m")
    there = written(elsewhere, renewTime="2031-01-01T00:00:00.000000Z", acquireTime="2031-01-01T00:00:00.000000Z")
    found = seen(there, json.dumps(written(elsewhere, f"2026-11-28T{server}Z")))
    assert (found.age, found.gone) == (age, gone)
    assert found.words.endswith(f"since 2031-01-01T00:00:00Z, last heard of {age:.0f} s ago")


def test_one_that_is_renewed_between_two_questions_is_at_work() -> None:
    assert seen(written(), failed("Error from server (Conflict): the object has been modified")).age == 0.0


def test_without_the_servers_clock_the_times_in_the_lease_count() -> None:
    found = seen(written(renewTime="2020-01-01T00:00:00Z"), forbidden("update", "leases"))
    assert found.age > 10**8 and found.gone
    nobody = seen(written(renewTime="yesterday"), forbidden("update", "leases"))
    assert nobody.age == float("inf") and nobody.gone


def test_a_process_of_this_machine_that_has_ended_is_known_to_be_gone() -> None:
    me = lease.here("install")
    assert not me.dead
    assert replace(me, process=2**22 + 1).dead
    assert replace(me, started="1").dead  # the number was given to another process since
    assert not replace(me, process=2**22 + 1, host="far").dead
    assert not replace(me, process=2**22 + 1, machine="another container of the same name").dead


def test_a_lease_tells_who_where_what_and_since_when() -> None:
    me = lease.here("rollback")
    found = lease.holder(written(me), 3.0)
    assert found.worker == me and found.worker.host == platform.node() and found.worker.process == os.getpid()
    assert found.worker.words == f"{me.user}@{me.host} (rollback, process {me.process})"
    taken = lease.made(me, "ns", "x", found.lease)
    assert taken["spec"]["leaseTransitions"] == 2 and taken["metadata"]["resourceVersion"] == "7"


def test_a_lease_of_somebody_elses_making_is_told_by_its_holder() -> None:
    bare = {"metadata": {"name": "wellit-stack-x", "namespace": "ns"}, "spec": {"holderIdentity": "ci-7"}}
    found = lease.holder(bare, 1.0)
    assert found.worker.words.startswith("ci-7@somewhere (at work") and not found.gone and found.seconds == 60
    assert lease.holder({"metadata": {}}, 61.0).gone


def test_no_lease_and_one_that_may_not_be_read() -> None:
    assert lease.look(access({GET: not_found()})[0], "ns", "x") == Missing()
    assert lease.look(access({GET: forbidden("get", "leases")})[0], "ns", "x") == Unread("get leases")
