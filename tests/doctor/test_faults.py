"""Faults built on purpose in a sandbox that answers: doctor names each, and its command mends it."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from wellit import access, compose, doctor, lifecycle, plan, render, unready, waiting
from wellit.access import Access
from wellit.compose import Choice
from wellit.demand import Kind
from wellit.findings import Check, Report
from wellit.process import run
from wellit.progress import Progress
from wellit.report import render as shown
from wellit.sandbox import Sandbox
from wellit.waiting import NotReady

SECONDS = 240.0  # until a fault shows, or is gone: a busy machine takes its time
GATEWAY = Kind("gateway.networking.k8s.io/v1", "Gateway")
DEPLOYMENT = Kind("apps/v1", "Deployment")
ROUTE = Kind("gateway.networking.k8s.io/v1", "HTTPRoute")
POOL = Kind("inference.networking.k8s.io/v1", "InferencePool")
SERVICE = Kind("v1", "Service")
RULE = Kind("networking.istio.io/v1", "DestinationRule")
MODEL = "Qwen/Qwen2.5-0.5B-Instruct"


class Stack:
    """A guide that is installed once for all tests of this module."""

    def __init__(self, there: Access, guide: str, environment: str) -> None:
        self.there, self.guide, self.namespace = there, guide, f"faults-{guide[:2]}"
        self.kept: list[tuple[Kind, dict[str, Any]]] = []
        choice = Choice(guide, environment, self.namespace, components={"charts": "offline"}, size="small")
        stack = compose.compose(choice)
        self.composed, self.rendered = stack, render.render(stack, print)
        made = plan.prepare(stack, self.rendered, there)
        self.record = lifecycle.install(made, there, print, lambda _: None, timeout=SECONDS).record

    def examine(self, **about: Any) -> Report:
        return doctor.examine(self.there, self.namespace, self.guide, **about)

    def kubectl(self, *words: str, stdin: str | None = None) -> str:
        done = self.there.call(*words, "-n", self.namespace, stdin=stdin)
        assert done.ok, done.err
        return done.out

    def read(self, path: str) -> Any:
        answer = self.there.get(path)
        assert isinstance(answer, dict), answer
        return answer

    def get(self, kind: Kind, part: str = "") -> dict[str, Any]:
        """The object of a kind with these words in its name."""
        items = self.read(kind.path(self.namespace))["items"]
        found: dict[str, Any] = next(one for one in items if part in one["metadata"]["name"])
        return found

    def change(self, kind: Kind, part: str, change: Callable[[Any], None]) -> None:
        """Change an object as it is in the cluster, and note it so that it can be put back."""
        live = self.get(kind, part)
        self.kept.append((kind, json.loads(json.dumps(live))))
        change(live["spec"])
        self._put(kind, live["metadata"]["name"], live["spec"])

    def restore(self) -> None:
        """Every changed object as it was."""
        while self.kept:
            kind, before = self.kept.pop()
            self._put(kind, before["metadata"]["name"], before["spec"])

    def _put(self, kind: Kind, name: str, spec: Any) -> None:
        path = kind.path(self.namespace, name)
        for _ in range(10):  # its controller writes its status meanwhile
            body = json.dumps({**self.read(path), "spec": spec})
            done = self.there.call("replace", "--raw", path, "-f", "-", stdin=body)
            if done.ok:
                return
        raise AssertionError(done.err)


@dataclass(frozen=True)
class Fault:
    """`says` are words of what doctor shows; with `mends` its kubectl lines are run, and mend it."""

    name: str
    guide: str
    do: Callable[[Stack], None]
    check: str
    says: tuple[str, ...]
    mends: bool = False
    about: tuple[tuple[str, str], ...] = ()


PD, PRECISE = "pd-disaggregation", "precise-prefix-cache-aware"
ENVIRONMENTS = {PD: "default", PRECISE: "sglang"}


def container(spec: Any, name: str = "") -> Any:
    """A container of a pod template; the first of the main ones when no name is said."""
    pod = spec["template"]["spec"]
    every = [*pod.get("initContainers", []), *pod["containers"]] if name else pod["containers"]
    return next(one for one in every if name in one["name"])


def words(part: str, change: Callable[[list[str]], None], name: str = "") -> Callable[[Stack], None]:
    """Changes the arguments of a container of a Deployment."""
    return lambda stack: stack.change(DEPLOYMENT, part, lambda spec: change(container(spec, name)["args"]))


def swapped(flag: str, value: str) -> Callable[[list[str]], None]:
    """The value of a flag, in one word or in two."""

    def change(args: list[str]) -> None:
        for at, word in enumerate(args):
            if word == flag:
                args[at + 1] = value
            elif word.startswith(f"{flag}="):
                args[at] = f"{flag}={value}"

    return change


def dead_engine(spec: Any) -> None:
    """Only the proxy is probed, and behind it nothing listens."""
    engine = container(spec)
    engine |= {"command": ["/bin/sh", "-c", "sleep 100000"], "args": []}
    for kind in ("startupProbe", "livenessProbe"):
        engine.pop(kind, None)
    engine["readinessProbe"] = {"httpGet": {"path": "/health", "port": 8000}, "periodSeconds": 1}


def second_pool(stack: Stack) -> None:
    pool = stack.get(POOL)
    other = {"apiVersion": POOL.api_version, "kind": POOL.kind, "metadata": {"name": "zz-other"}, "spec": pool["spec"]}
    stack.kubectl("apply", "-f", "-", stdin=json.dumps(other))


def secret(spec: Any) -> None:
    env = {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "llm-d-hf-token", "key": "HF_TOKEN"}}}
    container(spec).setdefault("env", []).append(env)


def many_gpus(spec: Any) -> None:
    for kind in ("limits", "requests"):
        container(spec)["resources"][kind]["nvidia.com/gpu"] = "16"


def topic(args: list[str]) -> None:
    at = args.index("--kv-events-config") + 1
    args[at] = args[at].replace("kv@", "events@")


FAULTS = [
    Fault(
        "DestinationRule host",
        PD,
        lambda s: s.change(RULE, "", lambda spec: spec.update(host="gaie-pd")),
        "WL741",
        ("is for gaie-pd-epp.faults-pd.svc", "no DestinationRule"),
        mends=True,
    ),
    Fault(
        "pool selects nothing",
        PD,
        lambda s: s.change(POOL, "", lambda spec: spec["selector"]["matchLabels"].update({"llm-d.ai/guide": "pdd"})),
        "WL737",
        ('"llm-d.ai/guide": "pdd"',),
        mends=True,
    ),
    Fault(
        "picker's service selects nothing",
        PD,
        lambda s: s.change(SERVICE, "epp", lambda spec: spec["selector"].update(inferencepool="no")),
        "WL740",
        ("it selects no pod",),
        mends=True,
    ),
    Fault(
        "route to a missing pool",
        PD,
        lambda s: s.change(ROUTE, "", lambda spec: spec["rules"][0]["backendRefs"][0].update(name="gaie-dp")),
        "WL734",
        ("InferencePool gaie-dp, which is not there",),
        mends=True,
    ),
    Fault("two pools over one pod", PD, second_pool, "WL738", ("the pool zz-other too",)),
    Fault(
        "wrong model name",
        PD,
        lambda _: None,
        "WL754",
        (f"served is: {MODEL}", "requests say other"),
        about=(("model", "other"),),
    ),
    Fault(
        "wrong connector",
        PD,
        words("decode", swapped("--connector", "bogus"), "proxy"),
        "WL749",
        ("it ends with 0", "nixlv2, shared-storage, sglang"),
        mends=True,
    ),
    Fault(
        "sidecar flags of another release",
        PD,
        words("decode", lambda args: args.append("--kv-routing=1"), "proxy"),
        "WL749",
        ("no flag --kv-routing", "exit code 2"),
        mends=True,
    ),
    Fault(
        "engine at another port",
        PD,
        words("decode", swapped("--port", "8300")),
        "WL752",
        ("listens at 8300", "looks at 8200"),
        mends=True,
    ),
    Fault(
        "crash loop of an engine",
        PD,
        words("decode", lambda args: args.append("--no-such-flag")),
        "WL750",
        ("no flag --no-such-flag", "exit code 2"),
        mends=True,
    ),
    Fault(
        "picker with refused flags",
        PD,
        words("epp", lambda args: args.append("--total-queued-requests-metric=sglang:num_queue_reqs")),
        "WL742",
        ("refuses the flag --total-queued-requests-metric",),
        mends=True,
    ),
    Fault(
        "missing secret",
        PD,
        lambda s: s.change(DEPLOYMENT, "decode", secret),
        "WL748",
        ('secret "llm-d-hf-token" not found', "invoke secret --name llm-d-hf-token"),
    ),
    Fault(
        "not enough GPUs",
        PD,
        lambda s: s.change(DEPLOYMENT, "decode", many_gpus),
        "WL746",
        ("Insufficient nvidia.com/gpu", "16 nvidia.com/gpu wanted"),
    ),
    Fault(
        "dead prefill tier",
        PD,
        lambda s: s.change(DEPLOYMENT, "prefill", lambda spec: spec.update(replicas=0)),
        "WL755",
        ("scaled to 0 pods", "answered all the same, by decode alone"),
        mends=True,
    ),
    Fault(
        "dead engine, pod Ready",
        PD,
        lambda s: s.change(DEPLOYMENT, "decode", dead_engine),
        "WL753",
        ("is Ready and does not answer",),
    ),
    Fault(
        "metrics off",
        PRECISE,
        words("decode", lambda args: args.remove("--enable-metrics")),
        "WL745",
        ("sglang:num_queue_reqs", "--enable-metrics is missing", "404"),
        mends=True,
    ),
    Fault(
        "--host 127.0.0.1",
        PRECISE,
        words("decode", swapped("--host", "127.0.0.1")),
        "WL752",
        ("127.0.0.1 alone",),
        mends=True,
    ),
    Fault("a topic that nobody reads", PRECISE, words("decode", topic), "WL757", ("topic",)),
]


@pytest.fixture(scope="module")
def installed(answers: Sandbox) -> Iterator[Callable[[str], Stack]]:
    there = access.open_access(sandbox=answers.name)
    made = functools.cache(lambda guide: Stack(there, guide, ENVIRONMENTS[guide]))
    yield made
    for guide in ENVIRONMENTS:
        there.call("delete", "namespace", f"faults-{guide[:2]}", "--ignore-not-found", "--wait=false")


def named(found: Report, check: str) -> Check | None:
    return next((one for one in found.checks if one.id == check and one.status == "fail"), None)


def until(look: Callable[[], Report], true: Callable[[Report], bool]) -> Report:
    """The first report of which something is true. Fails with the last one."""
    end = time.monotonic() + SECONDS
    while not true(found := look()):
        assert time.monotonic() < end, shown(found)
        time.sleep(0.5)
    return found


def well(found: Report) -> bool:
    return found.exit_code == 0


def run_lines(stack: Stack, fix: str) -> None:
    """The kubectl lines of a fix, as a person would paste them."""
    for line in [line for line in fix.splitlines() if line.startswith("kubectl ")]:
        path = {"PATH": f"{stack.there.kubectl.parent}:/usr/bin:/bin"}
        done = run(["sh", "-c", line], env=path, timeout=120)
        assert done.ok, f"{line}\n{done.err}"


@pytest.mark.parametrize("guide", ENVIRONMENTS)
def test_a_healthy_stack_is_answered(installed: Callable[[str], Stack], guide: str) -> None:
    def whole(found: Report) -> bool:
        """Each hop looked at: a server that has just begun to serve may be too slow for one look."""
        return well(found) and {hop["status"] for hop in found.summary["hops"]} == {"pass"}  # type: ignore[attr-defined]

    found = until(installed(guide).examine, whole)
    assert str(found.summary["result"]).startswith("a request is answered in ")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_fault_is_named_and_mended(installed: Callable[[str], Stack], fault: Fault) -> None:
    stack = installed(fault.guide)
    try:
        fault.do(stack)

        def told(found: Report) -> bool:
            check = named(found, fault.check)
            text = f"{check.title}\n{check.detail}\n{check.evidence}\n{check.fix}" if check else ""
            return bool(check) and all(said in text for said in fault.says)

        found = until(lambda: stack.examine(**dict(fault.about)), told)
        check = named(found, fault.check)
        assert check and check.fix and found.exit_code == 1
        if fault.mends:
            run_lines(stack, check.fix)
            until(stack.examine, lambda again: named(again, fault.check) is None)
    finally:
        stack.restore()
        stack.there.call("delete", "inferencepool.inference.networking.k8s.io", "zz-other", "-n", stack.namespace,
                         "--ignore-not-found")  # fmt: skip


def test_an_install_that_does_not_get_ready_says_why(installed: Callable[[str], Stack]) -> None:
    stack = installed(PD)

    def late() -> Report:
        with Progress(print, terminal=False) as progress:
            try:
                waiting.wait(stack.there, stack.namespace, stack.record.all_objects(), progress, 0)
            except NotReady as late:
                return unready.explained(late, Report("install"), stack.composed, stack.rendered, stack.there)
        return Report("install")

    def told(found: Report) -> bool:
        check = named(found, "WL728")
        said = f"{check.detail}\n{check.evidence}" if check else ""
        return "has no flag --no-such-flag" in said and "exit code 2" in said

    words("decode", lambda args: args.append("--no-such-flag"))(stack)
    try:
        found = until(late, told)
        assert "Deployment ms-pd-llm-d-modelservice-decode" in found.checks[0].title
        assert str(found.summary["result"]).startswith("not ready after 0 s: Deployment ms-pd")
    finally:
        stack.restore()
    until(late, lambda found: not found.checks)


def test_istiod_without_its_switch(installed: Callable[[str], Stack]) -> None:
    stack = installed(PD)
    switch = "ENABLE_GATEWAY_API_INFERENCE_EXTENSION"

    def put(value: str) -> None:
        done = stack.there.call("set", "env", "deployment/istiod", f"{switch}={value}", "-n", "istio-system")
        assert done.ok, done.err

    put("false")
    try:
        found = until(stack.examine, lambda found: named(found, "WL735") is not None)
        check = named(found, "WL735")
        assert check and f"{switch} is false" in check.evidence
        run_lines(stack, check.fix)
        until(stack.examine, lambda again: named(again, "WL735") is None)
    finally:
        put("true")


def test_a_class_that_nobody_reconciles(installed: Callable[[str], Stack]) -> None:
    """Of somebody else's: no record is there, and doctor finds its way by the objects."""
    stack, other = installed(PD), "faults-class"
    made = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}},
        {"apiVersion": GATEWAY.api_version, "kind": "GatewayClass", "metadata": {"name": "nobody"},
         "spec": {"controllerName": "example.com/nobody"}},
        {"apiVersion": GATEWAY.api_version, "kind": "Gateway", "metadata": {"name": "g", "namespace": other},
         "spec": {"gatewayClassName": "nobody", "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}},
    ]  # fmt: skip
    for one in made:
        done = stack.there.call("apply", "-f", "-", stdin=json.dumps(one))
        assert done.ok, done.err
    try:
        found = doctor.examine(stack.there, other)
        check = named(found, "WL730")
        assert check and "no controller has accepted it" in check.detail and "example.com/nobody" in check.evidence
        assert found.exit_code == 1
    finally:
        stack.there.call("delete", "gatewayclass", "nobody")
        stack.there.call("delete", "namespace", other, "--wait=false")
