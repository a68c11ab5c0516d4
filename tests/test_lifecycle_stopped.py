"""What stops a change on the way, and what is said of it."""

from __future__ import annotations

import os
import signal

import pytest

from tests.support.clusters import access, failed
from wellit.errors import CannotAnswer, Interrupted, Refused
from wellit.lifecycle import stopped


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_work_and_is_told(sign: signal.Signals) -> None:
    before = signal.getsignal(sign)
    with pytest.raises(Interrupted) as told, stopped.goes_on("install", "; or not"):
        signal.raise_signal(sign)  # to this thread: it is handled before anything else
    assert told.value.write == "the same install again goes on from here; or not"
    assert signal.getsignal(sign) == before


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopped.goes_on("install"):
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_cluster_that_is_gone_is_told_with_what_goes_on() -> None:
    with pytest.raises(CannotAnswer) as told, stopped.goes_on("uninstall"):
        raise CannotAnswer("it is gone", why="refused", write="is it up?")
    assert (told.value.message, told.value.why) == ("it is gone", "refused")
    assert told.value.write == "is it up?; then the same uninstall again goes on from here"


def test_a_helm_that_failed_is_not_to_blame_for_a_cluster_that_is_gone() -> None:
    there, _ = access({"get --raw /version": "{}"})
    assert isinstance(stopped.failed(there, "helm says no", "a reason", "mend it"), Refused)
    gone, _ = access({"get --raw /version": failed("The connection to the server was refused")})
    problem = stopped.failed(gone, "helm says no", "a reason", "mend it")
    assert isinstance(problem, CannotAnswer) and problem.why == "helm says no; a reason"
