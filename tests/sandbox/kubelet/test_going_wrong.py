"""Real pods that fail, and how that looks to people and programs."""

from __future__ import annotations

import pytest

from tests.sandbox.kubelet.pods import Pods, running


def test_a_program_that_dies_is_started_again_and_again(pods: Pods) -> None:
    pods.pod("crash", running(script="echo this is run $$; date +%N; exit 3"))
    pods.until(
        lambda: pods.waiting("crash") == "CrashLoopBackOff" and pods.state("crash")["restartCount"] >= 2, "crash"
    )
    state = pods.state("crash")
    last = state["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (3, "Error")
    assert state["state"]["waiting"]["message"].startswith("back-off ")
    assert "Back-off restarting failed container c in pod crash_default" in pods.events("crash", "BackOff")[0]
    assert not pods.ready("crash")


def test_what_the_run_before_said_can_be_read(pods: Pods) -> None:
    script = "[ -e /data/first ] && echo second && sleep 1000; echo first | tee /data/first; exit 3"
    mounts = [{"name": "data", "mountPath": "/data"}]
    pods.pod("again", running(script=script, volumeMounts=mounts), volumes=[{"name": "data", "emptyDir": {}}])
    pods.until(lambda: pods.state("again").get("restartCount", 0) == 1, "again")
    pods.until_ready("again")
    assert pods.kubectl("logs", "again").split() == ["second"]
    assert pods.kubectl("logs", "again", "--previous").split() == ["first"]


def test_a_program_that_ends_well_is_started_again_too(pods: Pods) -> None:
    pods.pod("ends", running(script="exit 0"))
    pods.until(lambda: pods.state("ends").get("restartCount", 0) >= 1, "ends")
    assert pods.state("ends")["lastState"]["terminated"]["reason"] == "Completed"


@pytest.mark.parametrize(
    ("policy", "code", "phase"), [("Never", 2, "Failed"), ("Never", 0, "Succeeded"), ("OnFailure", 0, "Succeeded")]
)
def test_a_pod_that_is_not_started_again(pods: Pods, policy: str, code: int, phase: str) -> None:
    name = f"once-{policy.lower()}-{code}"
    pods.pod(name, running(script=f"exit {code}"), restartPolicy=policy)
    pods.until(lambda: pods.get(name)["status"].get("phase") == phase, name)
    assert pods.state(name)["restartCount"] == 0


def test_a_command_that_is_not_in_the_image(pods: Pods) -> None:
    pods.pod("none", running() | {"command": ["vllm", "serve"]})
    pods.until(lambda: bool(pods.state("none").get("lastState", {}).get("terminated")), "none")
    last = pods.state("none")["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"]) == (128, "StartError")
    assert 'exec: "vllm": executable file not found in $PATH' in last["message"]
    assert pods.events("none", "Failed")


def test_a_missing_secret_is_waited_for(pods: Pods) -> None:
    env = [{"name": "T", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "token"}}}]
    pods.pod("secret", running(env=env))
    pods.until(lambda: pods.waiting("secret") == "CreateContainerConfigError", "secret")
    assert pods.state("secret")["state"]["waiting"]["message"] == 'secret "hf" not found'
    assert pods.get("secret")["status"]["phase"] == "Pending"
    assert pods.events("secret", "Failed") == ['Error: secret "hf" not found']
    pods.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "hf"}, "stringData": {"token": "x"}})
    pods.until_ready("secret")
    assert pods.state("secret")["restartCount"] == 0


def test_a_missing_volume_is_waited_for(pods: Pods) -> None:
    volumes = [{"name": "v", "configMap": {"name": "none"}}]
    pods.pod("mount", running(volumeMounts=[{"name": "v", "mountPath": "/v"}]), volumes=volumes)
    pods.until(lambda: bool(pods.events("mount", "FailedMount")), "mount")
    assert pods.events("mount", "FailedMount") == [
        'MountVolume.SetUp failed for volume "v" : configmap "none" not found'
    ]
    pods.until(lambda: pods.waiting("mount") == "ContainerCreating", "mount")


def test_a_container_that_is_no_longer_alive_is_started_again(pods: Pods) -> None:
    probe = {"exec": {"command": ["cat", "/tmp/alive"]}, "periodSeconds": 1, "failureThreshold": 2}
    pods.pod("live", running(script="touch /tmp/alive; sleep 3; rm /tmp/alive; sleep 1000", livenessProbe=probe))
    pods.until_ready("live")
    pods.until(lambda: pods.state("live")["restartCount"] >= 1, "live")
    # A shell that is the first process of a container does not hear TERM.
    assert pods.state("live")["lastState"]["terminated"]["exitCode"] == 137
    assert "Liveness probe failed: cat: /tmp/alive: No such file or directory" in pods.events("live", "Unhealthy")
    assert "Container c failed liveness probe, will be restarted" in pods.events("live", "Killing")


def test_a_startup_that_takes_too_long_is_given_up(pods: Pods) -> None:
    probe = {"tcpSocket": {"port": 8000}, "periodSeconds": 1, "failureThreshold": 2}
    pods.pod("slow", running(startupProbe=probe))
    pods.until(lambda: pods.state("slow").get("restartCount", 0) >= 1, "slow")
    assert "Container c failed startup probe, will be restarted" in pods.events("slow", "Killing")
    assert pods.state("slow")["started"] is False
