"""What becomes of pods whose box ends under them."""

from __future__ import annotations

import os
import signal

from tests.sandbox.kubelet.pods import Pods, running
from wellit import sandbox as sandboxes
from wellit.sandbox.processes import living


def test_a_new_box_starts_what_ran_in_the_one_before(pods: Pods) -> None:
    pods.pod("stays", running(), initContainers=[running("first", "true")])
    pods.pod("done", running(script="exit 0"), restartPolicy="Never")
    pods.until_ready("stays")
    pods.until(lambda: pods.get("done")["status"].get("phase") == "Succeeded", "done")
    before = pods.get("stays")
    for pid, program in living(pods.sandbox.folder).items():
        if program == "box":
            os.kill(pid, signal.SIGKILL)
            break
    sandboxes.up(pods.sandbox.name, say=print, ready="answers")
    pods.until(lambda: pods.state("stays")["restartCount"] == 1, "stays")
    pods.until_ready("stays")
    last = pods.state("stays")["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (255, "Unknown")
    after = pods.get("stays")
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert after["status"]["startTime"] == before["status"]["startTime"]
    assert len(after["status"]["podIPs"]) == 1
    assert pods.get("done")["status"]["phase"] == "Succeeded"
